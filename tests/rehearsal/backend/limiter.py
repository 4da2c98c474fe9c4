"""Limits of requests per client and minute: in Redis, or in memory while there is none."""

import time
from collections import Counter
from threading import Lock

from valkey import Valkey
from valkey.exceptions import ValkeyError

from tests.rehearsal.backend.errors import UnavailableError, reason

WINDOW_SECONDS = 60


class Limiter:
    """Counts in Redis. Without it, counts for this instance alone, or denies if fail-closed."""

    def __init__(self, cache: Valkey | None, limit: int, *, fail_closed: bool) -> None:
        self._cache = cache
        self._limit = limit
        self._fail_closed = fail_closed
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._window = 0
        self.redis_unavailable_count = 0

    def admits(self, key: str) -> bool:
        """Count a request and say whether it is within the limit. UnavailableError: fail-closed."""
        if self._cache is None:
            return self._in_memory(key) <= self._limit
        try:
            count = _in_redis(self._cache, key)
        except (ValkeyError, OSError) as error:
            with self._lock:
                self.redis_unavailable_count += 1
            if self._fail_closed:
                raise UnavailableError(reason(error)) from None
            count = self._in_memory(key)
        return count <= self._limit

    def _in_memory(self, key: str) -> int:
        window = int(time.time()) // WINDOW_SECONDS
        with self._lock:
            if window != self._window:
                self._window = window
                self._counts.clear()
            self._counts[key] += 1
            return self._counts[key]


def _in_redis(cache: Valkey, key: str) -> int:
    name = f"ratelimit:{key}"
    with cache.pipeline() as pipeline:
        pipeline.incr(name)
        # Only if it has no end yet, or a client that never stops would never be let in again.
        pipeline.expire(name, WINDOW_SECONDS, nx=True)
        return int(pipeline.execute()[0])
