"""What a file may turn off or add, under every pack: what is accepted holds, and is needed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from checks.packs import class_of
from checks.register import problems, register
from config.compliance import NAG
from config.model.balancer import Balancer as BalancerSpec
from config.model.buckets import Bucket as BucketSpec
from stackyard.balancer import Balancer
from stackyard.bucket import Bucket, LogBucket
from stackyard.database_admin import DatabaseAdmin
from stackyard.key import EnvironmentKey
from stackyard.node import SecretValue
from stackyard.notifier import Notifier
from tests.assemblies import new_app
from tests.components.building import placement_in, spec, stack_in
from tests.components.stores import database_in
from tests.components.test_stores_under_nag import CACHES, add_cache, add_database, add_network

QUIET = {"@aws-cdk/core:failSynthOnValidationErrors": False}
REASON = {"reason": "A trial system"}
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/0a1b2c3d"
# A file's own figures, which no code accepts.
DECIDED = {"ElastiCacheRedisClusterAutomaticBackup", "RDSEnhancedMonitoringEnabled"}


@pytest.fixture(scope="module")
def assembly(folder: Path) -> Path:
    """A stack with every safeguard off that a file may turn off, and every addition."""
    stack = stack_in(folder, app=new_app(folder, **QUIET))
    key = EnvironmentKey(stack, "Key", description="Stores", logs=True)
    common: dict[str, Any] = {"placement": placement_in(stack), "key": key}
    for name, fields in CACHES.items():
        add_cache(stack, name, common, fields)
    add_database(stack, common)
    off: dict[str, Any] = {
        "backup_days": {"none": True, **REASON},
        "multi_az": {"off": True, **REASON},
    }
    copy = database_in(stack, "copy", protected=False, **off, **common)
    DatabaseAdmin(
        stack,
        "CopyAdmin",
        node="copy-admin",
        store="copy",
        database=copy,
        credentials=[],
        hosts={},
        colours={},
        out=(),
        **common,
    )
    logs = LogBucket(stack, "AccessLogs", of_balancer=True, of_buckets=True)
    plain = spec(
        BucketSpec,
        kind="bucket",
        versioned={"off": True, **REASON},
        encryption={"kind": "s3", **REASON},
    )
    Bucket(stack, "Plain", node="plain", spec=plain, key=key, logs=logs)
    Balancer(
        stack,
        "Balancer",
        spec=spec(BalancerSpec, certificate=CERTIFICATE),
        environment="demo-prod",
        placement=common["placement"],
        log_bucket=logs.bucket_name,
        protected=False,
    )
    webhook = SecretValue(arn="arn:webhook", key_arn=key.arn, region="us-east-1")
    notifier = Notifier(
        stack, "Notifier", node="notifier", name=None, webhook=webhook, key=key, log_days=30
    )
    notifier.tell("Builds", description="Builds", pattern={"source": ["aws.codebuild"]})
    add_network(stack, key)
    cdk.Validations.of(stack.node.root).add_plugins(*(class_of(pack)(verbose=True) for pack in NAG))
    stack.node.root.synth()  # type: ignore[attr-defined]
    return folder


def test_only_the_files_own_figures_are_open(assembly: Path) -> None:
    report = json.loads((assembly / "validation-report.json").read_text())
    found = {
        violation["ruleName"].removeprefix(f"{plugin['pluginName']}-")
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
    }
    assert found == DECIDED


def test_every_acknowledgement_is_needed_and_says_why(assembly: Path) -> None:
    made = [entry for entry in register(assembly) if entry.pack in NAG]
    assert {entry.pack for entry in made if entry.used} == {*NAG}
    assert problems(made, date(2026, 11, 28)) == []


def test_what_a_file_turns_off_is_accepted_with_the_files_reason(assembly: Path) -> None:
    by_file = {
        entry.rule.removeprefix("HIPAA.Security-")
        for entry in register(assembly)
        if entry.pack == "HIPAA.Security" and "A trial system" in entry.terms.reason
    }
    assert by_file == {
        "RDSInstanceBackupEnabled",
        "RDSMultiAZSupport",
        "S3BucketReplicationEnabled",
        "S3BucketVersioningEnabled",
        "S3DefaultEncryptionKMS",
    }
