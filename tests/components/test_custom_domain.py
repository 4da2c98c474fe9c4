"""A service's own domain: associated after each deploy; what remains is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stackyard.custom_domain import CustomDomain
from stackyard.key import EnvironmentKey
from tests.assemblies import new_app
from tests.components.building import ACCOUNT, REGION, Made, made, service_in, stack_in, statements
from tests.components.states import formatted, mistakes

KIND = "AWS::StepFunctions::StateMachine"
NOTIFIER = "arn:aws:lambda:us-east-1:111111111111:function:teller"
BOTH = pytest.mark.parametrize("which", ["told", "silent"])
Domains = dict[str, Made]


@pytest.fixture(scope="module")
def domains(folder: Path) -> Domains:
    """The same domain with somebody to tell, and without."""
    app = new_app(folder)
    stacks = {}
    for name, arn in {"told": NOTIFIER, "silent": None}.items():
        stacks[name] = stack = stack_in(folder, f"demo-{name}", app=app)
        service, release = service_in(stack)
        release.only_when_released(service.released)
        CustomDomain(
            service,
            "Domain",
            node="web",
            domain="api.example.com",
            dns="Our DNS",
            service=service,
            release=release,
            notifier_arn=arn,
            key=EnvironmentKey(stack, "Key", description="Logs", logs=True),
            log_days=30,
        )
    return {name: made(stack) for name, stack in stacks.items()}


def service_arn(domain: Made) -> str:
    """The service's ARN, or one that fits nothing while there is no service."""
    (service,) = domain.whole("AWS::AppRunner::Service")
    missing = f"arn:aws:apprunner:{REGION}:{ACCOUNT}:service/demo-web/unreleased"
    return f"<WebReleaseExists ? <{service}.ServiceArn> : {missing}>"


def states(made: Made) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = made.only(KIND)["Definition"]["States"]
    return found


@BOTH
def test_the_machine_is_one_that_step_functions_takes(domains: Domains, which: str) -> None:
    assert mistakes(domains[which].only(KIND)["Definition"]) == []


@BOTH
def test_all_that_is_substituted_is_given_and_used(domains: Domains, which: str) -> None:
    machine = domains[which].only(KIND)
    asked = {part.partition("}")[0] for part in str(machine["Definition"]).split("${")[1:]}
    assert machine["DefinitionSubstitutions"].keys() == asked


def test_a_busy_service_is_asked_again_and_a_domain_that_is_associated_is_no_error(
    domains: Domains,
) -> None:
    associate = states(domains["told"])["Associate"]
    assert associate["Parameters"] == {
        "ServiceArn": "${ServiceArn}",
        "DomainName": "api.example.com",
        "EnableWWWSubdomain": False,
    }
    (retry,) = associate["Retry"]
    assert retry["ErrorEquals"] == ["States.TaskFailed"]
    assert retry["MaxAttempts"] >= 3
    (catch,) = associate["Catch"]
    assert (catch["ErrorEquals"], catch["Next"]) == (["States.TaskFailed"], associate["Next"])


def test_it_looks_at_this_domain_half_a_minute_later(domains: Domains) -> None:
    found = states(domains["told"])
    assert (found["Wait"]["Seconds"], found["Wait"]["Next"]) == (30, "Look")
    selected = found["Look"]["ResultSelector"]["domain.$"]
    assert selected == "$.CustomDomains[?(@.DomainName == 'api.example.com')]"


def test_it_judges_what_it_sees(domains: Domains) -> None:
    found = states(domains["told"])
    missing, *active, unmade = found["Judge"]["Choices"]
    assert (missing["IsPresent"], missing["Next"]) == (False, "NotAssociated")
    assert {each["StringEquals"] for each in active} == {"active", "ACTIVE"}
    assert {each["Next"] for each in active} == {"Done"}
    assert unmade["Variable"] == "$.domain[0].CertificateValidationRecords[0]"
    assert (unmade["IsPresent"], unmade["Next"]) == (False, "Wait")
    assert found["NotAssociated"]["Type"] == "Fail"


def test_it_does_not_wait_for_ever(domains: Domains) -> None:
    assert 600 <= domains["told"].only(KIND)["Definition"]["TimeoutSeconds"] <= 3600


def test_people_hear_which_records_are_missing(domains: Domains) -> None:
    tell = states(domains["told"])["Tell"]
    payload = tell["Parameters"]["Payload"]
    template, arguments = formatted(payload["text.$"])
    assert template.format("[url]", "[records]") == (
        "Set at Our DNS: CNAME api.example.com to [url], DNS only, and the records of the"
        " certificate: [records]"
    )
    assert arguments == [
        "'${ServiceUrl}'",
        "States.JsonToString($.domain[0].CertificateValidationRecords)",
    ]
    assert payload["level"] == "warning"
    assert states(domains["told"])["Judge"]["Default"] == "Tell"
    told = domains["told"]
    (service,) = told.whole("AWS::AppRunner::Service")
    assert told.only(KIND)["DefinitionSubstitutions"] == {
        "ServiceArn": service_arn(told),
        "ServiceUrl": f"<WebReleaseExists ? <{service}.ServiceUrl> : unreleased>",
        "Notifier": NOTIFIER,
    }


def test_without_a_notifier_nobody_is_told_and_nothing_may_be_invoked(domains: Domains) -> None:
    silent = domains["silent"]
    assert "Tell" not in states(silent)
    assert states(silent)["Judge"]["Default"] == "Done"
    assert "lambda:InvokeFunction" not in str(silent.template)


@pytest.mark.parametrize(("which", "invokes"), [("told", [NOTIFIER]), ("silent", [])])
def test_the_machine_may_do_what_its_states_do(
    domains: Domains, which: str, invokes: list[str]
) -> None:
    domain = domains[which]
    role = domain.only(KIND)["RoleArn"][1:].removesuffix(".Arn>")
    _, *found = statements(domain.whole("AWS::IAM::Role")[role]["Properties"])
    assert [(each["Action"], each["Resource"]) for each in found] == [
        (
            ["apprunner:AssociateCustomDomain", "apprunner:DescribeCustomDomains"],
            service_arn(domain),
        ),
        *(("lambda:InvokeFunction", arn) for arn in invokes),
    ]


def test_the_end_of_its_stacks_deploy_starts_it(domains: Domains) -> None:
    pattern = domains["told"].only("AWS::Events::Rule")["EventPattern"]
    assert pattern["source"] == ["aws.cloudformation"]
    assert pattern["detail"] == {
        "stack-id": ["<AWS::StackId>"],
        "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
    }


def test_nothing_starts_it_before_the_first_release(domains: Domains) -> None:
    for kind, condition in {"AWS::Events::Rule": "WebReleaseExists", KIND: None}.items():
        (each,) = domains["told"].whole(kind).values()
        assert each.get("Condition") == condition


def test_the_stacks_output_says_what_remains_to_be_done(domains: Domains) -> None:
    (service,) = domains["silent"].whole("AWS::AppRunner::Service")
    (output,) = domains["silent"].section("Outputs").values()
    assert output["Condition"] == "WebReleaseExists"
    assert output["Description"] == "What remains to be done for api.example.com"
    for words in (
        "set at Our DNS:",
        f"CNAME api.example.com -> <{service}.ServiceUrl> (DNS only",
        f"aws apprunner describe-custom-domains --service-arn <{service}.ServiceArn>",
    ):
        assert words in output["Value"]
