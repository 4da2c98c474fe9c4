"""A whole environment, from bootstrap to what is left over, by the unmodified CDK CLI."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.rehearsal import real, steps, wiring
from tests.rehearsal.account import Account
from tests.rehearsal.alive import alive, missing
from tests.rehearsal.assembly import Stack, stacks, types
from tests.rehearsal.cli import Cdk, CommandError, Ran
from tests.rehearsal.deployed import Deployed
from tests.rehearsal.kept import Kept
from tests.rehearsal.programs import Programs
from tests.rehearsal.server import Emulator
from tests.rehearsal.synthesis import in_own_process
from tests.slack_notifier.slack_server import SlackServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from config.model.environment import Environment

FIRST, SECOND = (f"sha256:{letter * 64}" for letter in "ab")
HEAR_SECONDS = 20
RECORDED = "recorded"
NO_DIFFERENCE = "Number of stacks with differences: 0"
PROTECTED = "cannot be deleted while TerminationProtection is enabled"


@dataclass
class Rehearsal:
    """What is rehearsed, where, and what runs for it; a context manager.

    Every public method is a step: it returns what was done in a few words, or raises.
    """

    environment: Environment
    folder: Path
    looked: Callable[[], None] = lambda: None
    _running: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Rehearsal:
        return self

    def __exit__(self, *error: object) -> None:
        self._running.close()

    @cached_property
    def steps(self) -> tuple[Callable[[], str | None], ...]:
        """All steps, in order; one that returns None had nothing to do."""
        return (
            self.synthesize,
            self.servers,
            self.bootstrap,
            self.deploy,
            self.fill,
            self.migrate,
            self.release,
            self.verify,
            self.smoke,
            self.measure,
            self.alarm,
            self.change,
            self.again,
            self.protected,
            self.destroy,
            self.unprotected,
            self.leftovers,
        )

    def synthesize(self) -> str:
        """The cloud assembly, and a second one after an ordinary change of the file."""
        self._assembly, self._changed = self.folder / "assembly", self.folder / "changed"
        names = (self.environment.system, self.environment.environment)
        in_own_process(*names, self._assembly, self._changed)
        self.stacks = stacks(self._assembly)
        count = sum(len(stack.resources) for stack in self.stacks)
        return f"{len(self.stacks)} stacks, {count} resources"

    def servers(self) -> str:
        """Real databases and caches, and Slack, where this machine has addresses for them."""
        self._slack = self._running.enter_context(SlackServer().running())
        self._servers = None
        if not real.possible():
            return "none: a database needs a loopback address of its own, which only Linux has"
        running = real.running(self.stacks, self.folder / "servers")
        self._servers = self._running.enter_context(running)
        databases, caches = len(self._servers.databases), len(self._servers.caches)
        return f"{databases} PostgreSQL, {caches} Valkey, with TLS; Slack's place is taken"

    def bootstrap(self) -> str:
        """The emulator, and `cdk bootstrap` in it."""
        found = self._servers
        emulator = Emulator(
            self.folder,
            self.environment.account,
            self.environment.region,
            types(self.stacks),
            machines=found.machines if found else {},
            overlays=found.overlays if found else {},
            extra=found.trust if found else {},
        )
        self.emulator = self._running.enter_context(emulator)
        self._account = Account(self.emulator)
        self._succeeded(self._cdk().bootstrap())
        return "CDKToolkit"

    def deploy(self) -> str:
        """`cdk deploy --all` into the empty account."""
        ran = self._cdk().deploy()
        self._succeeded(ran)
        self.said = ran.said
        self._succeeded(self._cdk().diff(), NO_DIFFERENCE)
        return f"{self._made()} resources; nothing is released yet; no difference after it"

    def fill(self) -> str | None:
        """The secrets that people bring."""
        notifier = self.environment.notifier
        webhook = {notifier.webhook: self._slack.url} if notifier else {}
        filled = steps.fill_secrets(self._deployed(), webhook)
        return ", ".join(filled) or None

    def migrate(self) -> str | None:
        """The release is pushed, and the tasks that prepare the database run with it."""
        if self._servers is None:
            return None
        steps.release(self._deployed(), FIRST, only=self.environment.tasks)
        self._succeeded(self._cdk().deploy())
        programs = self._programs()
        for task in programs.migrations():
            programs.migrate(task)
        return ", ".join(f"{task}, on a real database" for task in programs.migrations()) or None

    def release(self) -> str:
        """The digest for all that runs, and `cdk deploy --all`."""
        before = self._made()
        names = steps.release(self._deployed(), FIRST)
        self._succeeded(self._cdk().deploy())
        return f"{len(names)} parameters, {self._made() - before} more resources"

    def verify(self) -> str:
        """Everything asked of each service's own API."""
        facts = list(wiring.facts(self._deployed()))
        if wrong := [str(fact) for fact in facts if fact.wrong]:
            raise CommandError("\n".join(wrong))
        return f"{len(facts)} facts hold"

    def smoke(self) -> str | None:
        """The reference backend with the variables of each service, under delivery's smoke test."""
        if self._servers is None:
            return None
        programs, said = self._programs(), []
        for service in programs.services():
            with programs.running(service) as backend:
                outcome = programs.smoke(service, backend, FIRST)
                if not outcome.passed:
                    raise CommandError("\n".join(outcome.lines))
                said.append(f"{service} answers ({len(outcome.lines)} checks)")
        return ", ".join(said) or None

    def measure(self) -> str | None:
        """The functions that measure queues, on real ones."""
        if self._servers is None:
            return None
        measured = self._programs().measure()
        return ", ".join(f"{name} measures" for name in measured) or None

    def alarm(self) -> str | None:
        """An alarm rings, and Slack's place hears of it."""
        if self.environment.notifier is None:
            return None
        alarms = self._deployed().of("AWS::CloudWatch::Alarm")
        each = next(alarm for alarm in alarms if alarm.body["Properties"].get("AlarmActions"))
        self.emulator.client("cloudwatch").set_alarm_state(
            AlarmName=each.physical, StateValue="ALARM", StateReason="Rehearsed"
        )
        if not _heard(self._slack, each.physical):
            raise CommandError(f"{each.where} rang, and nothing was posted")
        return f"{each.physical} rang and was posted"

    def change(self) -> str:
        """Another release and an ordinary change of the file: an update in place."""
        steps.release(self._deployed(), SECOND)
        kept, before = Kept.of(self._deployed()), len(self.emulator.ledger())
        self._succeeded(self._cdk(self._changed).deploy())
        self._nothing_is_lost(kept)
        done = self.emulator.ledger()[before:]
        return f"{len({each['logical'] for each in done})} resources changed, nothing lost"

    def again(self) -> str:
        """The same again changes nothing."""
        before = len(self.emulator.ledger())
        self._succeeded(self._cdk(self._changed).diff(), NO_DIFFERENCE)
        self._succeeded(self._cdk(self._changed).deploy())
        if done := self.emulator.ledger()[before:]:
            raise CommandError(f"a repeated deploy did {len(done)} things: {done[0]}")
        return "no difference, nothing done"

    def protected(self) -> str:
        """What is protected refuses to be destroyed."""
        self._kept = Kept.of(self._deployed())
        names = [stack.name for stack in self.stacks if stack.protected]
        for name in reversed(names):
            # The last first, so that no stack goes before one that uses it.
            ran = self._cdk(self._changed).destroy(name, "--exclusively")
            if ran.status == 0 or PROTECTED not in ran.said:
                raise CommandError(f"{name} should have refused: {ran.said}")
        self._nothing_is_lost(self._kept)
        return f"{len(names)} stacks refuse"

    def destroy(self) -> str:
        """What can be made again is destroyed, the balancer's protection lifted as documented."""
        balancers = steps.lift_protection(self._deployed())
        names = [each.name for each in reversed(self.stacks[1:]) if not each.protected]
        self._succeeded(self._cdk(self._changed).destroy(*names))
        self._nothing_is_lost(self._kept)
        lifted = f", protection of {len(balancers)} balancer lifted" if balancers else ""
        return f"{len(names)} stacks{lifted}"

    def unprotected(self) -> str:
        """Termination protection lifted, and the stacks that keep data destroyed."""
        names = [each.name for each in reversed(self.stacks[1:]) if each.protected]
        for name in names:
            self._account.protect(name, enable=False)
        self._succeeded(self._cdk(self._changed).destroy(*names))
        self._nothing_is_lost(self._kept)
        network = self.stacks[0]
        self._account.protect(network.name, enable=False)
        ran = self._cdk(self._changed).destroy(network.name, "--exclusively")
        if ran.status == 0 or "DependencyViolation" not in ran.said:
            raise CommandError(f"{network.name} went, though the data needs it: {ran.said}")
        self._nothing_is_lost(self._kept)
        if lost := self._kept.pinned_lost():
            raise CommandError(f"the network of the data is gone: {', '.join(lost)}")
        if gone := missing(self.emulator, self.stacks):
            raise CommandError(f"gone: {', '.join(gone)}")
        return f"{len(names)} stacks; their data stays, and holds the network"

    def leftovers(self) -> str:
        """What is left is what the templates keep, and what that needs."""
        left = alive(self.emulator)
        expected = {(stack.name, logical) for stack in self.stacks for logical in stack.kept} | {
            (self.stacks[0].name, logical) for logical in _held(self.stacks[0])
        }
        if strange := sorted(left - expected):
            raise CommandError(f"left over: {', '.join('/'.join(each) for each in strange)}")
        return f"{len(left)} resources, all of them meant to stay"

    @property
    def proved(self) -> tuple[str, ...]:
        """What real servers proved besides."""
        if self._servers is None:
            return ()
        said = (
            "for real, over TLS: first rotation, logins, migrations, the service with its variables"
        )
        return (said,)

    @property
    def not_proved(self) -> tuple[str, ...]:
        """What this rehearsal in particular leaves open."""
        types_only = sorted({each["type"] for each in self.emulator.ledger() if _recorded(each)})
        stand_ins = sorted(self._servers.stand_ins) if self._servers else []
        return tuple(
            said
            for said in (
                f"anything behind {', '.join(types_only)}" if types_only else "",
                f"PostgreSQL's {', '.join(stand_ins)}: empty stand-ins here" if stand_ins else "",
                "" if self._servers else "rotation, migrations and services: no servers here",
            )
            if said
        )

    def _cdk(self, assembly: Path | None = None) -> Cdk:
        return Cdk(self.emulator, assembly or self._assembly, self.looked)

    def _deployed(self) -> Deployed:
        return Deployed(self._account, self.environment, self.stacks)

    def _programs(self) -> Programs:
        assert self._servers is not None
        return Programs(self._deployed(), self._servers, self.folder)

    def _made(self) -> int:
        return len(alive(self.emulator))

    def _succeeded(self, ran: Ran, words: str = "") -> None:
        if ran.status or words not in ran.said:
            raise CommandError(ran.said.strip())

    def _nothing_is_lost(self, kept: Kept) -> None:
        if lost := kept.lost():
            raise CommandError(f"lost: {', '.join(lost)}")


def _recorded(entry: dict[str, Any]) -> bool:
    return entry.get("kind") == RECORDED


def _heard(slack: SlackServer, text: str) -> bool:
    """Whether something that holds the text is posted before long."""
    deadline = time.monotonic() + HEAR_SECONDS
    while time.monotonic() < deadline:
        if any(text in json.dumps(each) for each in slack.payloads):
            return True
        time.sleep(0.05)
    return False


def _held(network: Stack) -> set[str]:
    """What of a network stays as long as a database needs it."""
    kinds = ("AWS::EC2::VPC", "AWS::EC2::Subnet")
    return {name for name, each in network.resources.items() if each["Type"] in kinds}
