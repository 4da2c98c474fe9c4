"""Systems that are not daadaar, through the app as it is run, with every validator."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from config.graph import ports_out
from config.model.environment import Environment
from tests.components.mixes import MIXES
from tests.systems.reading import Reading, texts
from tests.systems.ways import Way, declared_ways, ways_in, ways_out

EVERY = pytest.mark.parametrize("system", MIXES)
Readings = dict[str, Reading]


def report(reading: Reading) -> list[dict[str, Any]]:
    """What each validator says."""
    found: list[dict[str, Any]] = json.loads(
        (reading.folder / "validation-report.json").read_text()
    )["pluginReports"]
    return found


def accepted(reading: Reading) -> dict[str, str]:
    """Reasons of accepted findings by `node/finding`."""
    return {
        f"{place['constructPath'].split('/')[1]}/{each['ruleName']}": each["reason"]
        for plugin in report(reading)
        for each in plugin.get("suppressedViolations", [])
        for place in each["violatingConstructs"]
    }


def test_the_app_takes_every_mix_and_complains_of_nothing(
    done: subprocess.CompletedProcess[str],
) -> None:
    assert done.stderr == ""
    assert json.loads(done.stdout) == dict.fromkeys(MIXES, 0)


@EVERY
def test_no_validator_finds_anything(mixes: Readings, system: str) -> None:
    found = report(mixes[system])
    assert {each["pluginName"]: each["violations"] for each in found}["AwsSolutions"] == []
    assert [each["violations"] for each in found if each["violations"]] == []


@EVERY
def test_exactly_the_declared_edges_are_open_at_both_ends(mixes: Readings, system: str) -> None:
    reading = mixes[system]
    declared = declared_ways(reading.environment)
    assert ways_out(reading) == {way for way in declared if way.source != "internet"}
    to_groups = {way for way in declared if way.target not in ("internet", "endpoint:s3")}
    assert ways_in(reading) == to_groups | to_the_nat_instance(reading.environment)


def to_the_nat_instance(environment: Environment) -> set[Way]:
    """An instance that forwards is reached from the whole network, on what it forwards."""
    if environment.network.way_out != "instance":
        return set()
    cidr = str(environment.network.cidr)
    return {Way(cidr, "nat", f"tcp/{port}") for port in ports_out(environment)}


@EVERY
def test_nothing_of_daadaar_and_of_its_place_is_in_it(mixes: Readings, system: str) -> None:
    reading = mixes[system]
    found = " ".join(texts(reading.templates))
    for word in ("daadaar", "111111111111", "us-east-1"):
        assert word not in found.lower()


@EVERY
def test_every_reference_between_stacks_leads_to_an_output(mixes: Readings, system: str) -> None:
    """Reading follows each of them; what leads nowhere is a KeyError."""
    reading = mixes[system]
    assert len(reading.things) == sum(len(each["Resources"]) for each in reading.templates.values())
    assert "Fn::GetStackOutput" in json.dumps(reading.templates)


def test_the_shop_has_a_way_out_without_public_addresses_of_its_own(mixes: Readings) -> None:
    shop = mixes["shop"]
    assert shop.one("AWS::EC2::NatGateway")["AvailabilityMode"] == "regional"
    assert not shop.all("AWS::EC2::EIP")


def test_the_shops_services_reach_what_they_use_and_no_more(mixes: Readings) -> None:
    shop = mixes["shop"]
    images = {
        thing["ServiceName"]: thing["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
        for thing in shop.all("AWS::AppRunner::Service")
    }
    told = {
        name: sorted(
            each["Name"]
            for key in ("RuntimeEnvironmentVariables", "RuntimeEnvironmentSecrets")
            for each in image.get(key, [])
        )
        for name, image in images.items()
    }
    assert told == {
        "shop-prod-web": ["CACHE", "UPLOADS"],
        "shop-prod-api": ["CACHE", "CACHE_PASSWORD", "CARTS", "INVOICES", "PAY_HOST", "PAY_KEY"],
    }


def test_without_a_notifier_people_hear_by_mail_and_there_is_no_function(mixes: Readings) -> None:
    shop = mixes["shop"]
    assert not shop.all("AWS::Lambda::Function")
    subscriptions = shop.all("AWS::SNS::Subscription")
    assert [each["Protocol"] for each in subscriptions] == ["email"] * 3
    topics = {topic.ref for topic in shop.all("AWS::SNS::Topic")}
    alarms = shop.all("AWS::CloudWatch::Alarm")
    assert alarms
    assert {action for alarm in alarms for action in alarm["AlarmActions"]} <= topics


def test_what_a_file_turns_off_is_accepted_for_the_files_reason(mixes: Readings) -> None:
    trial = mixes["trial"]
    found = accepted(trial)
    assert "A trial system" in found["OrdersStore/AwsSolutions-RDS3"]
    assert "Only made-up data" in found["OrdersStore/AwsSolutions-RDS13"]
    assert "not production" in found["StockStore/AwsSolutions-RDS10"]
    assert "StockStore/AwsSolutions-RDS3" not in found


def test_the_notifier_hears_of_each_database_by_its_own_name(mixes: Readings) -> None:
    trial = mixes["trial"]
    (rule,) = [
        rule
        for rule in trial.all("AWS::Events::Rule")
        if rule["EventPattern"]["source"] == ["aws.rds"]
    ]
    heard = rule["EventPattern"]["detail"]["SourceIdentifier"]
    databases = [each["DBInstanceIdentifier"] for each in trial.all("AWS::RDS::DBInstance")]
    assert sorted(heard) == sorted(databases) == ["the-stock", "trial-prod-orders"]


def test_the_notifier_hears_of_a_task_without_a_name(mixes: Readings) -> None:
    trial = mixes["trial"]
    (rule,) = [
        rule
        for rule in trial.all("AWS::Events::Rule")
        if rule["EventPattern"]["source"] == ["aws.codebuild"]
    ]
    project = trial.one("AWS::CodeBuild::Project")
    assert rule["EventPattern"]["detail"]["project-name"] == [project.get("Name")]


@EVERY
def test_data_comes_before_compute_which_reads_its_parameters(mixes: Readings, system: str) -> None:
    reading = mixes[system]
    artifacts = json.loads((reading.folder / "manifest.json").read_text())["artifacts"]
    assert f"{system}-prod-data" in artifacts[f"{system}-prod-compute"]["dependencies"]
