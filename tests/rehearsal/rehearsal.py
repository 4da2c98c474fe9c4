"""A whole environment, from bootstrap to what is left over, by the unmodified CDK CLI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.rehearsal import build_up, take_down

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal.stage import Stage

STEPS = (
    build_up.synthesize,
    build_up.servers,
    build_up.bootstrap,
    build_up.deploy,
    build_up.fill,
    build_up.migrate,
    build_up.release,
    build_up.verify,
    build_up.smoke,
    build_up.measure,
    build_up.alarm,
    take_down.roll_back,
    take_down.change,
    take_down.again,
    take_down.protected,
    take_down.destroy,
    take_down.unprotected,
    take_down.leftovers,
)
RECORDED = "recorded"


def proved(stage: Stage) -> Iterator[str]:
    """What real servers proved in this rehearsal."""
    if stage.real:
        yield f"for real, over TLS where AWS has it: {', '.join(stage.real)}"


def not_proved(stage: Stage) -> Iterator[str]:
    """What this rehearsal in particular leaves open."""
    entries = stage.emulator.ledger()
    types = sorted({each["type"] for each in entries if each.get("kind") == RECORDED})
    if types:
        yield f"anything behind {', '.join(types)}"
    if stage.servers is None:
        yield "rotation, migrations and services: this machine has no servers for them"
    elif stage.servers.stand_ins:
        names = ", ".join(sorted(stage.servers.stand_ins))
        yield f"PostgreSQL's {names}: empty stand-ins here"
