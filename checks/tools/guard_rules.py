"""The Control Tower rules that a package of cdklabs carries, unpacked once and kept by version."""

from __future__ import annotations

import json
import os
import re
import tarfile
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

PACKAGE = "cdklabs.cdk-validator-cfnguard"
FOLDER = "package/rules/control-tower/"
KEPT = Path(__file__).resolve().parents[2] / ".build"

KIND = re.compile(r"AWS::\w+::\w+(?:::\w+)?")
REPORTS_ON = re.compile(r"# *Reports on:(.*?)# *[A-Z][A-Za-z ]*:\n", re.DOTALL)
NAME = re.compile(r"\b[A-Z]\w+")
LISTS = ("kinds", "reads", "names")
MESSAGE = re.compile(r"\[(CT\.[\w.-]+)\]:(.*?)\[FIX\]:(.*?)>>", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class GuardRule:
    """One rule: `kinds` are the types that it judges, `reads` all that it looks at for that.

    `names` are its capitalised words: it can look at no property that is not among them.
    """

    id: str
    title: str
    remedy: str
    kinds: tuple[str, ...]
    reads: tuple[str, ...]
    names: tuple[str, ...]
    text: str


def guard_rules(folder: Path = KEPT) -> list[GuardRule]:
    """All rules of the installed package. ImportError if there is none, OSError if it is broken."""
    file = folder / f"control-tower-{metadata.version(PACKAGE)}.json"
    found = _kept(file)
    if not found:
        found = _unpacked()
        _keep(file, found)
    return found


def _kept(file: Path) -> list[GuardRule]:
    """What was unpacked before, or nothing where that is not whole."""
    try:
        found = json.loads(file.read_text())
        lists = [{key: tuple(each[key]) for key in LISTS} for each in found]
        return [GuardRule(**each | own) for each, own in zip(found, lists, strict=True)]
    except (KeyError, OSError, TypeError, ValueError):
        return []


def _unpacked() -> list[GuardRule]:
    files = metadata.files(PACKAGE) or []
    archive = next((str(each.locate()) for each in files if each.name.endswith(".jsii.tgz")), None)
    if archive is None:
        raise FileNotFoundError(f"{PACKAGE} holds no rules")
    found = []
    with tarfile.open(archive) as opened:
        for member in opened:
            if member.name.startswith(FOLDER) and member.name.endswith(".guard"):
                content = opened.extractfile(member)
                found.append(parsed(content.read().decode() if content else ""))
    if not found:
        raise FileNotFoundError(f"{PACKAGE} holds no rules in {FOLDER}")
    return sorted(found, key=lambda rule: rule.id)


def parsed(source: str) -> GuardRule:
    """A rule out of its file: the header and the first message say what it is for."""
    message = MESSAGE.search(source)
    if message is None:
        raise FileNotFoundError(f"a rule of {PACKAGE} has no id: {source[:80]!r}")
    text = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("#"))
    reads = sorted(set(KIND.findall(text)))
    header = REPORTS_ON.search(source)
    # One header spells a type in letters of another case than its code does.
    named = {kind.lower() for kind in KIND.findall(header[1] if header else "")}
    return GuardRule(
        id=message[1],
        title=" ".join(message[2].split()),
        remedy=" ".join(message[3].split()),
        kinds=tuple(kind for kind in reads if kind.lower() in named) or tuple(reads),
        reads=tuple(reads),
        names=tuple(sorted(set(NAME.findall(text)))),
        text=text,
    )


def _keep(file: Path, found: list[GuardRule]) -> None:
    """Write all in one step, so that nobody reads half; where that is not allowed, do without."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(exist_ok=True)
        part.write_text(json.dumps([asdict(rule) for rule in found]))
        part.replace(file)
    except OSError:
        return
