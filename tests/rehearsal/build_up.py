"""The first half of a rehearsal: into an empty account, and everything works.

Each step returns what was done in a few words, or None where there was nothing to do; or raises.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from tests.rehearsal import by_hand, real, wiring
from tests.rehearsal.assembly import stacks, types
from tests.rehearsal.cli import NO_DIFFERENCE, CommandError
from tests.rehearsal.server import Emulator
from tests.rehearsal.synthesis import in_own_process
from tests.slack_notifier.slack_server import SlackServer

if TYPE_CHECKING:
    from tests.rehearsal.stage import Stage

HEAR_SECONDS = 20


def synthesize(stage: Stage) -> str:
    """The cloud assembly, and a second one after an ordinary change of the file."""
    names = (stage.environment.system, stage.environment.environment)
    in_own_process(*names, stage.assembly, stage.changed)
    stage.stacks = stacks(stage.assembly)
    count = sum(len(stack.resources) for stack in stage.stacks)
    return f"{len(stage.stacks)} stacks, {count} resources"


def servers(stage: Stage) -> str:
    """Real databases and caches, and Slack, where this machine has addresses for them."""
    stage.slack = stage.running.enter_context(SlackServer().running())
    if not real.possible():
        return "none: a database needs a loopback address of its own, which only Linux has"
    running = real.running(stage.stacks, stage.folder / "servers")
    stage.servers = stage.running.enter_context(running)
    databases, caches = len(stage.servers.databases), len(stage.servers.caches)
    if databases:
        stage.real.append("the first rotation and its logins")
    return f"{databases} PostgreSQL, {caches} Valkey, with TLS; Slack's place is taken"


def bootstrap(stage: Stage) -> str:
    """The emulator, and `cdk bootstrap` in it."""
    found = stage.servers
    emulator = Emulator(
        stage.folder,
        stage.environment.account,
        stage.environment.region,
        types(stage.stacks),
        machines=found.machines if found else {},
        overlays=found.overlays if found else {},
        extra=found.trust if found else {},
    )
    stage.emulator = stage.running.enter_context(emulator)
    stage.succeeded(stage.cdk().bootstrap())
    return "CDKToolkit"


def deploy(stage: Stage) -> str:
    """`cdk deploy --all` into the empty account."""
    ran = stage.cdk().deploy()
    stage.succeeded(ran)
    stage.said = ran.said
    stage.succeeded(stage.cdk().diff(), NO_DIFFERENCE)
    return f"{stage.made()} resources; nothing is released yet; no difference after it"


def fill(stage: Stage) -> str | None:
    """The secrets that people bring."""
    notifier = stage.environment.notifier
    webhook = {notifier.webhook: stage.slack.url} if notifier else {}
    filled = by_hand.fill_secrets(stage.deployed, webhook)
    return ", ".join(filled) or None


def migrate(stage: Stage) -> str | None:
    """The release is pushed, and the tasks that prepare the database run with it."""
    programs = stage.programs
    if programs is None or not (tasks := programs.migrations()):
        return None
    if by_hand.release(stage.deployed, by_hand.FIRST, only=tasks):
        stage.succeeded(stage.cdk().deploy())
    for task in tasks:
        programs.migrate(task)
    stage.real.append("migrations")
    return ", ".join(f"{task}, on a real database" for task in tasks)


def release(stage: Stage) -> str:
    """The digest for all that runs, and `cdk deploy --all`."""
    before = stage.made()
    names = by_hand.release(stage.deployed, by_hand.FIRST)
    stage.succeeded(stage.cdk().deploy())
    return f"{len(names)} parameters, {stage.made() - before} more resources"


def verify(stage: Stage) -> str:
    """Everything asked of each service's own API."""
    facts = list(wiring.facts(stage.deployed))
    if wrong := [str(fact) for fact in facts if fact.wrong]:
        raise CommandError("\n".join(wrong))
    return f"{len(facts)} facts hold"


def smoke(stage: Stage) -> str | None:
    """The reference backend with the variables of each service, under delivery's smoke test."""
    if (programs := stage.programs) is None:
        return None
    said = []
    for service in programs.services():
        with programs.running(service) as backend:
            outcome = programs.smoke(service, backend, by_hand.FIRST)
            if not outcome.passed:
                raise CommandError("\n".join(outcome.lines))
            said.append(f"{service} answers ({len(outcome.lines)} checks)")
    if said:
        stage.real.append("services with their variables")
    return ", ".join(said) or None


def measure(stage: Stage) -> str | None:
    """The functions that measure queues, on real ones."""
    if (programs := stage.programs) is None:
        return None
    measured = programs.measure()
    if measured:
        stage.real.append("the measurement of queues")
    return ", ".join(f"{name} measures" for name in measured) or None


def alarm(stage: Stage) -> str | None:
    """An alarm rings, and Slack's place hears of it."""
    alarms = stage.deployed.of("AWS::CloudWatch::Alarm")
    telling = [alarm for alarm in alarms if alarm.body["Properties"].get("AlarmActions")]
    if stage.environment.notifier is None or not telling:
        return None
    each = telling[0]
    stage.emulator.client("cloudwatch").set_alarm_state(
        AlarmName=each.physical, StateValue="ALARM", StateReason="Rehearsed"
    )
    if not _heard(stage.slack, each.physical):
        raise CommandError(f"{each.where} rang, and nothing was posted")
    stage.real.append("an alarm's way to Slack")
    return f"{each.physical} rang and was posted"


def _heard(slack: SlackServer, text: str) -> bool:
    """Whether something that holds the text is posted before long."""
    deadline = time.monotonic() + HEAR_SECONDS
    while time.monotonic() < deadline:
        if any(text in json.dumps(each) for each in slack.payloads):
            return True
        time.sleep(0.05)
    return False
