"""What the backend reads of its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from valkey import Valkey

from tests.rehearsal.backend import cache
from tests.rehearsal.backend.errors import SettingsError
from tests.rehearsal.backend.postgres import PostgresUrl


@dataclass(frozen=True)
class Names:
    """Which variables hold what; an empty name of the cache is for systems without one."""

    database: str = "DATABASE_URL"
    cache: str = "REDIS_URL"
    release: str = "RELEASE"


@dataclass(frozen=True)
class Settings:
    """Everything that is read, once, at the start."""

    database: PostgresUrl
    cache: Valkey | None
    version: str | None
    fail_closed: bool
    limit: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], names: Names) -> "Settings":
        """Read all variables; SettingsError names the one that can't be used."""
        limit = environ.get("RATE_LIMITER_MAX", "1000")
        if not limit.isdecimal():
            raise SettingsError("RATE_LIMITER_MAX is no number")
        return cls(
            database=PostgresUrl.parse(names.database, environ),
            cache=cache.client(names.cache, environ) if names.cache else None,
            version=environ.get(names.release),
            fail_closed=environ.get("RATE_LIMITER_FAIL_CLOSED", "").lower() == "true",
            limit=int(limit),
        )
