"""One mistake is told once, and every rule of the table is one of its tool."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import tarfile
from dataclasses import replace
from pathlib import Path

import cdk_nag
import cloudformation_validate as cv
from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner

from checks import rules as own
from checks.finding import Finding, Severity
from checks.graph.rules import PROOF_RULES
from checks.tools import checkov
from checks.tools.equal import merge, rank, subjects
from checks.tools.guard_rules import guard_rules
from checks.tools.subjects import SUBJECTS


def said(
    rule: str, *, at: str = "Db", path: str = "", severity: Severity = "error", stack: str = "shop"
) -> Finding:
    return Finding(
        stack=stack,
        logical_id=at,
        property=path,
        rule=rule,
        message=f"what {rule} says",
        remedy="do it",
        severity=severity,
        sources=(rule,),
    )


def test_one_mistake_is_told_once_in_the_best_words() -> None:
    findings = [
        said("CKV_AWS_17", path="Properties.PubliclyAccessible"),
        said("W9011", severity="warning"),
        said("CT.RDS.PR.23", severity="warning"),
        said("HIPAA.Security-RDSInstancePublicAccess"),
        said("PCI.DSS.321-RDSInstancePublicAccess"),
    ]
    random.Random(7).shuffle(findings)
    (found,) = merge(findings)
    assert found.rule == "CT.RDS.PR.23"
    assert found.property == "Properties.PubliclyAccessible"
    assert found.severity == "error"
    assert list(found.sources) == sorted(each.rule for each in findings)


def test_our_rule_comes_first() -> None:
    (found,) = merge([said("CT.RDS.PR.23"), said("exposure-public-database")])
    assert found.rule == "exposure-public-database"


def test_mistakes_at_other_places_or_about_other_things_stay_apart() -> None:
    findings = [
        said("CT.RDS.PR.23"),
        said("CKV_AWS_17", at="Other"),
        said("CKV_AWS_17", stack="other"),
        said("CT.RDS.PR.24"),
        said("E3012", path="Properties.A"),
        said("E3012", path="Properties.B"),
    ]
    assert len(merge(findings)) == len(findings)


def test_what_two_runs_of_the_same_engine_report_is_one() -> None:
    twice = [said("W3010", path="Properties.AvailabilityZone") for _ in range(2)]
    assert len(merge(twice)) == 1


def test_a_rule_about_two_mistakes_confirms_each_and_adds_none() -> None:
    findings = [said("AwsSolutions-AEC3"), said("CKV_AWS_29"), said("CT.ELASTICACHE.PR.5")]
    at_rest, in_transit = merge(findings)
    assert {at_rest.rule, in_transit.rule} == {"CKV_AWS_29", "CT.ELASTICACHE.PR.5"}
    assert "AwsSolutions-AEC3" in at_rest.sources
    assert "AwsSolutions-AEC3" in in_transit.sources


def test_a_rule_about_two_mistakes_stands_alone_where_no_other_reports_one() -> None:
    (found,) = merge([said("AwsSolutions-AEC3")])
    assert found.rule == "AwsSolutions-AEC3"


def test_findings_of_one_rule_about_permissions_are_one_with_all_ids() -> None:
    ids = ["AwsSolutions-IAM5[Action::s3:*]", "AwsSolutions-IAM5[Resource::*]"]
    (found,) = merge([said("CKV_AWS_111"), *map(said, ids)])
    assert set(found.sources) == {"CKV_AWS_111", *ids}


def test_every_id_of_the_table_is_a_rule_of_its_tool() -> None:
    for module in pkgutil.iter_modules(own.__path__):
        importlib.import_module(f"{own.__name__}.{module.name}")
    known = [
        {*own.RULES, *PROOF_RULES},
        {rule.id for rule in guard_rules()},
        _cdk_nag(),
        {*Runner(ConfigMixIn([])).rules, *(each.id for each in cv.CelEngine().list_rules())},
        _checkov(),
        {"MALFORMED", "UNKNOWN_ACTION", "UNKNOWN_PREFIX"},
    ]
    unknown = [each for ids in SUBJECTS.values() for each in ids if each not in known[rank(each)]]
    assert unknown == []
    assert all(subjects(each) for ids in SUBJECTS.values() for each in ids)


def _cdk_nag() -> set[str]:
    """AwsSolutions gives its rules ids; all other packs call them by their names."""
    (archive,) = (Path(cdk_nag.__file__).parent / "_jsii").glob("*.tgz")
    found: set[str] = set()
    with tarfile.open(archive) as opened:
        for member in opened:
            if re.search(r"/lib/packs/[\w-]+\.js$", member.name):
                content = opened.extractfile(member)
                text = content.read().decode() if content else ""
                own = re.findall(r"ruleSuffixOverride: '(\w+)'", text)
                found |= {f"AwsSolutions-{each}" for each in own}
                found |= set() if own else set(re.findall(r"rule: \w+\.(\w+)", text))
    return found


def _checkov() -> set[str]:
    (package,) = checkov.HOME.glob("lib/python*/site-packages/checkov")
    files = [
        *package.glob("cloudformation/checks/resource/aws/*.py"),
        *package.glob("cloudformation/checks/graph_checks/*.json"),
    ]
    return {each for file in files for each in re.findall(r"CKV2?_AWS_\d+", file.read_text())}


def test_two_mistakes_of_one_rule_in_one_place_are_both_told() -> None:
    one = said("identity-undeclared", path="Properties.Policies.0")
    other = replace(one, message="something else")
    assert merge([one, other, one]) == sorted([one, other])
