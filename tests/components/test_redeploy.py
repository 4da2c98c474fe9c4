"""After a rotation the services that read the secret deploy again, without code of ours."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from stackyard.key import EnvironmentKey
from stackyard.redeploy import RETRY, RedeployOnRotation
from tests.components.building import ACCOUNT, REGION, Made, made, service_in, stack_in, statements
from tests.components.states import mistakes

KIND = "AWS::StepFunctions::StateMachine"


@pytest.fixture(scope="module")
def redeploy(folder: Path) -> Made:
    stack = stack_in(folder)
    service, release = service_in(stack)
    RedeployOnRotation(
        service,
        "Redeploy",
        node="web",
        service=service,
        release=release,
        secret_arns=["arn:one", "arn:two"],
        key=EnvironmentKey(stack, "Key", description="Logs", logs=True),
        log_days=30,
    )
    return made(stack)


def service_arn(redeploy: Made) -> str:
    """The service's ARN, or one that fits nothing while there is no service."""
    (service,) = redeploy.whole("AWS::AppRunner::Service")
    missing = f"arn:aws:apprunner:{REGION}:{ACCOUNT}:service/demo-web/unreleased"
    return f"<WebReleaseExists ? <{service}.ServiceArn> : {missing}>"


def test_the_machine_is_one_that_step_functions_takes(redeploy: Made) -> None:
    assert mistakes(redeploy.only(KIND)["Definition"]) == []


def test_the_machine_deploys_the_service_and_may_do_nothing_else(redeploy: Made) -> None:
    machine = redeploy.only(KIND)
    deploy = machine["Definition"]["States"]["Deploy"]
    assert deploy["Resource"] == "arn:aws:states:::aws-sdk:apprunner:startDeployment"
    assert deploy["Parameters"] == {"ServiceArn": "${ServiceArn}"}
    assert machine["DefinitionSubstitutions"] == {"ServiceArn": service_arn(redeploy)}
    role = redeploy.whole("AWS::IAM::Role")[machine["RoleArn"][1:].removesuffix(".Arn>")]
    _, allowed = statements(role["Properties"])
    assert allowed["Action"] == "apprunner:StartDeployment"
    assert allowed["Resource"] == service_arn(redeploy)


def test_a_service_that_is_busy_is_asked_again_for_half_an_hour(redeploy: Made) -> None:
    (deploy,) = redeploy.only(KIND)["Definition"]["States"].values()
    (retrier,) = deploy["Retry"]
    assert retrier == RETRY
    growing = [
        retrier["IntervalSeconds"] * retrier["BackoffRate"] ** attempt
        for attempt in range(retrier["MaxAttempts"])
    ]
    waits = [min(wait, retrier["MaxDelaySeconds"]) for wait in growing]
    assert all(one <= other for one, other in pairwise(waits))
    assert 30 <= sum(waits) / 60 < 40


def test_the_new_value_of_each_secret_starts_it(redeploy: Made) -> None:
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
    role = redeploy.whole("AWS::IAM::Role")[target["RoleArn"][1:].removesuffix(".Arn>")]
    (allowed,) = statements(role["Properties"])
    assert (allowed["Action"], allowed["Resource"]) == ("states:StartExecution", f"<{machine}>")


def test_nothing_starts_it_before_the_first_release(redeploy: Made) -> None:
    (rule,) = redeploy.whole("AWS::Events::Rule").values()
    assert rule["Condition"] == "WebReleaseExists"
    (machine,) = redeploy.whole(KIND).values()
    assert "Condition" not in machine
