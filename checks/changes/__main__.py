"""Compare a commit with the working tree: `python -m checks.changes --base <commit>`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from checks.changes.commits import UnusableError, changed_since, commit_of, extract, scratch
from checks.changes.environments import Trees, chosen, unaffected, verdicts
from checks.changes.report import as_json, as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
LOST, UNUSABLE, INTERRUPTED = 1, 2, 130
REQUIREMENTS = "requirements.txt"
OTHER_PACKAGES = (
    f"{REQUIREMENTS} differs, and both commits are synthesized with the packages installed here:"
    " what the upgrade itself changes is not told"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell what changes; 1 if data would be lost without a reason, 2 if that can't be told."""
    options = _options(arguments)
    try:
        with scratch() as folder:
            return _compare(options, folder)
    except UnusableError as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED


def _compare(options: argparse.Namespace, folder: Path) -> int:
    commit = commit_of(ROOT, options.base)
    changed = changed_since(ROOT, commit)
    extract(ROOT, commit, folder / "tree")
    trees = Trees(before=folder / "tree", after=ROOT, called=options.base)
    names = chosen(trees, options.system, options.environment)
    same = unaffected(trees, names, changed)
    if REQUIREMENTS in changed:
        print(OTHER_PACKAGES, file=sys.stderr)
    affected = [each for each in names if each not in same]
    if affected and options.format == "text":
        print(f"Comparing {len(affected)} of {len(names)} with {options.base} …", file=sys.stderr)
    found, failures = verdicts(trees, affected, folder)
    if options.format == "json":
        print(as_json(found))
    elif found or same:
        print(as_text(found, ["/".join(each) for each in same]))
    if failures:
        print("\n".join(failures), file=sys.stderr)
        return UNUSABLE
    return LOST if any(each.fails for each in found) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="checks.changes", description=__doc__)
    parser.add_argument("--base", required=True, metavar="COMMIT", help="what to compare with")
    parser.add_argument("--system", help="this system only")
    parser.add_argument("--environment", help="environments of this name only")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
