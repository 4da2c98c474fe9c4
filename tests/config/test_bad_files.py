"""Each mistake in a system file is one problem: at its place, and in words of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config import (
    bad_alarms,
    bad_balancer,
    bad_caches,
    bad_compliance,
    bad_fargate,
    bad_links,
    bad_network,
    bad_nodes,
    bad_production,
    bad_rollouts,
    bad_shapes,
)
from tests.config.files import (
    FARGATE,
    FILE,
    GOOD,
    JARGON,
    Bad,
    line_of,
    loaded,
    places_of,
    problems_of,
)

TABLES = (
    bad_shapes.CASES,
    bad_network.CASES,
    bad_links.CASES,
    bad_nodes.CASES,
    bad_alarms.CASES,
    bad_fargate.CASES,
    bad_rollouts.CASES,
    bad_balancer.CASES,
    bad_production.CASES,
    bad_caches.CASES,
    bad_compliance.CASES,
)
CASES = {name: case for table in TABLES for name, case in table.items()}


def test_the_good_file_is_good(tmp_path: Path):
    environment = loaded(tmp_path, GOOD)

    assert environment.name == "demo-prod"
    assert set(environment.stores) == {"database", "cache", "media"}


def test_the_good_file_of_fargate_is_good(tmp_path: Path):
    environment = loaded(tmp_path, FARGATE)

    assert set(environment.services) == {"web", "admin", "api", "worker", "beat"}
    assert set(environment.tasks) == {"migrate", "report"}


def test_no_mistake_hides_another_of_its_name():
    assert len(CASES) == sum(len(table) for table in TABLES)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_mistake_is_one_problem_at_its_place(case: Bad, tmp_path: Path):
    problems = problems_of(tmp_path, case.text)

    assert places_of(problems) == [(FILE, line_of(case.text, case.at), case.path)], problems
    assert [words for words in case.says if words not in problems[0].message] == [], problems
    assert JARGON.findall(problems[0].message) == [], problems
