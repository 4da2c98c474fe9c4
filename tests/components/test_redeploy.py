"""After a rotation the services that read the secret deploy again, without code of ours."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from stackyard.redeploy import RETRY, RedeployOnRotation
from tests.assemblies import new_app
from tests.components.building import (
    ACCOUNT,
    REGION,
    Made,
    made,
    role_of,
    service_in,
    stack_in,
    statements,
)
from tests.components.fargate import CLUSTER, Ground, fargate_in
from tests.components.states import mistakes

KIND = "AWS::StepFunctions::StateMachine"
GONE = ["Ecs.ServiceNotFoundException", "Ecs.ServiceNotActiveException"]
BOTH = pytest.mark.parametrize("which", ["mixed", "same"])
Redeploys = dict[str, Made]


@pytest.fixture(scope="module")
def redeploys(folder: Path) -> Redeploys:
    """Two services of two images, one of them on App Runner; and two of one image."""
    app = new_app(folder)
    mixed, same = (stack_in(folder, f"demo-{name}", app=app) for name in ("mixed", "same"))
    ground, other = Ground(mixed), Ground(same)
    web, _ = service_in(mixed)
    services = {
        mixed: [web.redeployable, fargate_in(ground, "api").redeployable],
        same: [fargate_in(other, name).redeployable for name in ("api", "worker")],
    }
    for stack, key in ((mixed, ground.key), (same, other.key)):
        RedeployOnRotation(
            stack,
            "Redeploy",
            node="orders",
            services=services[stack],
            secret_arns=["arn:one", "arn:two"],
            key=key,
            log_days=30,
        )
    return {"mixed": made(mixed), "same": made(same)}


def states(redeploy: Made) -> dict[str, Any]:
    """The states of all branches, by name."""
    deploy = redeploy.only(KIND)["Definition"]["States"]["Deploy"]
    return {name: s for branch in deploy["Branches"] for name, s in branch["States"].items()}


def web_arn(redeploy: Made) -> str:
    """The service's ARN, or one that fits nothing while there is no service."""
    (service,) = redeploy.whole("AWS::AppRunner::Service")
    missing = f"arn:aws:apprunner:{REGION}:{ACCOUNT}:service/demo-web/unreleased"
    return f"<WebReleaseExists ? <{service}.ServiceArn> : {missing}>"


@BOTH
def test_the_machine_is_one_that_step_functions_takes(redeploys: Redeploys, which: str) -> None:
    assert mistakes(redeploys[which].only(KIND)["Definition"]) == []


def test_services_deploy_side_by_side(redeploys: Redeploys) -> None:
    deploy = redeploys["mixed"].only(KIND)["Definition"]["States"]["Deploy"]
    assert deploy["Type"] == "Parallel"
    assert [b["StartAt"] for b in deploy["Branches"]] == ["Deploy web", "Deploy api"]


def test_app_runner_deploys_its_image_again(redeploys: Redeploys) -> None:
    mixed = redeploys["mixed"]
    deploy = states(mixed)["Deploy web"]
    assert deploy["Resource"] == "arn:aws:states:::aws-sdk:apprunner:startDeployment"
    assert deploy["Parameters"] == {"ServiceArn": "${WebArn}"}
    assert mixed.only(KIND)["DefinitionSubstitutions"] == {"WebArn": web_arn(mixed)}


def test_ecs_starts_new_tasks_of_the_same_definition(redeploys: Redeploys) -> None:
    deploy = states(redeploys["same"])["Deploy worker"]
    assert deploy["Resource"] == "arn:aws:states:::aws-sdk:ecs:updateService"
    assert deploy["Parameters"] == {
        "Cluster": CLUSTER,
        "Service": "demo-worker",
        "ForceNewDeployment": True,
    }
    assert "DefinitionSubstitutions" not in redeploys["same"].only(KIND)


def test_it_may_deploy_these_services_and_nothing_else(redeploys: Redeploys) -> None:
    service = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{CLUSTER}"
    allowed = {
        name: [
            (each["Action"], each["Resource"])
            for each in statements(role_of(made, made.only(KIND)["RoleArn"]))[1:]
        ]
        for name, made in redeploys.items()
    }
    assert allowed["mixed"] == [
        ("apprunner:StartDeployment", web_arn(redeploys["mixed"])),
        ("ecs:UpdateService", f"{service}/demo-api"),
    ]
    update = "ecs:UpdateService"
    assert allowed["same"] == [(update, f"{service}/demo-{n}") for n in ("api", "worker")]


def test_a_service_that_is_not_there_yet_is_nothing_to_do(redeploys: Redeploys) -> None:
    found = states(redeploys["mixed"])
    gone = {"web": ["AppRunner.ResourceNotFoundException"], "api": GONE}
    for name, errors in gone.items():
        deploy = found[f"Deploy {name}"]
        assert deploy["Catch"][0] == {"ErrorEquals": errors, "Next": f"No {name}"}
        # The first retrier that fits decides: this one does not wait for what will not come.
        assert deploy["Retry"] == [{"ErrorEquals": errors, "MaxAttempts": 0}, RETRY]
        assert found[f"No {name}"] == {"Type": "Succeed"}


def test_a_service_that_can_not_deploy_fails_the_machine_but_not_the_others(
    redeploys: Redeploys,
) -> None:
    whole = redeploys["mixed"].only(KIND)["Definition"]["States"]
    for name in ("web", "api"):
        deploy = states(redeploys["mixed"])[f"Deploy {name}"]
        assert deploy["Catch"][1] == {"ErrorEquals": ["States.ALL"], "Next": f"Failed {name}"}
        failed = states(redeploys["mixed"])[f"Failed {name}"]
        assert failed == {"Type": "Pass", "Result": {"failed": True}, "End": True}
    assert whole["Deploy"]["ResultSelector"] == {"failed.$": "$[?(@.failed == true)]"}
    (choice,) = whole["Judge"]["Choices"]
    assert choice == {"Variable": "$.failed[0]", "IsPresent": True, "Next": "Failed"}
    assert whole["Failed"]["Type"] == "Fail"


def test_a_service_that_is_busy_is_asked_again_for_half_an_hour() -> None:
    growing = [
        RETRY["IntervalSeconds"] * RETRY["BackoffRate"] ** attempt
        for attempt in range(RETRY["MaxAttempts"])
    ]
    waits = [min(wait, RETRY["MaxDelaySeconds"]) for wait in growing]
    assert all(one <= other for one, other in pairwise(waits))
    assert 30 <= sum(waits) / 60 < 40


@BOTH
def test_an_answer_larger_than_a_state_can_hold_is_thrown_away(
    redeploys: Redeploys, which: str
) -> None:
    tasks = [each for each in states(redeploys[which]).values() if each["Type"] == "Task"]
    assert [each["ResultSelector"] for each in tasks] == [{"asked": True}] * 2


@BOTH
def test_the_new_value_of_each_secret_starts_it(redeploys: Redeploys, which: str) -> None:
    redeploy = redeploys[which]
    rule = redeploy.only("AWS::Events::Rule")
    assert rule["EventPattern"] == {
        "source": ["aws.secretsmanager"],
        "detail-type": ["Secret Label Updated"],
        "resources": ["arn:one", "arn:two"],
        "detail": {"labelUpdated": ["AWSCURRENT"]},
    }
    (machine,) = redeploy.whole(KIND)
    (target,) = rule["Targets"]
    assert target["Arn"] == f"<{machine}>"
    (allowed,) = statements(role_of(redeploy, target["RoleArn"]))
    assert (allowed["Action"], allowed["Resource"]) == ("states:StartExecution", f"<{machine}>")


@pytest.mark.parametrize(
    ("which", "condition"), [("same", "BackendReleaseExists"), ("mixed", None)]
)
def test_nothing_starts_it_before_the_first_release_of_their_image(
    redeploys: Redeploys, which: str, condition: str | None
) -> None:
    """Where images differ, any of them may be there: the machine finds out itself."""
    (rule,) = redeploys[which].whole("AWS::Events::Rule").values()
    assert rule.get("Condition") == condition
    (machine,) = redeploys[which].whole(KIND).values()
    assert "Condition" not in machine
