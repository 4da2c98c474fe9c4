"""An environment is what its file says: nothing can change it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import FrozenInstanceError

import pytest
from pydantic import ValidationError

from config.credentials import credentials
from config.graph import edges
from config.load import load_environment
from config.model.base import Part


def parts_of(value: object) -> Iterator[Part]:
    """Every part of an environment, at any depth."""
    if isinstance(value, Part):
        yield value
        for name in type(value).model_fields:
            yield from parts_of(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from parts_of(inner)


def test_no_part_of_an_environment_can_be_changed():
    parts = list(parts_of(load_environment("daadaar", "prod")))

    assert {"Environment", "Network", "Postgres", "AppRunner", "Link", "MetricAlarm"} <= {
        type(part).__name__ for part in parts
    }
    for part in parts:
        for name in type(part).model_fields:
            with pytest.raises(ValidationError, match="frozen"):
                setattr(part, name, None)


def test_what_is_derived_can_t_be_changed_either():
    real = load_environment("daadaar", "prod")

    for derived in (edges(real)[0], credentials(real, "database")[0]):
        with pytest.raises(FrozenInstanceError):
            derived.source = "elsewhere"  # type: ignore[union-attr, misc]
