"""What can't be extended: circles, what is no file beside, what is no mapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from tests.config.files import extended

NO_FILE = "is not a file beside this one"


def refusal_of(folder: Path, top: str, **bases: str) -> str:
    """Why a file can't be merged with the fragments."""
    with pytest.raises(ConfigError) as refusal:
        extended(folder, top, **bases)
    return str(refusal.value)


def test_a_mistake_in_a_fragment_names_the_fragment(tmp_path: Path):
    assert refusal_of(tmp_path, "extends: base.yaml", base="a: b\nc: [\n") == (
        "systems/demo/base.yaml:3: is not YAML: while parsing a flow node,"
        " expected the node content, but found '<stream end>'"
    )


CIRCLES = {
    "itself": ("prod.yaml", {}, "prod", "prod -> prod"),
    "through one": ("one.yaml", {"one": "extends: prod.yaml"}, "one", "prod -> one -> prod"),
    "among others": (
        "one.yaml",
        {"one": "extends: two.yaml", "two": "extends: one.yaml"},
        "two",
        "one -> two -> one",
    ),
}


@pytest.mark.parametrize(("top", "bases", "file", "circle"), CIRCLES.values(), ids=CIRCLES)
def test_a_circle_is_refused_and_named(
    top: str, bases: dict[str, str], file: str, circle: str, tmp_path: Path
):
    steps = " -> ".join(f"systems/demo/{step}.yaml" for step in circle.split(" -> "))

    assert refusal_of(tmp_path, f"extends: {top}", **bases) == (
        f"systems/demo/{file}.yaml:1: extends: goes round in a circle: {steps}"
    )


@pytest.mark.parametrize(
    "base",
    [
        "missing.yaml",
        "../other/base.yaml",
        "../demo/prod.yaml",
        "/etc/passwd",
        "folder",
        "folder/base.yaml",
        ".",
        '""',
        '"\\0"',
        "a" * 300,
        "outside.yaml",
    ],
)
def test_a_base_is_a_file_of_the_same_folder(base: str, tmp_path: Path):
    other = tmp_path / "systems" / "other"
    inner = tmp_path / "systems" / "demo" / "folder"
    for folder in (other, inner):
        folder.mkdir(parents=True)
        (folder / "base.yaml").write_text("a: 1\n")
    (inner.parent / "outside.yaml").symlink_to(other / "base.yaml")

    refusal = refusal_of(tmp_path, f"a: 2\nextends: {base}")

    assert refusal.startswith("systems/demo/prod.yaml:2: extends: ")
    assert refusal.endswith(NO_FILE)


@pytest.mark.parametrize("value", ["1", "null", "{a: b}", "[base.yaml, 2]", "[[base.yaml]]", "yes"])
def test_extends_names_files(value: str, tmp_path: Path):
    assert refusal_of(tmp_path, f"extends: {value}", base="a: 1") == (
        "systems/demo/prod.yaml:1: extends: must name one file beside this one, or a list of them"
    )


@pytest.mark.parametrize("base", ["", "# nothing", "- a", "text"])
def test_a_base_is_a_mapping(base: str, tmp_path: Path):
    assert refusal_of(tmp_path, "extends: [one.yaml, base.yaml]", one="a: 1", base=base) == (
        "systems/demo/base.yaml: must be a mapping, as all that is extended"
    )
