"""Something that was looked at, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """What was looked at, and where; `wrong` is None where all is well."""

    what: str
    where: str
    wrong: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.wrong or 'as it should be'}"


def same(what: str, where: str, found: object, expected: object) -> Fact:
    """What is found is what was expected."""
    wrong = None if found == expected else f"it is {found!r}, expected {expected!r}"
    return Fact(what, where, wrong)


def true(what: str, where: str, holds: object, wrong: str) -> Fact:
    """Something holds."""
    return Fact(what, where, None if holds else wrong)
