"""The official API documents, prepared for validation once in a test session."""

import json
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openapi_core import Config, OpenAPI

HOST = "http://service.example.com"

FILES = {
    "appstore": "app-store-connect/openapi.json",
    "github": "github/openapi.json",
    "jira v2": "jira/openapi-v2.json",
    "jira v3": "jira/openapi-v3.json",
}

# Path parameters that hold slashes, which OpenAPI 3.0 can't say (GitHub marks them with
# `x-multi-segment`): the part after these is one value.
_LONG_TAILS = re.compile(
    r"(/repos/[^/]+/[^/]+/(?:contents|git/refs?|git/matching-refs|branches)/)(.+)"
)


def specs_folder() -> Path | None:
    """Return the folder of SPECS_DIR, or None where it is unset.

    Raises FileNotFoundError where it is set and there is no such folder.
    """
    value = os.environ.get("SPECS_DIR")
    if not value:
        return None
    folder = Path(value)
    if not folder.is_dir():
        raise FileNotFoundError(f"SPECS_DIR is {value}, and there is no such folder")
    return folder


class Document:
    """One official document."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def table(self) -> dict[str, Any]:
        """The document, with optional nulls and without its own hosts and security."""
        table: dict[str, Any] = json.loads(self._path.read_bytes())
        table["servers"] = [{"url": HOST}]
        # Credentials are the simulators' own business: their tests send wrong ones.
        table.pop("security", None)
        for item in table["paths"].values():
            for operation in item.values():
                if isinstance(operation, dict):
                    operation.pop("security", None)
                    operation.pop("servers", None)
        _let_nullable_be_absent(table, table)
        return table

    @cached_property
    def openapi(self) -> OpenAPI:
        # The documents are taken as they are: checking them takes half a minute.
        config = Config(spec_validator_cls=None)  # pyright: ignore[reportArgumentType]
        return OpenAPI.from_dict(self.table, config=config)

    def template(self, path: str) -> str | None:
        """Return the path template that a path belongs to, the most literal one; None if none."""
        found = [t for t, pattern in self._patterns if pattern.fullmatch(path)]
        return min(found, key=lambda t: t.count("{"), default=None)

    def query_parameters(self, template: str, method: str) -> set[str] | None:
        """Return the documented names; None if there is no such operation."""
        item = self.table["paths"][template]
        operation = item.get(method)
        if operation is None:
            return None
        parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
        resolved = [_resolve(self.table, p) for p in parameters]
        return {p["name"] for p in resolved if p["in"] == "query"}

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(t, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", t))) for t in self.table["paths"]]


class Documents:
    """All of them, each read when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._documents = {name: Document(folder / file) for name, file in FILES.items()}

    def of(self, path: str) -> tuple[str, Document, str] | None:
        """Return the service, its document and the path in it; None for our own endpoints."""
        service, _, rest = path.removeprefix("/").partition("/")
        rest = _one_segment(f"/{rest}")
        if service == "jira":
            version = "v3" if rest.startswith("/rest/api/3/") else "v2"
            return service, self._documents[f"jira {version}"], rest
        if service in self._documents:
            return service, self._documents[service], rest
        return None


def _one_segment(path: str) -> str:
    found = _LONG_TAILS.fullmatch(path)
    return found[1] + quote(found[2], safe="%") if found else path


def _resolve(table: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = table
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _let_nullable_be_absent(table: dict[str, Any], node: Any) -> None:
    """Take properties that may be null out of `required`, since answers come without nulls."""
    if isinstance(node, list):
        for part in node:
            _let_nullable_be_absent(table, part)
    if not isinstance(node, dict):
        return
    required, properties = node.get("required"), node.get("properties")
    if isinstance(required, list) and isinstance(properties, dict):
        kept = [n for n in required if not _nullable(table, properties.get(n))]
        node["required"] = kept
        if not kept:
            del node["required"]
    for part in node.values():
        _let_nullable_be_absent(table, part)


def _nullable(table: dict[str, Any], schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    schema = _resolve(table, schema)
    if schema.get("nullable"):
        return True
    return any(
        _nullable(table, choice) for key in ("anyOf", "oneOf") for choice in schema.get(key, [])
    )
