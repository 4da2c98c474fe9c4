"""What the tests of constructs share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a module's one synthesis puts its assembly."""
    return tmp_path_factory.mktemp("assembly")
