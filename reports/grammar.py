"""The reference of the grammar, out of the models: `python -m reports.grammar > docs/grammar.md`.

A test compares the page with what this prints, so it says what the program reads.
"""

from __future__ import annotations

import inspect
from datetime import date
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import annotated_types as limits
from pydantic import BaseModel, StringConstraints
from pydantic_core import PydanticUndefined

from config import alarms
from config.attributes import (
    NOTIFIER,
    OF_BUCKET,
    OF_POSTGRES,
    OF_SERVICE,
    OF_VALKEY,
)
from config.model.base import IN_WORDS
from config.model.environment import Environment
from stackyard.alarms import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic.fields import FieldInfo

INTRODUCTION = """# The grammar

What may stand in `systems/<system>/<environment>.yaml`, made by `python -m reports.grammar` out of
`config/model/`. A field without a default has to be there. Beside what a table lists, a file may
say `extends: <file beside it>` (or a list of them), and a service or task `like: <another one>`.

## What a link's `env` may ask for

`uses: {database: {env: {DATABASE_URL: url}}}`; a bare name, `env: DATABASE_URL`, takes the first.
"""
ALARMS_INTRODUCTION = """## Alarms

What each node gets; `alarms: {web.cpu: {above: 90, minutes: 5, tier: critical}}` changes one."""
PLAIN: dict[Any, str] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "`true`, `false`",
    IPv4Network: "an address range such as 10.0.0.0/16",
    IPv6Network: "one of IPv6",
    date: "a date such as 2027-06-30",
}
ALARMS = {
    "service on Fargate": alarms.FARGATE,
    "… with `routes`": alarms.SERVED,
    "… with `probe`": alarms.PROBED,
    "service on App Runner": alarms.APP_RUNNER,
    "… with `domain`": alarms.WITH_DOMAIN,
    "task on Fargate": alarms.FARGATE_TASK,
    "task of CodeBuild": alarms.BUILD,
    "`balancer`": alarms.BALANCER_ALARMS,
    "database": alarms.POSTGRES,
    "`<database>-replica`": alarms.POSTGRES + alarms.REPLICA,
    "`<database>-admin`": alarms.FUNCTION + alarms.REDEPLOYS,
    "Valkey on nodes": alarms.NODES_CACHE + alarms.LAGGING_CACHE + alarms.EVICTING_CACHE,
    "serverless Valkey": alarms.SERVERLESS_CACHE,
    "`<queue's store>-depth`": alarms.CLOCKWORK,
    "`notifier`": alarms.NOTIFIER_ALARMS,
    "`nat`, an instance": alarms.NAT_INSTANCE,
}
ATTRIBUTES = {
    "a database": OF_POSTGRES.names,
    "a Valkey": OF_VALKEY.names,
    "a bucket": OF_BUCKET.names,
    "a service on Fargate": OF_SERVICE.names,
    "a secret": ("value, or the keys of its JSON object",),
    "an external": ("secret, or secret.<key>", "host", "port"),
    f"`{NOTIFIER}`": ("name",),
}


def page() -> Iterator[str]:
    """The lines of the page."""
    yield from INTRODUCTION.splitlines()
    yield from ("", "| of | attributes |", "|---|---|")
    yield from (f"| {kind} | {', '.join(names)} |" for kind, names in ATTRIBUTES.items())
    yield from ("", *ALARMS_INTRODUCTION.splitlines(), "", "| of | alarm | rings | tier |")
    yield "|---|---|---|---|"
    for kind, offered in ALARMS.items():
        for alarm in offered:
            means = describe(alarm, counted=False).rpartition(", for ")[0]
            yield f"| {kind} | `{alarm.name}` | {means}, {alarm.minutes} min | {alarm.tier} |"
    found: dict[type[BaseModel], None] = {Environment: None}
    waiting: list[type[BaseModel]] = [Environment]
    while waiting:
        for info in waiting.pop(0).model_fields.values():
            for model in _models(info.annotation):
                if model not in found:
                    found[model] = None
                    waiting.append(model)
    for model in found:
        yield from _section(model)


def _section(model: type[BaseModel]) -> Iterator[str]:
    yield from ("", f"## {model.__name__}", "")
    yield from inspect.cleandoc(model.__doc__ or "").splitlines()
    yield from ("", "| field | value | default |", "|---|---|---|")
    for name, info in model.model_fields.items():
        if name != "system":
            yield f"| `{info.alias or name}` | {_words(info.annotation, info)} | {_default(info)} |"


def _default(info: FieldInfo) -> str:
    if info.default is PydanticUndefined:
        return ""
    if info.default is None or info.default in ((), {}):
        return "none"
    if isinstance(info.default, BaseModel):
        return f"as in [{type(info.default).__name__}](#{type(info.default).__name__.lower()})"
    if isinstance(info.default, bool):
        return f"`{str(info.default).lower()}`"
    if isinstance(info.default, dict):
        pairs = ", ".join(f"{key}: {value}" for key, value in info.default.items())
        return f"`{{{pairs}}}`"
    return f"`{info.default}`"


def _words(annotation: Any, info: FieldInfo | None = None) -> str:
    """A type as a person would say it."""
    arguments = get_args(annotation)
    if origin := get_origin(annotation):
        return _of_origin(origin, arguments, annotation)
    if _is_model(annotation):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if info and info.metadata:
        return _limited(annotation, info.metadata)
    return PLAIN[annotation]


def _of_origin(origin: Any, arguments: tuple[Any, ...], annotation: Any) -> str:
    if origin is Annotated:
        return _limited(arguments[0], annotation.__metadata__)
    if origin is Literal:
        return ", ".join(f"`{str(each).lower()}`" for each in arguments)
    if origin is dict:
        return f"by name: {_words(arguments[1])}"
    if origin in (list, tuple):
        return f"list of {_words(arguments[0])}"
    members = (_words(each) for each in arguments if each is not type(None))
    return " or ".join(dict.fromkeys(members))


def _limited(inner: Any, metadata: Iterable[Any]) -> str:
    flat = [each for one in metadata for each in (one, *getattr(one, "metadata", ()))]
    for each in flat:
        if isinstance(each, StringConstraints) and each.pattern in IN_WORDS:
            return IN_WORDS[str(each.pattern)]
    least = next((each.ge for each in flat if isinstance(each, limits.Ge)), None)
    most = next((each.le for each in flat if isinstance(each, limits.Le)), None)
    if least is None:
        return _words(inner)
    return f"{least} or more" if most is None else f"{least} to {most}"


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if _is_model(annotation):
        yield annotation
    for each in get_args(annotation):
        yield from _models(each)


if __name__ == "__main__":
    print("\n".join(page()))
