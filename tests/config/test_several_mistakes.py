"""Everything that is wrong is said at once, in the order of files and lines."""

from __future__ import annotations

from pathlib import Path

from config.errors import ConfigError, Problem
from tests.config.files import FILE, changed, line_of, places_of, problems_of, written

TWICE = "the name is used in more than one section"


def test_mistakes_in_all_sections_are_said_at_once(tmp_path: Path):
    text = changed(
        ("nat: none", "nat: nune"),
        ('version: "17.11"', "version: 17.11"),
        ("port: 8080", 'port: "8080"'),
        ("    health: {", "    helth: {"),
        ("buildspec:", "buildspeck:"),
        ("warning: {slack: true}", "warning: {slack: loud}"),
    )

    problems = problems_of(tmp_path, text)

    assert places_of(problems) == [
        (FILE, line_of(text, "nat: nune"), "network.nat"),
        (FILE, line_of(text, "version: 17.11"), "stores.database.version"),
        (FILE, line_of(text, 'port: "8080"'), "services.backend.port"),
        (FILE, line_of(text, "helth:"), "services.backend.helth"),
        (FILE, line_of(text, "buildspeck:"), "tasks.migrations.buildspeck"),
        (FILE, line_of(text, "slack: loud"), "channels.warning.slack"),
    ]


def test_broken_rules_are_said_at_once(tmp_path: Path):
    text = changed(
        ("us-east-1c:", "us-west-1c:"),
        ('"17.11"', '"17.4"'),
        ("cpu: 1024", "cpu: 256"),
        ("CACHE_URL: url", "CACHE_URL: uri"),
        ("{webhook: webhook}", "{webhook: slack}"),
        ("backend.cpu:", "backend.cup:"),
    )

    problems = problems_of(tmp_path, text)

    assert [path for _, _, path in places_of(problems)] == [
        "network.zones.us-west-1c",
        "stores.database.version",
        "services.backend.memory",
        "services.backend.uses.cache.env.CACHE_URL",
        "notifier.webhook",
        "alarms.backend.cup",
    ]
    lines = [problem.line for problem in problems]
    assert lines == sorted(lines)


def test_problems_of_a_fragment_come_by_its_name(tmp_path: Path):
    written(tmp_path, "network: {nat: nune}\naccount: 1\n", name="base.yaml")
    text = changed(
        ("environment: prod", "environment: prod\nextends: base.yaml"),
        ('account: "111111111111"\n', ""),
        ("  nat: none\n", ""),
        ("port: 8080", "port: high"),
    )

    assert places_of(problems_of(tmp_path, text)) == [
        ("systems/demo/base.yaml", 1, "network.nat"),
        ("systems/demo/base.yaml", 2, "account"),
        (FILE, line_of(text, "port: high"), "services.backend.port"),
    ]


def test_a_name_in_two_sections_is_wrong_in_both(tmp_path: Path):
    text = changed(
        ("  webhook: {", "  cache: {brought: true, description: Nothing}\n  webhook: {"),
    )

    problems = problems_of(tmp_path, text)

    assert places_of(problems) == [
        (FILE, line_of(text, "  cache: {brought"), "secrets.cache"),
        (FILE, line_of(text, "  cache:"), "stores.cache"),
    ]
    assert all(TWICE in problem.message for problem in problems)


def test_a_name_of_two_secrets_is_wrong_at_both(tmp_path: Path):
    text = changed(
        ("smtp: {brought: true", "smtp: {name: demo/login, brought: true"),
        ("webhook: {brought: true", "webhook: {name: demo/login, brought: true"),
    )

    problems = problems_of(tmp_path, text)

    assert places_of(problems) == [
        (FILE, line_of(text, "smtp: {name"), "secrets.smtp.name"),
        (FILE, line_of(text, "webhook: {name"), "secrets.webhook.name"),
    ]
    assert {problem.message for problem in problems} == {
        "more than one secret would be called 'demo/login'"
    }


def test_secrets_of_a_database_take_part_in_names(tmp_path: Path):
    text = changed(
        ("database: demo", "database: demo\n    master: {secret: demo/login}"),
        ("query: {sslmode: require}", "query: {sslmode: require}, secret: demo/login"),
    )

    assert [path for _, _, path in places_of(problems_of(tmp_path, text))] == [
        "stores.database",
        "stores.database.master.secret",
    ]


def test_a_database_in_one_zone_is_wrong_once_for_each_store(tmp_path: Path):
    text = changed(("    us-east-1c: use1-az2\n", ""))

    assert [problem.message for problem in problems_of(tmp_path, text)] == [
        "1 zone(s) are fewer than the 2 that postgres database needs",
        "1 zone(s) are fewer than the 2 that valkey cache needs",
    ]


def test_a_problem_is_one_readable_line():
    problem = Problem(file="a.yaml", line=3, path="x\ny" * 500, message="found\tthis" * 500)

    assert str(problem).startswith(r"a.yaml:3: x\nyx\ny")
    assert str(problem).isprintable()
    assert len(str(problem)) < 1000


def test_an_error_says_each_problem_once_and_in_order():
    first = Problem(file="a.yaml", line=2, path="x", message="is required")
    second = Problem(file="a.yaml", line=10, path="b", message="is required")
    third = Problem(file="b.yaml", line=1, path="a", message="is required")

    error = ConfigError([third, second, first, second])

    assert error.problems == (first, second, third)
    assert str(error).splitlines() == [
        "a.yaml:2: x: is required",
        "a.yaml:10: b: is required",
        "b.yaml:1: a: is required",
    ]
