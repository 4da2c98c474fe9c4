"""Check any cloud assembly or folder of templates: `python -m checks PATH`.

With `--system` and `--environment` it also proves the graph of that file. Status 0 when nothing is
wrong, 1 for findings, 2 for a path or file that can't be read.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from checks import gate
from checks.assembly import Found, find
from checks.formats import FORMATS
from checks.register import problems, register
from checks.template import UnreadableError
from checks.tools import cdk_report
from config.errors import ConfigError
from config.load import load_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from checks.finding import Finding
    from checks.outcome import Outcome
    from checks.template import Template
    from config.model.environment import Environment

FINDINGS, UNUSABLE = 1, 2
REPORT = "validation-report.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the findings; the exit status."""
    options = _options(arguments)
    try:
        environment = _environment(options)
        path = Path(options.path)
        found = find(path, together=environment is not None)
        findings = list(check(path, found, environment, today=datetime.now(UTC).date()))
    except (ConfigError, UnreadableError) as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    sys.stdout.write(FORMATS[options.format](findings))
    for sentence in found.unread:
        print(sentence, file=sys.stderr)
    if options.format == "text" and not findings:
        print(f"nothing found in {sum(map(len, found.groups))} templates")
    return UNUSABLE if found.unread else FINDINGS if findings else 0


def check(
    path: Path, found: Found, environment: Environment | None, *, today: date
) -> Iterator[Finding]:
    """What every validator finds below a path, each mistake once. UnreadableError if the file's
    environment has no stack there.
    """
    mine = [group for group in found.groups if environment and _belongs(group, environment)]
    if environment and not mine:
        raise UnreadableError(f"{path}: holds no stack of {environment.name}")
    outcomes: list[Outcome] = []
    for group in found.groups:
        outcomes += gate.fast(group, environment if group in mine else None)
    outcomes += gate.slow(found.groups)
    if (path / REPORT).is_file():
        outcomes.append(cdk_report.judge(path))
        yield from problems(register(path), today)
    yield from gate.verdict(outcomes, found.acknowledged).findings


def _belongs(group: Sequence[Template], environment: Environment) -> bool:
    """Whether the templates are those of the environment; a folder of several has others."""
    return any(template.stack.startswith(f"{environment.name}-") for template in group)


def _environment(options: argparse.Namespace) -> Environment | None:
    if options.system is None:
        return None
    return load_environment(options.system, options.environment)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m checks", description=__doc__)
    parser.add_argument("path", help="a cloud assembly, a folder of templates, or one template")
    parser.add_argument("--system", help="with --environment: prove the graph of this file")
    parser.add_argument("--environment")
    parser.add_argument("--format", choices=sorted(FORMATS), default="text")
    options = parser.parse_args(arguments)
    if (options.system is None) != (options.environment is None):
        parser.error("--system and --environment go together")
    return options


if __name__ == "__main__":
    sys.exit(main())
