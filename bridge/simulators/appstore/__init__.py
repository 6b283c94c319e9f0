"""App Store Connect in small: feedback, crash logs, screenshots, builds and webhooks."""

from bridge.simulators.appstore.keys import ApiKey
from bridge.simulators.appstore.sample import Sample
from bridge.simulators.appstore.simulator import AppStoreSimulator

__all__ = ["ApiKey", "AppStoreSimulator", "Sample"]
