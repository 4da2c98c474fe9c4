"""What a rehearsal says at its beginning and its end."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from tests.rehearsal.rehearsal import not_proved, proved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.model.environment import Environment
    from tests.rehearsal.stage import Stage

KINDS = {
    "native": "the emulator's own",
    "api": "by a service's API",
    "recorded": "recorded only",
}
DEPLOYED = re.compile(r"✅\s+(\S+)\s.*?Deployment time: ([0-9.]+)s", re.DOTALL)
PROVED = (
    "every resource, resolved, is what AWS's own schema of its type allows",
    "the unmodified CDK CLI deploys, updates, takes back and destroys the stacks in this order",
    "what stacks take from each other arrives; a repeated deploy does nothing",
    "security groups, endpoints, secrets, variables and alarms are those of the file",
    "data, keys and images outlive an update and a destroy, and hold their network",
)
NOT_PROVED = (
    "permissions: nobody checks a policy here (`make check` proves them from the templates)",
    "what AWS refuses beyond its schemas, quotas, names that others took, time and cost",
    "images: none is pulled; the reference backend of tests/ runs in place of each service",
)


def opening(environment: Environment) -> str:
    """What is about to happen, and what is not."""
    return (
        f"Rehearsing {environment.system}/{environment.environment} against an emulator of AWS on"
        " this machine; nothing is deployed to AWS.\n"
    )


def closing(stage: Stage, seconds: float) -> str:
    """The table of stacks, and what all this proved and did not prove."""
    return "\n".join(
        ["", *_table(stage), "", *_proved(stage), "", f"Rehearsed in {seconds:.0f} s."]
    )


def indented(text: str) -> str:
    """The last lines of what went wrong, set apart."""
    return textwrap.indent("\n".join(text.splitlines()[-30:]), "    ")


def _table(stage: Stage) -> Iterator[str]:
    taken = dict(DEPLOYED.findall(stage.said))
    counts: dict[str, Counter[str]] = {stack.name: Counter() for stack in stage.stacks}
    seen = set()
    for each in stage.emulator.ledger():
        key = (each["stack"], each["logical"])
        if each["action"] == "create" and each["stack"] in counts and key not in seen:
            seen.add(key)
            counts[each["stack"]][each["kind"]] += 1
    widest = max(map(len, counts))
    heads = ("resources", *KINDS.values(), "seconds")
    yield f"  {'stack':<{widest}}  " + "  ".join(heads)
    for name, count in counts.items():
        cells = (str(count.total()), *(str(count[kind]) for kind in KINDS), taken.get(name, "-"))
        yield f"  {name:<{widest}}  " + "  ".join(
            f"{cell:>{len(head)}}" for cell, head in zip(cells, heads, strict=True)
        )
    whole = sum(counts.values(), Counter())
    cells = (str(whole.total()), *(str(whole[kind]) for kind in KINDS), "")
    yield (
        f"  {'':<{widest}}  "
        + "  ".join(
            f"{cell:>{len(head)}}" for cell, head in zip(cells, heads, strict=True)
        ).rstrip()
    )


def _proved(stage: Stage) -> Iterator[str]:
    yield "Proved:"
    yield from (f"  - {each}" for each in (*PROVED, *proved(stage)))
    yield "Not proved:"
    yield from (f"  - {each}" for each in (*NOT_PROVED, *not_proved(stage)))
