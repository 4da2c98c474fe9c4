"""How many jobs wait, by service."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from valkey import Valkey

from queue_depth.access import LENGTHS
from queue_depth.errors import QueueDepthError

MISSING = b"none"


def depths(cache: Valkey, queues: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Add up the lengths of each service's keys."""
    keys = dict.fromkeys(key for each in queues.values() for key in each)
    found = lengths(cache, tuple(keys))
    return {service: sum(found[key] for key in each) for service, each in queues.items()}


def lengths(cache: Valkey, keys: Sequence[str]) -> dict[str, int]:
    """Read each key's length, in two round trips; a key that isn't there has none."""
    types = dict(zip(keys, _ask(cache, (("TYPE", key) for key in keys)), strict=True))
    commands = {key: _length(key, kind) for key, kind in types.items() if kind != MISSING}
    answers = _ask(cache, ((command, key) for key, command in commands.items()))
    return dict.fromkeys(keys, 0) | dict(zip(commands, answers, strict=True))


def _length(key: str, kind: bytes) -> str:
    name = kind.decode()
    if name not in LENGTHS:
        raise QueueDepthError(
            f"key {key!r} is of type {name}; a queue is one of {', '.join(LENGTHS)}"
        )
    return LENGTHS[name]


def _ask(cache: Valkey, commands: Iterable[tuple[str, str]]) -> list[Any]:
    # A transaction would need MULTI and EXEC, and a cluster refuses it across slots.
    pipeline: Any = cache.pipeline(transaction=False)
    with pipeline:
        for command in commands:
            pipeline.execute_command(*command)
        answers: list[Any] = pipeline.execute()
    return answers
