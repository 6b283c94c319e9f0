"""Lets the shared contract's assertions explain themselves, as those in test files do."""

import pytest

for part in ("files", "issues", "people", "refusals", "talk"):
    pytest.register_assert_rewrite(f"tests.trackers.contract_{part}")
