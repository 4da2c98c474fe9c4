"""What is wrong with a system file: said with place, finding and remedy, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


LONGEST, LONGEST_PATH, LONGEST_VALUE = 900, 200, 60


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: `file:line: path: what was found and what would be right`."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        path = _one_line(self.path, LONGEST_PATH)
        text = ": ".join(part for part in (place, path, self.message) if part)
        return _one_line(text, LONGEST)


class ConfigError(Exception):
    """The configuration can't be used; `problems` lists every reason that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def one_problem(file: str, message: str, *, line: int = 0, path: str = "") -> ConfigError:
    """A ConfigError with a single problem."""
    return ConfigError([Problem(file=file, line=line, path=path, message=message)])


def listed(names: Iterable[str]) -> str:
    """Names as a person would list them; says so when there are none."""
    return ", ".join(sorted(names)) or "(none)"


def shown(value: object) -> str:
    """A value as messages quote it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 2]}…{text[-1]}"


def _one_line(text: str, longest: int) -> str:
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def closest(name: str, known: Sequence[str]) -> str | None:
    """The known name that is spelled most alike, where one is close."""
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.6)), None)


def nearest(name: str, known: Sequence[str]) -> str:
    """`; did you mean …?` where a known name is close, else nothing."""
    close = closest(name, known)
    return f"; did you mean {close!r}?" if close else ""
