"""The composition root: the only place where rooms are joined. Start, drain, stop."""

from bridge.app.join import (
    Bridge,
    app_facts,
    check_subject,
    open_accounts,
    open_bridge,
    open_symbols,
    sources,
)
from bridge.app.service import Role, serve
from bridge.app.web import web_application

__all__ = [
    "Bridge",
    "Role",
    "app_facts",
    "check_subject",
    "open_accounts",
    "open_bridge",
    "open_symbols",
    "serve",
    "sources",
    "web_application",
]
