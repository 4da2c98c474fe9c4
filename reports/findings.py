"""The open findings of a cloud assembly, a line each: what is wrong, where, how it is called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def findings(assembly: Path) -> Iterator[str]:
    """`place: rule: what is wrong`, for every error in the assembly's validation report."""
    file = assembly / "validation-report.json"
    report = json.loads(file.read_text()) if file.is_file() else {"pluginReports": []}
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            if violation.get("severity") not in ("warning", "info"):
                said = violation["description"].split(". ")[0].strip().removesuffix(".")
                for place in violation["violatingConstructs"]:
                    path = place.get("constructPath", "").removesuffix("/Resource")
                    yield f"{path}: {violation['ruleName']}: {said}"
