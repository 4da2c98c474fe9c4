"""Every environment under every pack, whether its file lists it or not.

So a system may list a pack tomorrow: what is accepted in code holds there, and what stays open is
the file's to decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import aws_cdk as cdk
import pytest

from app import build
from checks.packs import class_of
from checks.register import Entry, problems, register
from config.compliance import HIPAA, NAG, NIST
from config.load import load_environment
from tests.assemblies import ENVIRONMENTS, new_app

EVERY = pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)
QUIET = {"@aws-cdk/core:failSynthOnValidationErrors": False}
TODAY = date(2026, 11, 28)
MONITORING = ("DatabaseStore/Instance", "RDSEnhancedMonitoringEnabled")
SNAPSHOTS = "ElastiCacheRedisClusterAutomaticBackup"
# What HIPAA's and NIST's packs would find: no seconds of Enhanced Monitoring, or fewer than 15 days
# of snapshots, which a file says itself. Both packs ask for both.
OPEN = {
    "community/prod": {MONITORING, ("JobsStore/Cache", SNAPSHOTS)},
    "community/staging": {MONITORING, ("JobsStore/Cache", SNAPSHOTS)},
    "daadaar/prod": {MONITORING},
    "daadaar-fargate/prod": {MONITORING},
    "fckdoomscroll/dev": {MONITORING},
    "fckdoomscroll/prod": {MONITORING},
    "socialflow/dev": {
        MONITORING,
        ("CacheStore/Cache", SNAPSHOTS),
        ("BrokerStore/Cache", SNAPSHOTS),
    },
    "socialflow/prod": set(),
    "socialflow/staging": {("CacheStore/Cache", SNAPSHOTS), ("BrokerStore/Cache", SNAPSHOTS)},
}


@cache
def judged(system: str, environment: str) -> Path:
    """The assembly of an environment, judged by all packs."""
    folder = Path(mkdtemp(prefix="judged-"))
    app = new_app(folder, **QUIET)
    build(app, load_environment(system, environment))
    cdk.Validations.of(app).add_plugins(*(class_of(pack)(verbose=True) for pack in NAG))
    app.synth()
    return folder


def entries(system: str, environment: str) -> list[Entry]:
    return register(judged(system, environment))


def found(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Pack, place and subject of everything that is open, warnings too."""
    report = json.loads((folder / "validation-report.json").read_text())
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            for place in violation["violatingConstructs"]:
                path = place["constructPath"].removesuffix("/Resource").partition("/")[2]
                pack = plugin["pluginName"]
                yield pack, path, violation["ruleName"].removeprefix(f"{pack}-")


@EVERY
def test_nothing_is_open_but_what_the_file_decides(system: str, environment: str) -> None:
    expected = {
        (pack, *place) for place in OPEN[f"{system}/{environment}"] for pack in (HIPAA, NIST)
    }
    assert set(found(judged(system, environment))) == expected


@EVERY
def test_every_acknowledgement_is_needed_and_says_why(system: str, environment: str) -> None:
    made = [entry for entry in entries(system, environment) if entry.pack in NAG]
    assert {entry.pack for entry in made} == {*NAG}
    assert all(entry.active for entry in made)
    assert problems(made, TODAY) == []


@EVERY
def test_what_waits_for_later_work_is_this_and_no_more(system: str, environment: str) -> None:
    waiting = {
        entry.rule.removeprefix(f"{entry.pack}-")
        for entry in entries(system, environment)
        if entry.terms.planned
    }
    assert waiting <= {"ALBWAFEnabled", "RDSInBackupPlan", "S3BucketReplicationEnabled"}
    days = {e.terms.until for e in entries(system, environment) if e.terms.until}
    assert days == {date(2027, 6, 30)}


def test_the_table_is_of_all_environments() -> None:
    assert {"/".join(each) for each in ENVIRONMENTS} == {*OPEN}
