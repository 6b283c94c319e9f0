"""What the site says to the fields of a new or edited issue."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from bridge.simulators.jira import adf
from bridge.simulators.jira.site import ISSUE_TYPES, PRIORITIES, USERS, CustomField, Project, Site

SUMMARY_LIMIT = 255
TEXT_LIMIT = 32_767
PROPERTY_LIMIT = 32_768
_SCREEN = ("assignee", "components", "description", "fixVersions", "labels", "priority", "summary")
_OFF_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
_TOO_LONG = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."


class Screen:
    """Reads the fields of one request; `errors` says by field what is wrong with them."""

    def __init__(self, site: Site, project: Project) -> None:
        self._site = site
        self._project = project
        self.errors: dict[str, str] = {}

    def read(self, fields: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
        """Return the fields as the site stores them; look at `errors` before using them."""
        stored: dict[str, Any] = {}
        custom = {field.id: field for field in self._project.custom_fields}
        for name, value in fields.items():
            if name in ("project", "issuetype"):
                continue
            if not new and name in self._site.uneditable:
                self.errors[name] = _OFF_SCREEN.format(name)
            elif name in custom:
                stored[name] = self._custom(custom[name], value)
            elif name in (*_SCREEN, "versions"):
                stored[name] = self._own(name, value)
            else:
                self.errors[name] = _OFF_SCREEN.format(name)
        if new:
            self._complete(stored)
        return stored

    def change(
        self, now: Mapping[str, Any], update: Mapping[str, Any], *, set_too: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the fields after the operations of `update`; of labels alone, as the sites use."""
        stored: dict[str, Any] = {}
        for name, operations in update.items():
            if name in set_too:
                self.errors[name] = f"Field '{name}' cannot appear in both 'fields' and 'update'"
            elif name != "labels" or name in self._site.uneditable:
                self.errors[name] = _OFF_SCREEN.format(name)
            else:
                stored[name] = self._operated(now.get(name, []), operations)
        return stored

    def _operated(self, labels: list[str], operations: Any) -> list[str]:
        """Return labels after `add`, `remove` and `set`; what isn't there is removed in peace."""
        for operation in cast("list[dict[str, Any]]", operations):
            for verb, value in operation.items():
                if verb == "set":
                    labels = self._labels(value)
                elif verb == "add":
                    labels = self._labels([*labels, value])
                elif verb == "remove":
                    labels = [label for label in labels if label != value]
                else:
                    self.errors["labels"] = f"Operation '{verb}' is not supported"
        return labels

    def _own(self, name: str, value: Any) -> Any:
        if name == "components":
            return self._names(name, value, self._project.components, "Component name")
        if name in ("versions", "fixVersions"):
            return self._names(name, value, self._project.versions, "Version name")
        if name == "description":
            return self._text(name, value)
        readers: dict[str, Callable[[Any], Any]] = {
            "summary": self._summary,
            "labels": self._labels,
            "priority": self._priority,
            "assignee": self._assignee,
        }
        return readers[name](value)

    def _complete(self, stored: Mapping[str, Any]) -> None:
        if not stored.get("summary"):
            self.errors.setdefault("summary", "You must specify a summary of the issue.")
        for field in self._project.custom_fields:
            if field.required and not stored.get(field.id):
                self.errors.setdefault(field.id, f"{field.name} is required.")

    def _summary(self, value: Any) -> str:
        words = value if isinstance(value, str) else ""
        if "\n" in words or "\r" in words:
            self.errors["summary"] = (
                "The summary is invalid because it contains newline characters."
            )
        elif _units(words) >= SUMMARY_LIMIT:
            self.errors["summary"] = "Summary must be less than 255 characters."
        return words

    def _text(self, name: str, value: Any) -> str:
        words = adf.to_text(value) if adf.is_document(value) else value
        if not isinstance(words, str | None):
            self.errors[name] = "Operation value must be a string"
            return ""
        if _units(words or "") > TEXT_LIMIT:
            self.errors[name] = _TOO_LONG
        return (words or "").strip()

    def _labels(self, value: Any) -> list[str]:
        labels = [str(label) for label in cast("list[Any]", value or [])]
        for label in labels:
            if " " in label:
                self.errors["labels"] = f"The label '{label}' contains spaces which is invalid."
        return list(dict.fromkeys(labels))

    def _names(self, field: str, value: Any, known: list[str], what: str) -> list[str]:
        names = [_name(item) for item in cast("list[Any]", value or [])]
        for name in names:
            if name not in known:
                self.errors[field] = f"{what} '{name}' is not valid"
        return names

    def _priority(self, value: Any) -> str:
        wanted = _name(value)
        for priority_id, name in PRIORITIES.items():
            if wanted in (priority_id, name):
                return priority_id
        self.errors["priority"] = f"Priority name '{wanted}' is not valid"
        return ""

    def _assignee(self, value: Any) -> str | None:
        if value is None:
            return None
        table = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        wanted = table.get("accountId" if self._site.cloud else "name")
        for user in USERS:
            if wanted == (user.account_id if self._site.cloud else user.name):
                return user.account_id
        self.errors["assignee"] = f"User '{wanted}' cannot be assigned issues."
        return None

    def _custom(self, field: CustomField, value: Any) -> Any:
        if not field.options:
            return self._text(field.id, value)
        table = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        if table.get("value") not in field.options:
            self.errors[field.id] = f"Option value '{table.get('value')}' is not valid"
        return {"value": table.get("value")}


def issue_type_of(value: Any) -> str | None:
    """Return the id of the issue type that `{"id": …}` or `{"name": …}` means, if there is one."""
    wanted = _name(value)
    return next((i for i, name in ISSUE_TYPES.items() if wanted in (i, name)), None)


def project_of(site: Site, value: Any) -> Project | None:
    """Return the project that `{"id": …}` or `{"key": …}` means, if there is one."""
    table = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return next(
        (p for p in site.projects.values() if table.get("key") == p.key or table.get("id") == p.id),
        None,
    )


def _name(value: Any) -> str:
    table = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return str(table.get("name", table.get("id", "")))


def _units(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2
