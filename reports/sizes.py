"""Stacks that are about to be too large for CloudFormation, said while there is room to act."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# CloudFormation takes 500; the rest is for what a later version adds.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_RESOURCES = 450
GROUPS = "put some of its services into a `group:` of their own"
SYSTEMS = "divide the file into two systems"


def too_large(folder: Path) -> Iterator[str]:
    """A sentence for each stack of an assembly that has too many resources."""
    for file in sorted(folder.glob("*.template.json")):
        count = len(json.loads(file.read_text()).get("Resources", {}))
        if count > MOST_RESOURCES:
            stack = file.name.removesuffix(".template.json")
            grouped = "-compute" in stack or "-observability" in stack
            advice = GROUPS if grouped else SYSTEMS
            yield (
                f"{stack}: {count} resources are more than {MOST_RESOURCES}, and CloudFormation"
                f" takes 500: {advice}"
            )
