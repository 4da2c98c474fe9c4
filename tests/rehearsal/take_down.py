"""The second half of a rehearsal: changes, one of which fails, and the end of all but the data.

Each step returns what was done in a few words, or None where there was nothing to do; or raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.rehearsal import by_hand, wiring
from tests.rehearsal.alive import alive, missing
from tests.rehearsal.assembly import stacks
from tests.rehearsal.cli import NO_DIFFERENCE, CommandError
from tests.rehearsal.kept import Kept

if TYPE_CHECKING:
    from tests.rehearsal.assembly import Stack
    from tests.rehearsal.stage import Stage

FAULT = "Rate exceeded"
PROTECTED = "cannot be deleted while TerminationProtection is enabled"
# What an ordinary change may make or remove: App Runner's scaling can only be replaced, a release
# is a new revision of a task definition, and a service that did not scale may begin to.
REPLACED = {
    "AWS::AppRunner::AutoScalingConfiguration",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ECS::TaskDefinition",
}


def roll_back(stage: Stage) -> str | None:
    """Another release and an ordinary change of the file, and its last resource fails."""
    by_hand.release(stage.deployed, by_hand.SECOND)
    stack, logical = _last_change(stage)
    kept = Kept.of(stage.deployed)
    stage.emulator.trip(**{f"{stack.name}/{logical}": FAULT})
    ran = stage.cdk(stage.changed).deploy()
    stage.emulator.trip()
    status = stage.account.status(stack.name)
    if ran.status == 0 or FAULT not in ran.said or status != "UPDATE_ROLLBACK_COMPLETE":
        raise CommandError(f"{stack.name} is {status} after a fault: {ran.said}")
    stage.nothing_is_lost(kept)
    return f"{stack.name} fails at {logical}, and is what it was"


def change(stage: Stage) -> str:
    """The same again, without the fault: an update in place."""
    kept, before = Kept.of(stage.deployed), len(stage.emulator.ledger())
    stage.succeeded(stage.cdk(stage.changed).deploy())
    stage.nothing_is_lost(kept)
    done = stage.emulator.ledger()[before:]
    strange = sorted({each["type"] for each in done if each["action"] != "update"} - REPLACED)
    if not done or strange:
        raise CommandError(f"an update in place has made or removed {strange or 'nothing'}")
    if wrong := [str(fact) for fact in wiring.facts(stage.deployed) if fact.wrong]:
        raise CommandError("\n".join(wrong))
    return f"{len({each['logical'] for each in done})} resources updated, nothing lost"


def again(stage: Stage) -> str:
    """The same again changes nothing."""
    before = len(stage.emulator.ledger())
    stage.succeeded(stage.cdk(stage.changed).diff(), NO_DIFFERENCE)
    stage.succeeded(stage.cdk(stage.changed).deploy())
    if done := stage.emulator.ledger()[before:]:
        raise CommandError(f"a repeated deploy did {len(done)} things: {done[0]}")
    return "no difference, nothing done"


def protected(stage: Stage) -> str:
    """What is protected refuses to be destroyed."""
    stage.kept = Kept.of(stage.deployed)
    names = [stack.name for stack in stage.stacks if stack.protected]
    for name in reversed(names):
        # The last first, so that no stack goes before one that uses it.
        ran = stage.cdk(stage.changed).destroy(name, "--exclusively")
        if ran.status == 0 or PROTECTED not in ran.said:
            raise CommandError(f"{name} should have refused: {ran.said}")
    stage.nothing_is_lost(stage.kept)
    return f"{len(names)} stacks refuse"


def destroy(stage: Stage) -> str:
    """What can be made again is destroyed, the balancer's protection lifted as documented."""
    balancers = by_hand.lift_protection(stage.deployed)
    names = [each.name for each in reversed(stage.stacks[1:]) if not each.protected]
    stage.succeeded(stage.cdk(stage.changed).destroy(*names))
    stage.nothing_is_lost(stage.kept)
    lifted = f", protection of {len(balancers)} balancer lifted" if balancers else ""
    return f"{len(names)} stacks{lifted}"


def unprotected(stage: Stage) -> str:
    """Termination protection lifted, and the stacks that keep data destroyed."""
    names = [each.name for each in reversed(stage.stacks[1:]) if each.protected]
    for name in names:
        stage.account.protect(name, enable=False)
    stage.succeeded(stage.cdk(stage.changed).destroy(*names))
    stage.nothing_is_lost(stage.kept)
    network = stage.stacks[0].name
    stage.account.protect(network, enable=False)
    ran = stage.cdk(stage.changed).destroy(network, "--exclusively")
    if not stage.holds_its_network:
        stage.succeeded(ran)
    elif ran.status == 0 or "DependencyViolation" not in ran.said:
        raise CommandError(f"{network} went, though the data needs it: {ran.said}")
    stage.nothing_is_lost(stage.kept)
    if lost := [*stage.kept.pinned_lost(), *missing(stage.emulator, stage.stacks)]:
        raise CommandError(f"what the data needs is gone: {', '.join(lost)}")
    held = "and holds the network" if stage.holds_its_network else "and the network went"
    return f"{len(names)} stacks; their data stays, {held}"


def leftovers(stage: Stage) -> str:
    """What is left is what the templates keep, and what that needs."""
    left = alive(stage.emulator)
    expected = {(stack.name, logical) for stack in stage.stacks for logical in stack.kept} | {
        (stage.stacks[0].name, logical) for logical in _held(stage)
    }
    if strange := sorted(left - expected):
        raise CommandError(f"left over: {', '.join('/'.join(each) for each in strange)}")
    return f"{len(left)} resources, all of them meant to stay"


def _last_change(stage: Stage) -> tuple[Stack, str]:
    """The last resource that the change of the file touches, so that others are taken back."""
    before = {each.name: each.resources for each in stage.stacks}
    changes = [
        (stack, logical)
        for stack in stacks(stage.changed)
        for logical, body in stack.resources.items()
        if logical in before[stack.name] and before[stack.name][logical] != body
    ]
    if not changes:
        raise CommandError("the change of the file changes nothing")
    return changes[-1]


def _held(stage: Stage) -> set[str]:
    """What of the network stays as long as something in it does."""
    kinds = ("AWS::EC2::VPC", "AWS::EC2::Subnet") if stage.holds_its_network else ()
    network = stage.stacks[0].resources
    return {name for name, each in network.items() if each["Type"] in kinds}
