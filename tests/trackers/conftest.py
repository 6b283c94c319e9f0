"""Lets the shared contract's assertions explain themselves, as those in test files do."""

import pytest

pytest.register_assert_rewrite("tests.trackers.contract")
