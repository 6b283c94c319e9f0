"""The configuration: YAML and the environment, made into every room's settings.

Each room declares its own settings. `settings` assembles them, `source` reads the files and the
environment (nothing else does), `problems` words what is wrong with file and line, `schema` is the
JSON Schema for editors.
"""

from bridge.config.load import ConfigError, load
from bridge.config.settings import AppSettings, BridgeSettings, Config, TrackerTable

__all__ = ["AppSettings", "BridgeSettings", "Config", "ConfigError", "TrackerTable", "load"]
