"""What can be real is real: a database, a cache, functions, migrations, a service and Slack.

With REHEARSAL_POSTGRES, the folder of PostgreSQL's programs, the server speaks TLS itself and
enforces it; without, TLS is put in front of the one from PyPI.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pg8000.native import Connection, DatabaseError

from tests.assemblies import synthesized
from tests.rehearsal import by_hand, real, wiring
from tests.rehearsal.account import Account
from tests.rehearsal.assembly import stacks, types
from tests.rehearsal.backend.postgres import PostgresUrl, connect
from tests.rehearsal.deployed import Deployed
from tests.rehearsal.injected import variables
from tests.rehearsal.programs import ProgramError, Programs
from tests.rehearsal.server import Emulator
from tests.slack_notifier.slack_server import Answer, SlackServer

SERVICE, TASK, VARIABLE = "backend", "migrations", "DATABASE_URL"
PATIENCE = 30

pytestmark = pytest.mark.skipif(
    not real.possible(), reason="a database needs a loopback address of its own: Linux has them"
)


@dataclass(frozen=True)
class Stage:
    """An environment with everything real behind it."""

    deployed: Deployed
    programs: Programs
    servers: real.Servers
    slack: SlackServer


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Deploy once; the tests of this module come one after another, as in a life."""
    assembly, folder = synthesized("daadaar", "prod"), tmp_path_factory.mktemp("stage")
    all_stacks = stacks(assembly.folder)
    environment = assembly.environment
    with (
        SlackServer().running() as slack,
        real.running(all_stacks, folder / "servers") as servers,
        Emulator(
            folder,
            environment.account,
            environment.region,
            types(all_stacks),
            machines=servers.machines,
            overlays=servers.overlays,
            extra=servers.trust,
        ) as emulator,
    ):
        account = Account(emulator)
        account.bootstrap(assembly.folder)
        deployed = by_hand.deploy_and_release(
            account, environment, all_stacks, {"slack-webhook": slack.url}
        )
        yield Stage(deployed, Programs(deployed, servers, folder), servers, slack)


def login(stage: Stage, node: str) -> PostgresUrl:
    """The connection string that a program would be started with."""
    deployed = stage.deployed
    if node == SERVICE:
        return PostgresUrl.parse(VARIABLE, variables(deployed, node))
    (project,) = deployed.client("codebuild").batch_get_projects(
        names=[deployed.of("AWS::CodeBuild::Project")[0].physical]
    )["projects"]
    given = {each["name"]: each["value"] for each in project["environment"]["environmentVariables"]}
    client = deployed.client("secretsmanager")
    value = client.get_secret_value(SecretId=given[VARIABLE])["SecretString"]
    return PostgresUrl.parse(VARIABLE, {VARIABLE: value})


def as_superuser(stage: Stage, sql: str) -> list[list[object]]:
    """Run a statement in the environment's database."""
    (server,) = stage.servers.databases.values()
    with server.connect(login(stage, SERVICE).database) as connection:
        return connection.run(sql) or []


def test_everything_holds_as_without_servers(stage: Stage) -> None:
    assert [str(fact) for fact in wiring.facts(stage.deployed) if fact.wrong] == []


def test_the_first_rotation_has_made_the_logins_and_their_connection_strings(stage: Stage) -> None:
    service, owner = login(stage, SERVICE), login(stage, TASK)
    assert (service.user, owner.user) == ("app_blue", "owner_blue")
    assert service.host == owner.host != "127.0.0.1"
    made = as_superuser(stage, "SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper")
    assert {"app_blue", "owner_blue"} < {name for (name,) in made}


def test_the_database_takes_no_connection_without_tls(stage: Stage) -> None:
    given = login(stage, SERVICE)
    with pytest.raises(DatabaseError) as refused:
        Connection(
            given.user, given.host, given.database, 5432, given.password, ssl_context=False
        ).close()
    assert refused.value.args[0]["C"] == "28000"
    assert "no encryption" in refused.value.args[0]["M"]


def test_a_build_that_loses_the_database_fails_and_the_next_one_does_the_rest_once(
    stage: Stage, tmp_path: Path
) -> None:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE first (id int);")
    (tmp_path / "0002_slow.sql").write_text("CREATE TABLE slow (id int); SELECT pg_sleep(20);")
    (tmp_path / "0003_last.sql").write_text("CREATE TABLE last (id int);")
    sleeping = "FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()"

    def cut() -> None:
        end = time.monotonic() + PATIENCE
        while not as_superuser(stage, f"SELECT 1 {sleeping}") and time.monotonic() < end:
            time.sleep(0.05)
        as_superuser(stage, f"SELECT pg_terminate_backend(pid) {sleeping}")

    failover = threading.Thread(target=cut)
    failover.start()
    with pytest.raises(ProgramError, match="the connection was lost"):
        stage.programs.migrate(TASK, "--folder", str(tmp_path))
    failover.join()
    (tmp_path / "0002_slow.sql").write_text("CREATE TABLE slow (id int);")
    said = stage.programs.migrate(TASK, "--folder", str(tmp_path))
    assert "0001_first: applied" not in said
    assert "0002_slow: applied" in said
    assert "0003_last: applied" in said
    again = stage.programs.migrate(TASK, "--folder", str(tmp_path))
    assert ": applied" not in again


def test_migrations_run_and_the_service_may_use_rows_but_not_change_tables(stage: Stage) -> None:
    stage.programs.migrate(TASK)
    with stage.programs.running(SERVICE) as backend:
        status, report = backend.ask("/api/reports", "it is raining")
        assert (status, report["text"]) == (201, "it is raining")
        outcome = stage.programs.smoke(SERVICE, backend, by_hand.FIRST)
        assert outcome.passed, outcome.lines
        other = stage.programs.smoke(SERVICE, backend, by_hand.SECOND)
        assert not other.passed
        assert "the old version still serves" in "\n".join(other.lines)
    assert as_superuser(stage, "SELECT count(*) FROM reports") == [[1]]
    with connect(login(stage, SERVICE), PATIENCE) as connection:
        with pytest.raises(DatabaseError) as refused:
            connection.run("ALTER TABLE reports ADD COLUMN more text")
        assert refused.value.args[0]["C"] == "42501"


def test_a_service_that_does_not_learn_its_release_is_not_asked_for_it(stage: Stage) -> None:
    environment = stage.deployed.environment
    silent = environment.services[SERVICE].model_copy(update={"release_env": None})
    services = {**environment.services, SERVICE: silent}
    other = environment.model_copy(update={"services": services})
    programs = replace(stage.programs, deployed=replace(stage.deployed, environment=other))
    with programs.running(SERVICE) as backend:
        outcome = programs.smoke(SERVICE, backend, by_hand.FIRST)
    assert outcome.passed, outcome.lines


def test_an_alarm_reaches_slack_through_topic_and_bundled_function(stage: Stage) -> None:
    stage.slack.payloads.clear()
    alarm = ring(stage, "ALARM", "Threshold crossed: 9 of 9")
    posted = json.dumps(wait_for(stage, 1))
    assert alarm in posted
    assert "Threshold crossed" in posted


def test_what_slack_does_not_take_arrives_once_it_is_back(stage: Stage) -> None:
    """Ten minutes in seconds: the queue's times are shortened, and nothing else."""
    waiting, dead = queues(stage)
    sqs = stage.deployed.client("sqs")
    sqs.set_queue_attributes(
        QueueUrl=waiting, Attributes={"DelaySeconds": "1", "VisibilityTimeout": "2"}
    )
    stage.slack.answers(Answer(503))
    alarm = ring(stage, "ALARM", "Nobody hears of it yet")
    until(lambda: held(stage, waiting) == 1)
    stage.slack.payloads.clear()
    stage.slack.answers(Answer())
    posted = json.dumps(wait_for(stage, 1))
    assert alarm in posted
    assert "Nobody hears of it yet" in posted
    until(lambda: held(stage, waiting) == 0)
    assert held(stage, dead) == 0
    assert len(stage.slack.payloads) == 1


def queues(stage: Stage) -> tuple[str, str]:
    """The addresses of the queue that delivers again, and of the one for what is given up."""
    found = stage.deployed.of("AWS::SQS::Queue")
    (waiting,) = (each for each in found if "RedrivePolicy" in each.body["Properties"])
    (dead,) = (each for each in found if each is not waiting)
    return waiting.physical, dead.physical


def held(stage: Stage, queue: str) -> int:
    """How many messages a queue holds, those that somebody works on included."""
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
    found = stage.deployed.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def ring(stage: Stage, state: str, reason: str) -> str:
    """Set the state of an alarm that tells somebody; returns its name."""
    alarm = next(
        each.physical
        for each in stage.deployed.of("AWS::CloudWatch::Alarm")
        if each.body["Properties"].get("AlarmActions")
    )
    cloudwatch = stage.deployed.client("cloudwatch")
    # Only a change is told.
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="INSUFFICIENT_DATA", StateReason="New")
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason=reason)
    return alarm


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_program_may_tell_slack_itself_by_the_name_that_it_is_given(stage: Stage) -> None:
    stage.slack.payloads.clear()
    name = variables(stage.deployed, SERVICE)["SLACK_NOTIFIER_FUNCTION"]
    event = {"title": "Import finished", "text": "2,000 rows", "level": "info"}
    stage.deployed.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    assert "Import finished" in json.dumps(wait_for(stage, 1))


def wait_for(stage: Stage, messages: int) -> list[dict[str, object]]:
    """What Slack's place was sent, once it is that many."""
    until(lambda: len(stage.slack.payloads) >= messages)
    return stage.slack.payloads
