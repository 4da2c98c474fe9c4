"""Fixtures: the smoke test as it is called, and what a backend needs."""

from collections.abc import Iterator

import pytest

from delivery.smoke.__main__ import main
from tests.queue_depth.server import Server as Cache

# What the programs' user may do on ElastiCache.
ACCESS = "on ~* &* +@all -@admin -@dangerous +info"


class Smoke:
    """The smoke test as it is called, with much patience or little."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def passes(self, url: str, *options: str) -> list[str]:
        """Call a smoke test that ends well, and return what it prints."""
        return self._lines(0, url, "--timeout=20", *options)

    def fails(self, url: str, *options: str) -> list[str]:
        """Call a smoke test that ends badly, and return what it prints."""
        return self._lines(1, url, "--timeout=0.2", *options)

    def _lines(self, expected: int, url: str, *options: str) -> list[str]:
        status = main([url, "--interval=0.02", *options])
        captured = self._capsys.readouterr()
        assert (status, captured.err) == (expected, ""), captured.out
        return captured.out.splitlines()


@pytest.fixture
def smoke(capsys: pytest.CaptureFixture[str]) -> Smoke:
    """Hand over the smoke test."""
    return Smoke(capsys)


@pytest.fixture
def cache() -> Iterator[Cache]:
    """Run a cache that the test may stop."""
    cache = Cache()
    cache.start()
    cache.set_user(access=ACCESS)
    yield cache
    cache.stop()
