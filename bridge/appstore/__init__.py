"""App Store Connect: feedback, crash logs, screenshots and webhooks, in this project's words."""

from bridge.appstore.account import AppFound, AppStore
from bridge.appstore.addresses import Resolver
from bridge.appstore.failures import AgreementMissing, AppleAnswer
from bridge.appstore.images import Expired, Sink
from bridge.appstore.settings import Account, AppId, AppStoreSettings, RetrySettings
from bridge.appstore.webhooks import EVENTS, Registration, Webhook

__all__ = [
    "EVENTS",
    "Account",
    "AgreementMissing",
    "AppFound",
    "AppId",
    "AppStore",
    "AppStoreSettings",
    "AppleAnswer",
    "Expired",
    "Registration",
    "Resolver",
    "RetrySettings",
    "Sink",
    "Webhook",
]
