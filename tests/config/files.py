"""Two good system files that use everything, changes of them, and what messages must not hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.document import Document, load
from config.errors import ConfigError, Problem
from config.load import load_environment

if TYPE_CHECKING:
    from config.model.environment import Environment

FILE = "systems/demo/prod.yaml"
GOOD = (Path(__file__).parent / "good.yaml").read_text()
FARGATE = (Path(__file__).parent / "good_fargate.yaml").read_text()
# Words of Python and of libraries, which a user of the file has never heard of.
JARGON = re.compile(
    r"pydantic|IPv[46]|Network\b.*\(|Error\b|NoneType|Literal|dict\b|tuple|\bstr\b|JSON"
    r"|\bNone\b|\bTrue\b|\bFalse\b|tag:yaml|Traceback"
)


@dataclass(frozen=True)
class Bad:
    """A good file with a mistake, and the one problem that must come of it.

    `at` is a text of the line that the message must name: by default the first change's first.
    """

    changes: tuple[tuple[str, str], ...]
    path: str
    says: tuple[str, ...]
    at: str
    of: str = GOOD

    @property
    def text(self) -> str:
        """The file."""
        return changed(*self.changes, of=self.of)


def bad(
    *changes: tuple[str, str],
    path: str,
    says: str | tuple[str, ...],
    at: str = "",
    of: str = GOOD,
) -> Bad:
    """A mistake; each change is a text that stands in a good file once, and what replaces it."""
    words = (says,) if isinstance(says, str) else says
    return Bad(changes, path, words, at or changes[0][1].strip().splitlines()[0], of)


def changed(*changes: tuple[str, str], of: str = GOOD) -> str:
    """A good file with some texts replaced, each of which must stand in it exactly once."""
    text = of
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the file"
        text = text.replace(old, new)
    return text


def section(name: str, *, of: str = GOOD) -> str:
    """The text of one of a good file's sections."""
    found = re.search(rf"^{name}:.*\n(?:[ ]+.*\n|\n)*", of, re.MULTILINE)
    assert found, name
    return found.group()


def line_of(text: str, part: str) -> int:
    """The number of the only line that is a text, or else that has it in it."""
    lines = list(enumerate(text.splitlines(), 1))
    whole = [number for number, line in lines if line == part]
    (found,) = whole or [number for number, line in lines if part in line]
    return found


def written(folder: Path, text: str | bytes, *, name: str = "prod.yaml") -> Path:
    """The root of systems/, with one more file of the system demo in it."""
    home = folder / "systems" / "demo"
    home.mkdir(parents=True, exist_ok=True)
    (home / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / "systems"


def loaded(folder: Path, text: str | bytes) -> Environment:
    """The environment that a text describes."""
    return load_environment("demo", "prod", root=written(folder, text))


def extended(folder: Path, top: str, **bases: str) -> Document:
    """A file with the fragments that it may extend, merged."""
    for name, text in bases.items():
        written(folder, text, name=f"{name}.yaml")
    root = written(folder, top)
    return load(root / "demo" / "prod.yaml", root=root)


def problems_of(folder: Path, text: str | bytes) -> tuple[Problem, ...]:
    """What is wrong with a text, which must be refused."""
    with pytest.raises(ConfigError) as refusal:
        loaded(folder, text)
    return refusal.value.problems


def places_of(problems: tuple[Problem, ...]) -> list[tuple[str, int, str]]:
    """File, line and path of each problem."""
    return [(problem.file, problem.line, problem.path) for problem in problems]
