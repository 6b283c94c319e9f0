# The image is made of the same steps that tests/e2e/test_wheel.py runs: two locked environments,
# the wheel, and the wheel in the second of them.
FROM python:3.13-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements/ requirements/
RUN pip install --quiet --no-cache-dir --root-user-action=ignore --require-hashes -r requirements/uv.txt
RUN uv venv --quiet /opt/build \
    && uv pip sync --quiet --python /opt/build/bin/python --require-hashes requirements/build.txt
# `runtime` unless said otherwise; `symbols` makes an image that reads dSYMs too.
ARG LOCK
RUN uv venv --quiet /opt/feedback-bridge \
    && uv pip sync --quiet --compile-bytecode --python /opt/feedback-bridge/bin/python \
        --require-hashes "requirements/${LOCK:-runtime}.txt"
COPY pyproject.toml README.md CHANGELOG.md LICENSE ./
COPY config/ config/
COPY templates/ templates/
COPY bridge/ bridge/
RUN /opt/build/bin/python -m build --wheel --no-isolation --outdir /opt/dist \
    && uv pip install --quiet --compile-bytecode --python /opt/feedback-bridge/bin/python \
        --no-deps /opt/dist/*.whl

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="feedback-bridge" \
      org.opencontainers.image.description="TestFlight feedback and crash reports, filed as issues" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/opt/feedback-bridge/bin:$PATH
COPY --from=build /opt/feedback-bridge /opt/feedback-bridge
# `data/` of a configuration in /etc/feedback-bridge is the volume, so the default storage is kept.
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/feedback-bridge bridge \
    && install --directory --owner=bridge --group=bridge --mode=0700 /var/lib/feedback-bridge \
    && mkdir /etc/feedback-bridge \
    && ln -s /var/lib/feedback-bridge /etc/feedback-bridge/data
USER 10001:10001
WORKDIR /var/lib/feedback-bridge
VOLUME /var/lib/feedback-bridge
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["feedback-bridge"]
CMD ["serve", "--config", "/etc/feedback-bridge/bridge.yaml"]
