"""The register: what an assembly accepts is read back, and what is idle, late or unsaid is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from checks.packs import class_of
from checks.register import Entry, problems, register
from config.compliance import AWS_SOLUTIONS, PCI, Terms
from config.model.compliance import Accepted
from stackyard.accepted import accept_from_file
from stackyard.marks import acknowledge, acknowledge_wildcard, belongs_to, planned
from tests.assemblies import new_app
from tests.components.building import STACK, stack_in

TODAY = date(2026, 11, 28)
LATER = date(2027, 6, 30)
SIX = "It is safe for this reason"
QUIET = {"@aws-cdk/core:failSynthOnValidationErrors": False}


def bucket_in(stack: cdk.Stack, name: str, *, ssl: bool = False) -> s3.Bucket:
    """A bucket with little but a node, which is its name."""
    bucket = s3.Bucket(stack, name, enforce_ssl=ssl)
    belongs_to(bucket, "files")
    return bucket


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    """The register of a stack that accepts in every way, judged by AwsSolutions and PCI DSS."""
    folder = tmp_path_factory.mktemp("assembly")
    app = new_app(folder, **QUIET)
    stack = stack_in(folder, app=app)
    media, other = bucket_in(stack, "Media"), bucket_in(stack, "Other", ssl=True)
    acknowledge(media, "S1", reason=SIX)
    planned(media, "S3BucketReplicationEnabled", until=LATER, reason=SIX)
    acknowledge(media, "S3BucketVersioningEnabled", until=date(2027, 1, 1), reason=SIX)
    acknowledge(media, "S3DefaultEncryptionKMS", reason="Too short")
    acknowledge(other, "S10", reason=SIX)
    acknowledge_wildcard(other, f"{other.bucket_arn}/*", reason=SIX)
    bare = cdk.Acknowledgment(id="AwsSolutions-S1", reason=SIX)
    cdk.Validations.of(other).acknowledge(bare)
    accept_from_file(
        stack,
        [
            Accepted(rule="PCI.DSS.321-S3BucketSSLRequestsOnly", node="files", reason=SIX),
            Accepted(rule="PCI.DSS.321-EFSEncrypted", node="files", reason=SIX),
        ],
    )
    cdk.Validations.of(app).add_plugins(
        *(class_of(pack)(verbose=True) for pack in (AWS_SOLUTIONS, PCI))
    )
    app.synth()
    return register(folder)


def of(entries: list[Entry], rule: str, place: str = "Media") -> Entry:
    """The entry of a rule at the bucket of that name."""
    (found,) = [e for e in entries if e.rule == rule and e.path.startswith(f"{STACK}/{place}")]
    return found


def test_an_entry_says_what_where_and_why(entries: list[Entry]) -> None:
    assert of(entries, "AwsSolutions-S1") == Entry(
        stack=STACK,
        path=f"{STACK}/Media",
        pack="AwsSolutions",
        rule="AwsSolutions-S1",
        logical_ids=("MediaA721A567",),
        terms=Terms(reason=SIX),
        active=True,
        used=True,
    )


def test_one_subject_is_an_entry_in_every_pack_that_has_it(entries: list[Entry]) -> None:
    names = ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")
    found = [of(entries, f"{name}-S3BucketLoggingEnabled") for name in names]
    assert [(e.pack, e.active, e.used) for e in found] == [
        (names[0], False, False),
        (names[1], False, False),
        (names[2], True, True),
    ]


def test_what_is_planned_has_its_day(entries: list[Entry]) -> None:
    entry = of(entries, "PCI.DSS.321-S3BucketReplicationEnabled")
    assert entry.terms == Terms(reason=SIX, until=LATER, planned=True)
    assert entry.used


def test_a_wildcards_finding_is_kept_exactly(entries: list[Entry]) -> None:
    entry = of(entries, "AwsSolutions-IAM5[Resource::<Other34654A52.Arn>/*]", "Other")
    assert (entry.pack, entry.used) == ("AwsSolutions", False)


def test_what_the_file_accepts_lies_on_every_resource_of_its_node(entries: list[Entry]) -> None:
    rule = "PCI.DSS.321-S3BucketSSLRequestsOnly"
    assert of(entries, rule).used
    assert not of(entries, rule, "Other").used
    assert of(entries, rule).terms.node == "files"


def test_exactly_the_faults_are_told(entries: list[Entry]) -> None:
    told = {
        (problem.logical_id, problem.rule, problem.message.split(" ")[0])
        for problem in problems(entries, TODAY)
    }
    media, other = "MediaA721A567", "Other34654A52"
    assert told == {
        (media, "acknowledgement-reason", "PCI.DSS.321-S3DefaultEncryptionKMS"),
        (media, "acknowledgement-unused", "PCI.DSS.321-EFSEncrypted"),
        (other, "acknowledgement-unused", "AwsSolutions-S10"),
        (other, "acknowledgement-unused", f"AwsSolutions-IAM5[Resource::<{other}.Arn>/*]"),
        (other, "acknowledgement-unrecorded", "AwsSolutions-S1"),
    }


def test_a_day_that_is_over_is_told_and_the_day_itself_still_counts(entries: list[Entry]) -> None:
    late = {
        day: {p.message for p in problems(entries, day) if p.rule == "acknowledgement-expired"}
        for day in (date(2027, 1, 1), date(2027, 1, 2), LATER, date(2027, 7, 1))
    }
    accepted = "PCI.DSS.321-S3BucketVersioningEnabled was accepted until 2027-01-01"
    promised = "PCI.DSS.321-S3BucketReplicationEnabled was to be done by 2027-06-30"
    assert list(late.values()) == [set(), {accepted}, {accepted}, {accepted, promised}]


def test_packs_that_do_not_judge_call_nothing_idle_or_late(entries: list[Entry]) -> None:
    asleep = [replace(entry, active=False) for entry in entries]
    rules = {problem.rule for problem in problems(asleep, date(2099, 1, 1))}
    assert rules == {"acknowledgement-reason", "acknowledgement-unrecorded"}


def test_a_problem_is_one_line_with_what_to_do(entries: list[Entry]) -> None:
    (line,) = [str(p) for p in problems(entries, TODAY) if "EFSEncrypted" in p.message]
    assert line == (
        f"{STACK}/MediaA721A567: PCI.DSS.321-EFSEncrypted for files is accepted, and nothing needs"
        " it: take that away [acknowledgement-unused]"
    )


def test_what_cdk_accepts_of_itself_is_not_ours_to_judge() -> None:
    own = Entry(
        stack=STACK,
        path=STACK,
        pack="CloudFormation-Validate",
        rule="W3010",
        logical_ids=(),
        terms=Terms(reason="Expected"),
        active=True,
        used=False,
    )
    assert problems([own], TODAY) == []


def test_an_assembly_without_a_report_has_entries_that_nobody_judged(tmp_path: Path) -> None:
    assert register(tmp_path) == []
