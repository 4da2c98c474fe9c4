"""What a file says of compliance, as the program reads it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.compliance import Terms, findings_of, namespace_of, qualified
from config.rules.compliance import _nodes
from tests.assemblies import ENVIRONMENTS, synthesized
from tests.config.files import GOOD, changed, loaded

DAY = 'until: "2027-06-30"'


@pytest.mark.parametrize("written", [DAY, "until: 2027-06-30", "until: '2027-06-30'"])
def test_a_day_needs_no_quotes(written: str, tmp_path: Path) -> None:
    environment = loaded(tmp_path, changed((DAY, written)))

    first, second = environment.accepted
    assert (first.until, first.planned) == (None, False)
    assert (second.until, second.planned) == (date(2027, 6, 30), True)


def test_packs_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD).compliance == ("hipaa", "serverless")


@pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)
def test_every_node_that_resources_name_can_be_accepted_for(system: str, environment: str) -> None:
    assembly = synthesized(system, environment)
    named = {
        resource["Metadata"]["Stackyard::Node"].partition("/")[0]
        for stack in assembly.templates
        for resource in assembly.resources(stack).values()
        if "Stackyard::Node" in resource.get("Metadata", {})
    }
    assert named - set(_nodes(assembly.environment)) == set()


@pytest.mark.parametrize(
    ("rule", "namespace"),
    [
        ("AwsSolutions-IAM5[Resource::*]", "AwsSolutions"),
        ("HIPAA.Security-LambdaDLQ", "HIPAA.Security"),
        ("NIST.800.53.R5-LambdaDLQ", "NIST.800.53.R5"),
        ("PCI.DSS.321-ALBWAFEnabled", "PCI.DSS.321"),
        ("Serverless-LambdaDLQ", "Serverless"),
        ("CT.RDS.PR.1", "Control-Tower"),
        ("availability-single-zone", "Stackyard"),
    ],
)
def test_a_rules_id_says_whose_it_is(rule: str, namespace: str) -> None:
    assert namespace_of(rule) == namespace
    assert qualified(rule) == f"{namespace}::{rule}"


def test_one_subject_is_accepted_in_every_pack_that_knows_it() -> None:
    assert findings_of("SMG4") == (
        "AwsSolutions::AwsSolutions-SMG4",
        "HIPAA.Security::HIPAA.Security-SecretsManagerRotationEnabled",
        "NIST.800.53.R5::NIST.800.53.R5-SecretsManagerRotationEnabled",
    )
    assert findings_of("IAM5[Resource::<a.Arn>/*]") == (
        "AwsSolutions::AwsSolutions-IAM5[Resource::<a.Arn>/*]",
    )
    assert findings_of("ALBWAFEnabled") == (
        "NIST.800.53.R5::NIST.800.53.R5-ALBWAFEnabled",
        "PCI.DSS.321::PCI.DSS.321-ALBWAFEnabled",
    )
    assert findings_of("CT.RDS.PR.1") == ("Control-Tower::CT.RDS.PR.1",)


@pytest.mark.parametrize(
    "terms",
    [
        Terms(reason="The other side: it has no rotation"),
        Terms(reason="Not now", until=date(2027, 6, 30)),
        Terms(reason="Comes: later", until=date(2027, 6, 30), planned=True),
        Terms(reason="By the document", node="endpoint:ecr.api"),
        Terms(reason="For now", until=date(2027, 6, 30), planned=True, node="database/app"),
    ],
)
def test_terms_are_read_as_they_were_written(terms: Terms) -> None:
    assert Terms.read(str(terms)) == terms


@pytest.mark.parametrize(
    "text", ["", "Plain", "until 2027-13-01: no such day", "planned: some day", "For all: it is so"]
)
def test_what_says_no_terms_is_a_reason(text: str) -> None:
    assert Terms.read(text) == Terms(reason=text)
