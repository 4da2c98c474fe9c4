"""A file that is no YAML mapping of text keys is refused before anything in it is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.document import MAX_BYTES
from config.errors import ConfigError
from config.load import load_environment, systems
from tests.config.files import FILE, GOOD, JARGON, line_of, places_of, problems_of, written

START = "environment: prod\n"
# The text, and the line, the path and the words of its one problem.
BROKEN: dict[str, tuple[str | bytes, int, str, str]] = {
    "empty": ("", 0, "", "must be a mapping with `environment:`"),
    "only a comment": ("# nothing yet\n", 0, "", "must be a mapping"),
    "a list": ("- environment: prod\n", 0, "", "must be a mapping"),
    "a word": ("prod\n", 0, "", "must be a mapping"),
    "a tab": (START + "network:\n\tcidr: x\n", 3, "", "character '\\t' that cannot start"),
    "a bracket left open": (START + "x: [1, 2\n", 3, "", "expected ',' or ']'"),
    "a colon too many": (START + "x: a: b\n", 2, "", "mapping values are not allowed here"),
    "an indentation that ends nowhere": (START + "x:\n  a: b\n c: d\n", 4, "", "expected <block"),
    "two documents": (START + "---\na: b\n", 2, "", "expected a single document"),
    "an alias of nothing": (START + "x: *all\n", 2, "", "undefined alias 'all'"),
    "an anchor used again": (START + "x: &a {b: c}\ny: *a\n", 3, "y", "share values by `extends`"),
    "an alias of its own": (START + "x: &a [*a]\n", 2, "x.0", "aliases are not supported"),
    "a merge key": (START + "x:\n  <<: {a: b}\n", 3, "x", "share values by `extends`"),
    "a key twice": (START + "x: {a: b}\nenvironment: dev\n", 3, "environment", "stands twice"),
    "a key twice, deep": (START + "x:\n  y:\n    a: b\n    a: c\n", 5, "x.y.a", "stands twice"),
    "a number as a key": (START + "x: {8080: a}\n", 2, "x", "found '8080': put it in quotes"),
    "nothing as a key": (START + "x: {~: a}\n", 2, "x", "keys must be text, found '~'"),
    "a date as a key": (START + "x: {2026-10-20: a}\n", 2, "x", "found '2026-10-20'"),
    "a list as a key": (START + "x:\n  ? [a]\n  : b\n", 3, "x", "found a collection"),
    "half a character as a key": (START + 'x: {"\\ud800": a}\n', 2, "x", "keys must be text"),
    "half a character": (START + 'x: "\\ud800"\n', 2, "x", "an escape that is no character"),
    "a character beyond Unicode": (START + 'x: "\\UFFFFFFFF"\n', 0, "", "is not YAML"),
    "a control character": (START + "x: \x01\n", 2, "", "character #x0001 is not allowed"),
    "bytes that are not UTF-8": (START.encode() + b"x: \xff\n", 2, "", "is not UTF-8 text"),
    "UTF-16": (START.encode("utf-16"), 1, "", "is not UTF-8 text"),
    "a tag": (START + "x: !!binary aGk=\n", 2, "x", "takes this for 'binary'"),
    "a tag of its own": (START + "x: !vault {a: b}\n", 2, "x", "takes this for '!vault'"),
    "a tag that does not fit": (START + "x: !!bool maybe\n", 2, "x", "can't be read as 'bool'"),
    "an empty number": (START + 'x: !!int ""\n', 2, "x", "'' can't be read as 'int'"),
    "digits without end": (START + f"x: {'9' * 5000}\n", 2, "x", "can't be read as 'int'"),
    "nested deeper than files are": (START + f"x: {'[' * 50}{']' * 50}\n", 2, "", "nested deeper"),
    "nested deeper than Python is": (START + f"x: {'[' * 20_000}", 0, "", "nested too deeply"),
    "too large": (START + "#" * MAX_BYTES, 0, "", "larger than 1,000,000 bytes"),
}


@pytest.mark.parametrize(("text", "line", "path", "words"), BROKEN.values(), ids=BROKEN)
def test_broken_text_is_one_problem(
    text: str | bytes, line: int, path: str, words: str, tmp_path: Path
):
    problems = problems_of(tmp_path, text)

    (place,) = places_of(problems)
    assert place[:2] == (FILE, line), problems
    assert place[2].startswith(path) if words == "nested deeper" else place[2] == path
    assert words in problems[0].message
    assert JARGON.findall(problems[0].message) == []


def test_words_that_yaml_takes_for_booleans_are_keys_as_they_stand(tmp_path: Path):
    problems = problems_of(tmp_path, GOOD.replace("NODE_ENV: production", "on: 1\n      No: 2"))

    assert [path for _, _, path in places_of(problems)] == [
        "services.backend.env.on",
        "services.backend.env.No",
    ]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path):
    root = written(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())

    assert load_environment("demo", "prod", root=root).name == "demo-prod"


def test_a_folder_with_the_name_of_a_file_is_refused(tmp_path: Path):
    (tmp_path / "systems" / "demo" / "prod.yaml").mkdir(parents=True)

    with pytest.raises(ConfigError) as refusal:
        load_environment("demo", "prod", root=tmp_path / "systems")

    assert str(refusal.value) == f"{FILE}: can't be read: Is a directory"


def test_a_link_to_nowhere_is_refused(tmp_path: Path):
    root = written(tmp_path, GOOD, name="dev.yaml")
    (root / "demo" / "prod.yaml").symlink_to("nowhere.yaml")

    with pytest.raises(ConfigError) as refusal:
        load_environment("demo", "prod", root=root)

    assert str(refusal.value) == f"{FILE}: can't be read: No such file or directory"


def test_a_broken_file_does_not_hide_the_others(tmp_path: Path):
    written(tmp_path, "environment: [\n", name="dev.yaml")
    root = written(tmp_path, GOOD)

    assert systems(root) == {"demo": ("dev", "prod")}
    assert load_environment("demo", "prod", root=root).environment == "prod"


@pytest.mark.parametrize("name", ["staging", "[prod]", "1", ""])
def test_an_environment_has_the_name_of_its_file(name: str, tmp_path: Path):
    problems = problems_of(tmp_path, GOOD.replace("environment: prod", f"environment: {name}"))

    line = line_of(GOOD, "environment: prod")
    assert [str(problem) for problem in problems] == [
        f"{FILE}:{line}: environment: must say `environment: prod`, as the file's name does"
    ]
