"""Each mutant of our templates is found, or is harmless for a reason that stands in harmless.yaml.

Mutants are made by operator from every property of every type that we use, once each over all
environments. Where a new one survives: write the rule that finds it, or say why it does no harm.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
import yaml

from checks.assembly import find
from config.load import load_environment
from tests.assemblies import synthesized
from tests.checks.mutations.mutants import Mutant, mutants
from tests.checks.mutations.stages import Stages

# Together they hold every type of resource that is used, and most ways to use each.
SYSTEMS = (
    ("fckdoomscroll", "prod"),
    ("daadaar", "prod"),
    ("community", "prod"),
    ("socialflow", "prod"),
    ("daadaar-fargate", "prod"),
)
HARMLESS: dict[str, str] = yaml.safe_load(Path(__file__).with_name("harmless.yaml").read_text())
WORKERS = min(os.cpu_count() or 1, 4)
FOUND = tuple[str, str | None]
_stages: dict[tuple[str, str, str], Stages] = {}


def _judge(work: tuple[str, str, str, list[Mutant]]) -> tuple[list[FOUND], list[str]]:
    """What a worker finds of a part of one environment's mutants."""
    system, environment, folder, part = work
    (templates,) = find(Path(folder)).groups
    stages = _stages.setdefault(
        (system, environment, folder), Stages(load_environment(system, environment), templates)
    )
    return [(mutant.key, stages.find(mutant)) for mutant in part], stages.failures


@pytest.fixture(scope="module")
def judged() -> tuple[dict[str, str | None], list[str]]:
    """All of them, once for all tests."""
    return judge_all()


def judge_all() -> tuple[dict[str, str | None], list[str]]:
    """Every kind of mutant with the rule that finds it, and the rules that crashed."""
    seen: set[str] = set()
    work = []
    for system, environment in SYSTEMS:
        folder = synthesized(system, environment).folder
        (templates,) = find(folder).groups
        made = list(mutants(templates, seen))
        parts = [made[start::WORKERS] for start in range(WORKERS)]
        work += [(system, environment, str(folder), part) for part in parts]
    # Not forked: jsii's process would be shared.
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(_judge, work))
    found = {key: rule for part, _ in results for key, rule in part}
    return found, sorted({failure for _, failures in results for failure in failures})


def _reason(key: str) -> str | None:
    return next((why for pattern, why in HARMLESS.items() if re.fullmatch(pattern, key)), None)


def test_thousands_of_mutants_of_every_type_are_judged(
    judged: tuple[dict[str, str | None], list[str]],
) -> None:
    found, failures = judged
    assert failures == []
    assert len(found) > 2000
    kinds = {
        resource["Type"].removeprefix("AWS::")
        for system, environment in SYSTEMS
        for template in synthesized(system, environment).templates.values()
        for resource in template["Resources"].values()
    }
    assert {kind for kind in kinds if not any(key.startswith(kind) for key in found)} == set()


def test_every_survivor_is_harmless_for_a_reason(
    judged: tuple[dict[str, str | None], list[str]],
) -> None:
    survivors = [key for key, rule in judged[0].items() if rule is None]
    assert sorted(key for key in survivors if _reason(key) is None) == []


def test_no_reason_is_left_over(judged: tuple[dict[str, str | None], list[str]]) -> None:
    survivors = [key for key, rule in judged[0].items() if rule is None]
    idle = [
        pattern for pattern in HARMLESS if not any(re.fullmatch(pattern, key) for key in survivors)
    ]
    assert idle == []
    assert all(len(why.split()) > 4 for why in HARMLESS.values())
