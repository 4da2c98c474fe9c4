"""Whether what a service answered in one round is what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from delivery.smoke.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from delivery.smoke.expected import Expectations
    from delivery.smoke.fetch import Answer


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, and a line about it."""

    holds: bool
    line: str


def judge(expected: Expectations, answers: Mapping[str, Answer]) -> Iterator[Check]:
    """Every check on the answers of one round, by path."""
    health = answers[expected.health]
    yield _answers(health)
    if expected.details:
        yield _has_details(answers[expected.details])
    if expected.version is not None:
        yield _version(expected.version, list(answers.values()))
    for name in expected.requires:
        yield _connected(name, answers[expected.details] if expected.details else health)


def _answers(answer: Answer) -> Check:
    if answer.failure or answer.status != 200:
        return Check(holds=False, line=f"{answer.url}: {_status(answer)}, expected 200")
    return Check(holds=True, line=f"{answer.url}: answers 200")


def _has_details(answer: Answer) -> Check:
    if answer.failure or answer.status != 200:
        return Check(holds=False, line=f"{answer.url}: {_status(answer)}, expected 200 with JSON")
    if answer.document is None:
        line = f"{answer.url}: answered {answer.unread}, expected a JSON object"
        return Check(holds=False, line=line)
    return Check(holds=True, line=f"{answer.url}: answers 200 with JSON")


def _status(answer: Answer) -> str:
    if answer.failure:
        return answer.failure
    status = (answer.document or {}).get("status")
    return f"answered {answer.status}" + (f" (status {shown(status)})" if status else "")


def _version(version: str, answers: list[Answer]) -> Check:
    """All answers that name a version name this one: they may come from different instances."""
    saying = [answer for answer in answers if answer.document and "version" in answer.document]
    for answer in saying:
        found = (answer.document or {})["version"]
        if found != version:
            line = f"{answer.url}: version is {shown(found)}, expected {shown(version)}"
            return Check(holds=False, line=f"{line}: the old version still serves")
    urls = " and ".join(answer.url for answer in saying or answers)
    if not saying:
        return Check(holds=False, line=f"{urls}: no answer names a version, expected {version}")
    return Check(holds=True, line=f"{urls}: version is {shown(version)}")


def _connected(name: str, answer: Answer) -> Check:
    what = f"{answer.url}: {name}.connected"
    if answer.document is None:
        why = answer.failure or f"answered {answer.unread}"
        return Check(holds=False, line=f"{what} is unknown ({why}), expected true")
    part = answer.document.get(name)
    if not isinstance(part, dict) or "connected" not in part:
        return Check(holds=False, line=f"{what} is not told, expected true")
    if part["connected"] is not True:
        return Check(holds=False, line=f"{what} is {shown(part['connected'])}, expected true")
    return Check(holds=True, line=f"{what} is true")
