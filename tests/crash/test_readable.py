"""Names that people can read."""

import pytest

from bridge.crash import understand
from bridge.crash.demangle import available
from bridge.crash.readable import readable
from tests.pipeline.samples import crash_text

MANGLED = "$s7Sunrise8CartViewV5totalSivg"


@pytest.mark.skipif(not available(), reason="the extra `symbols` is not installed")
def test_mangled_names_are_read_and_nothing_else_changes() -> None:
    written = understand(crash_text(MANGLED).encode())
    assert written is not None

    shown = readable(written)

    assert shown.report.stack is not None
    assert written.report.stack is not None
    assert written.report.stack[1].symbol == MANGLED
    assert shown.report.stack[1].symbol == "CartView.total.getter"
    assert shown.blame == shown.report.stack[1]
    assert shown.fingerprint.key == written.fingerprint.key
    assert [f.offset for f in shown.report.stack] == [f.offset for f in written.report.stack or ()]


def test_a_log_without_mangled_names_stays_the_same() -> None:
    written = understand(crash_text().encode())
    assert written is not None

    assert readable(written) is written
