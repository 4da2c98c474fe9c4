"""An environment after a change as people make it: more copies, longer backups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.model.postgres import Postgres

if TYPE_CHECKING:
    from config.model.environment import Environment

MOST_DAYS = 35


def grown(environment: Environment) -> Environment:
    """The same, with one more copy of each service at most and one more day of backups."""
    services = {name: _more_copies(each) for name, each in environment.services.items()}
    stores = {name: _longer_backups(each) for name, each in environment.stores.items()}
    return environment.model_copy(update={"services": services, "stores": stores})


def _more_copies(service: Any) -> Any:
    scale = service.scale
    if scale is None or scale.max is None:
        return service
    more = scale.model_copy(update={"max": scale.max + 1})
    return service.model_copy(update={"scale": more})


def _longer_backups(store: Any) -> Any:
    if not isinstance(store, Postgres) or not isinstance(store.backup_days, int):
        return store
    return store.model_copy(update={"backup_days": min(store.backup_days + 1, MOST_DAYS)})
