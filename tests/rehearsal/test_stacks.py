"""Every environment, through CloudFormation: deployed, updated, rolled back, destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.assemblies import ENVIRONMENTS, Assembly, environment_of, synthesize, synthesized
from tests.config.test_readme import own_system
from tests.rehearsal import by_hand, wiring
from tests.rehearsal.account import Account
from tests.rehearsal.alive import missing
from tests.rehearsal.assembly import stacks, types
from tests.rehearsal.deployed import Deployed
from tests.rehearsal.grown import grown
from tests.rehearsal.kept import Kept
from tests.rehearsal.server import RECORDED, Emulator

each_environment = pytest.mark.parametrize(
    ("system", "environment"), ENVIRONMENTS, ids=[f"{one}-{two}" for one, two in ENVIRONMENTS]
)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for all environments; each finds it empty."""
    everything = {each for one in ENVIRONMENTS for each in types(stacks(synthesized(*one).folder))}
    environment = synthesized(*ENVIRONMENTS[0]).environment
    folder = tmp_path_factory.mktemp("rehearsal")
    with Emulator(folder, environment.account, environment.region, everything) as running:
        yield running


@cache
def after_change(system: str, environment: str) -> Assembly:
    """The environment after an ordinary change of its file."""
    return synthesize(grown(synthesized(system, environment).environment))


def deploy(emulator: Emulator, assembly: Assembly) -> Deployed:
    """The first deployment, in an empty account, with what people do by hand after it."""
    emulator.reset()
    account, all_stacks = Account(emulator), stacks(assembly.folder)
    assert assembly.environment.account == emulator.account
    account.bootstrap(assembly.folder)
    return by_hand.deploy_and_release(account, assembly.environment, all_stacks)


@each_environment
def test_what_is_deployed_is_what_the_file_says(
    emulator: Emulator, system: str, environment: str
) -> None:
    before = len(emulator.ledger())
    deployed = deploy(emulator, synthesized(system, environment))
    facts = list(wiring.facts(deployed))
    assert [str(fact) for fact in facts if fact.wrong] == []
    assert len(facts) > 100
    listed = set(yaml.safe_load(RECORDED.read_text()))
    recorded = {each["type"] for each in emulator.ledger()[before:] if each["kind"] == "recorded"}
    assert recorded <= listed
    # Everything of every template was made, and nothing else.
    made = {
        (each["stack"], each["logical"])
        for each in emulator.ledger()[before:]
        if each["action"] == "create"
    }
    assert made == {(each.stack, each.logical) for each in deployed.resources}
    assert len(made) == sum(len(stack.resources) for stack in deployed.stacks)


def test_the_readmes_own_system_deploys_as_it_says(emulator: Emulator, tmp_path: Path) -> None:
    assembly = synthesize(environment_of(own_system(), tmp_path, system="shop"))
    facts = list(wiring.facts(deploy(emulator, assembly)))
    assert [str(fact) for fact in facts if fact.wrong] == []


def test_every_type_that_is_only_recorded_is_listed_with_a_reason_and_used() -> None:
    listed = yaml.safe_load(RECORDED.read_text())
    used = {each for one in ENVIRONMENTS for each in types(stacks(synthesized(*one).folder))}
    assert set(listed) <= used
    assert [name for name, each in listed.items() if len(each.get("reason", "").split()) < 3] == []


@each_environment
def test_a_release_changes_what_runs_the_image_and_nothing_else(
    emulator: Emulator, system: str, environment: str
) -> None:
    deployed = deploy(emulator, synthesized(system, environment))
    before = len(emulator.ledger())
    by_hand.release(deployed, by_hand.SECOND)
    deployed.account.deploy_all(deployed.stacks)
    changed = {each["type"] for each in emulator.ledger()[before:]}
    assert changed <= {
        "AWS::ECS::TaskDefinition",
        "AWS::ECS::Service",
        "AWS::AppRunner::Service",
        "AWS::CodeBuild::Project",
        "AWS::StepFunctions::StateMachine",
        "AWS::Scheduler::Schedule",
        "AWS::IAM::Role",
    }
    assert changed & {"AWS::ECS::Service", "AWS::AppRunner::Service"}
    # The same again changes nothing.
    before = len(emulator.ledger())
    deployed.account.deploy_all(deployed.stacks)
    assert emulator.ledger()[before:] == []


@each_environment
def test_an_update_keeps_what_keeps_data(emulator: Emulator, system: str, environment: str) -> None:
    deployed = deploy(emulator, synthesized(system, environment))
    kept = Kept.of(deployed)
    before = len(emulator.ledger())
    changed = after_change(system, environment)
    deployed.account.deploy_all(stacks(changed.folder))
    done = emulator.ledger()[before:]
    made, gone = (
        {each["type"] for each in done if each["action"] == action}
        for action in ("create", "delete")
    )
    # App Runner's scaling can only be replaced; a service that did not scale may begin to.
    scaling = {
        "AWS::AppRunner::AutoScalingConfiguration",
        "AWS::ApplicationAutoScaling::ScalableTarget",
    }
    assert made | gone <= scaling
    assert any(each["action"] == "update" for each in done)
    assert kept.lost() == []


@each_environment
def test_a_failed_update_is_taken_back_and_the_next_one_succeeds(
    emulator: Emulator, system: str, environment: str
) -> None:
    deployed = deploy(emulator, synthesized(system, environment))
    account, kept = deployed.account, Kept.of(deployed)
    before = {each.where: each.physical for each in deployed.resources}
    changed = stacks(after_change(system, environment).folder)
    data = next(stack for stack in changed if "AWS::RDS::DBInstance" in types((stack,)))
    instance = next(
        name for name, each in data.resources.items() if each["Type"] == "AWS::RDS::DBInstance"
    )
    emulator.trip(**{f"{data.name}/{instance}": "Rate exceeded"})
    assert account.deploy(data) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Rate exceeded" in account.reasons(data.name)
    emulator.trip()
    again = Deployed(account, deployed.environment, deployed.stacks)
    assert {each.where: each.physical for each in again.resources} == before
    assert kept.lost() == []
    account.deploy_all(changed)
    assert kept.lost() == []


@each_environment
def test_a_first_deployment_that_fails_leaves_nothing_and_can_be_repeated(
    emulator: Emulator, system: str, environment: str
) -> None:
    assembly = synthesized(system, environment)
    emulator.reset()
    account, all_stacks = Account(emulator), stacks(assembly.folder)
    account.bootstrap(assembly.folder)
    network, third = all_stacks[0], list(all_stacks[0].resources)[2]
    emulator.trip(**{f"{network.name}/{third}": "The maximum number is reached"})
    assert account.deploy(network) == "ROLLBACK_COMPLETE"
    emulator.trip()
    left = [
        each for each in emulator.client("ec2").describe_vpcs()["Vpcs"] if not each["IsDefault"]
    ]
    assert left == []
    if network.protected:
        account.protect(network.name, enable=False)
    assert account.delete(network.name) == "DELETE_COMPLETE"
    account.deploy_all(all_stacks)


@each_environment
def test_taking_it_down_as_documented_keeps_the_data_and_what_holds_it(
    emulator: Emulator, system: str, environment: str
) -> None:
    deployed = deploy(emulator, synthesized(system, environment))
    account, kept = deployed.account, Kept.of(deployed)
    backwards = tuple(reversed(deployed.stacks))
    for stack in backwards:
        if stack.protected:
            with pytest.raises(ClientError, match="TerminationProtection is enabled"):
                account.delete(stack.name)
    by_hand.lift_protection(deployed)
    for stack in backwards:
        if not stack.protected and stack.name != deployed.stacks[0].name:
            assert account.delete(stack.name) == "DELETE_COMPLETE", account.reasons(stack.name)
    assert kept.lost() == []
    for stack in backwards:
        if stack.protected:
            account.protect(stack.name, enable=False)
    network, *others = deployed.stacks
    for stack in reversed(others):
        if stack.protected:
            assert account.delete(stack.name) == "DELETE_COMPLETE", account.reasons(stack.name)
    assert kept.lost() == []
    # A database that stays holds its network, whoever tries to take that away.
    assert account.delete(network.name) == "DELETE_FAILED"
    assert "DependencyViolation" in account.reasons(network.name)
    assert kept.lost() == []
    assert kept.pinned_lost() == []
    assert missing(emulator, deployed.stacks) == []


def test_a_folder_of_the_emulator_holds_no_credentials_of_this_shell(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_PROFILE", "production")
    other = Emulator(tmp_path, emulator.account, emulator.region, ())
    assert "AKIAREAL" not in other.environment.values()
    assert "AWS_PROFILE" not in other.environment
    assert other.environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
