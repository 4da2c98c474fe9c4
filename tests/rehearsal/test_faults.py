"""Faults in the middle: one repeated command ends well, nothing is lost or done twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.assemblies import Assembly, synthesized
from tests.rehearsal import by_hand
from tests.rehearsal.account import Account
from tests.rehearsal.assembly import Stack, stacks, types
from tests.rehearsal.cli import Cdk
from tests.rehearsal.deployed import Deployed
from tests.rehearsal.kept import Kept
from tests.rehearsal.server import Emulator

# The smallest: what is tested here does not depend on what is deployed.
SMALLEST = ("fckdoomscroll", "dev")
PATIENCE = 60


@pytest.fixture(scope="module")
def assembly() -> Assembly:
    return synthesized(*SMALLEST)


@pytest.fixture
def all_stacks(assembly: Assembly) -> tuple[Stack, ...]:
    return stacks(assembly.folder)


@contextmanager
def emulator(
    folder: Path, assembly: Assembly, all_stacks: tuple[Stack, ...], *, durable: bool = False
) -> Iterator[Emulator]:
    environment = assembly.environment
    place = (environment.account, environment.region)
    with Emulator(folder, *place, types(all_stacks), durable=durable) as running:
        yield running


class CrashError(Exception):
    """The emulator was killed, and the terminal with it."""


def killed_after(emulator: Emulator, resources: int, *, and_then: Callable[[], None]) -> None:
    """Kill the emulator as soon as so many resources were made by somebody else."""
    end = time.monotonic() + PATIENCE
    while len(emulator.ledger()) < resources:
        assert time.monotonic() < end
        time.sleep(0.002)
    emulator.kill()
    and_then()


@pytest.mark.parametrize("done", [8, 55, 75])
def test_after_a_crash_in_mid_deploy_the_same_command_ends_it(
    tmp_path: Path, assembly: Assembly, all_stacks: tuple[Stack, ...], done: int
) -> None:
    """The stack that was under way is carried on: CloudFormation does not need its client."""
    with emulator(tmp_path, assembly, all_stacks, durable=True) as running:
        Account(running).bootstrap(assembly.folder)
        crashed = threading.Event()

        def look() -> None:
            if crashed.is_set():
                raise CrashError

        def wait() -> None:
            killed_after(running, done, and_then=crashed.set)

        crash = threading.Thread(target=wait)
        crash.start()
        with pytest.raises(CrashError):
            Cdk(running, assembly.folder, look).deploy()
        crash.join()
        before = running.ledger()
        running.start()
        repeated = Cdk(running, assembly.folder).deploy()
        assert repeated.status == 0, repeated.said
        made = Counter(
            (each["stack"], each["logical"])
            for each in running.ledger()
            if each["action"] == "create"
        )
        assert set(made.values()) == {1}
        assert before == running.ledger()[: len(before)]
        account = Account(running)
        for stack in all_stacks:
            assert account.status(stack.name) == "CREATE_COMPLETE"
            assert account.resources(stack.name).keys() == {
                logical for name, logical in made if name == stack.name
            }


def test_a_deploy_goes_on_by_itself_when_the_emulator_is_soon_back(
    tmp_path: Path, assembly: Assembly, all_stacks: tuple[Stack, ...]
) -> None:
    with emulator(tmp_path, assembly, all_stacks, durable=True) as running:
        Account(running).bootstrap(assembly.folder)

        def wait() -> None:
            killed_after(running, 50, and_then=running.start)

        crash = threading.Thread(target=wait)
        crash.start()
        ran = Cdk(running, assembly.folder).deploy()
        crash.join()
        assert ran.status == 0, ran.said
        made = [(each["stack"], each["logical"]) for each in running.ledger() if "kind" in each]
        assert len(made) == len(set(made))


def test_a_stack_that_fails_at_its_third_resource_is_made_by_the_same_command(
    tmp_path: Path, assembly: Assembly, all_stacks: tuple[Stack, ...]
) -> None:
    compute = next(stack for stack in all_stacks if stack.name.endswith("-compute"))
    third = list(compute.resources)[2]
    with emulator(tmp_path, assembly, all_stacks) as running:
        account, cdk = Account(running), Cdk(running, assembly.folder)
        account.bootstrap(assembly.folder)
        running.trip(**{f"{compute.name}/{third}": "Rate exceeded"})
        failed = cdk.deploy()
        assert failed.status != 0
        assert "Rate exceeded" in failed.said
        assert account.status(compute.name) == "ROLLBACK_COMPLETE"
        done = [stack for stack in all_stacks if account.status(stack.name) == "CREATE_COMPLETE"]
        kept = Kept.of(Deployed(account, assembly.environment, tuple(done)))
        running.trip()
        repeated = cdk.deploy()
        assert repeated.status == 0, repeated.said
        assert kept.lost() == []
        assert account.status(compute.name) == "CREATE_COMPLETE"


def test_a_protected_stack_that_fails_is_in_the_way_until_it_is_taken_out_as_documented(
    tmp_path: Path, assembly: Assembly, all_stacks: tuple[Stack, ...]
) -> None:
    """The README's way: the database's protection, the stack's, the stack, and the same command."""
    data = next(stack for stack in all_stacks if stack.name.endswith("-data"))
    with emulator(tmp_path, assembly, all_stacks) as running:
        account, cdk = Account(running), Cdk(running, assembly.folder)
        account.bootstrap(assembly.folder)
        last = list(data.resources)[-1]
        running.trip(**{f"{data.name}/{last}": "Rate exceeded"})
        assert cdk.deploy().status != 0
        running.trip()
        in_the_way = cdk.deploy()
        assert in_the_way.status != 0
        assert "TerminationProtection is enabled" in in_the_way.said
        rds = running.client("rds")
        for each in rds.describe_db_instances()["DBInstances"]:
            name = each["DBInstanceIdentifier"]
            rds.modify_db_instance(
                DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True
            )
            rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        account.protect(data.name, enable=False)
        assert account.delete(data.name) == "DELETE_COMPLETE", account.reasons(data.name)
        repeated = cdk.deploy()
        assert repeated.status == 0, repeated.said


def test_a_release_that_fails_leaves_the_former_one_serving(
    tmp_path: Path, assembly: Assembly, all_stacks: tuple[Stack, ...]
) -> None:
    with emulator(tmp_path, assembly, all_stacks) as running:
        account = Account(running)
        account.bootstrap(assembly.folder)
        deployed = by_hand.deploy_and_release(account, assembly.environment, all_stacks)
        (service,) = deployed.of("AWS::ECS::Service")
        compute = next(stack for stack in all_stacks if stack.name == service.stack)
        by_hand.release(deployed, by_hand.SECOND)
        running.trip(**{service.where: "Service did not stabilize"})
        assert account.deploy(compute) == "UPDATE_ROLLBACK_COMPLETE"
        assert serving(deployed, service.physical) == by_hand.FIRST
        running.trip()
        assert account.deploy(compute) == "UPDATE_COMPLETE"
        assert serving(deployed, service.physical) == by_hand.SECOND


def serving(deployed: Deployed, service: str) -> str:
    """The digest that a service's task definition names."""
    ecs = deployed.client("ecs")
    cluster, name = service.split("/")[-2:]
    (found,) = ecs.describe_services(cluster=cluster, services=[name])["services"]
    task = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
    return str(task["containerDefinitions"][0]["image"].partition("@")[2])
