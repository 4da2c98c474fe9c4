"""What the backend does for a request; knows nothing of HTTP but its statuses."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

from valkey.exceptions import ValkeyError

from tests.rehearsal.backend.database import Database
from tests.rehearsal.backend.errors import UnavailableError, reason
from tests.rehearsal.backend.limiter import Limiter
from tests.rehearsal.backend.log import log
from tests.rehearsal.backend.settings import Settings

# The number that the backend makes up lets a statement be repeated when its answer was lost.
INSERT = "INSERT INTO reports (id, text) VALUES (:id, :text) ON CONFLICT DO NOTHING"
SELECT = "SELECT text FROM reports WHERE id = :id"
COUNT = "SELECT count(*) FROM reports"


@dataclass(frozen=True)
class Reply:
    """A status and what is written as JSON."""

    status: int
    document: dict[str, Any]


class Service:
    """The endpoints."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings.database)
        self._limiter = Limiter(settings.cache, settings.limit, fail_closed=settings.fail_closed)

    def health(self) -> Reply:
        """Say that the process lives, without asking anything."""
        return Reply(200, {"status": "ok", "version": self._settings.version})

    def details(self) -> Reply:
        """Say what is reached; the line in the log is what alarms are made of."""
        trouble = self._database.connected()
        cache = self._settings.cache
        redis = self._ping() if cache else {"connected": True, "latencyMs": None}
        # Whoever fails closed can't do without Redis.
        denies = self._settings.fail_closed and not redis["connected"]
        down = bool(trouble) or denies
        status = "unavailable" if down else "ok" if redis["connected"] else "degraded"
        document: dict[str, Any] = {
            "status": status,
            "version": self._settings.version,
            "database": {"connected": not trouble},
        }
        if cache:
            document["redis"] = redis
            document["rateLimiter"] = {
                "redisUnavailableCount": self._limiter.redis_unavailable_count,
                "usingInMemoryFallback": not redis["connected"] and not denies,
            }
        log(level="error" if down else "info", message=trouble or "health", **document)
        return Reply(503 if down else 200, document)

    def add_report(self, client: str, text: str) -> Reply:
        """Keep a report, within the limit of the client."""
        try:
            if not self._limiter.admits(f"{client}:reports"):
                return Reply(429, {"error": "too many reports: try again in a minute"})
        except UnavailableError as error:
            log(level="error", message=f"rate limiter: {error}")
            return Reply(503, {"error": "the rate limiter is unavailable"})
        report = str(uuid.uuid4())
        self._database.run(INSERT, id=report, text=text)
        return Reply(201, {"id": report, "text": text})

    def report(self, report: str) -> Reply:
        """Return one report."""
        try:
            rows = self._database.run(SELECT, id=str(uuid.UUID(report)))
        except ValueError:
            rows = []
        if not rows:
            return Reply(404, {"error": "there is no such report"})
        return Reply(200, {"id": report, "text": rows[0][0]})

    def count(self) -> Reply:
        """Return how many reports there are."""
        return Reply(200, {"count": self._database.run(COUNT)[0][0]})

    def _ping(self) -> dict[str, Any]:
        assert self._settings.cache is not None
        began = time.monotonic()
        try:
            self._settings.cache.ping()
        except (ValkeyError, OSError) as error:
            log(level="error", message=f"redis: {reason(error)}")
            return {"connected": False, "latencyMs": None}
        return {"connected": True, "latencyMs": round((time.monotonic() - began) * 1000, 2)}
