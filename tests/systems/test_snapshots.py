"""One snapshot per stack: what a change of the code or of a file does to the templates.

`make snapshots` accepts a difference; it is read before, and in the review.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.assemblies import ENVIRONMENTS, synthesized

HASH = re.compile(r"[0-9a-f]{64}")
CASES = [
    (system, environment, stack)
    for system, environment in ENVIRONMENTS
    for stack in synthesized(system, environment).templates
]


def masked(value: Any) -> Any:
    """The value with the hashes of assets replaced: code has tests of its own."""
    if isinstance(value, dict):
        return {key: masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each) for each in value]
    return HASH.sub("<hash>", value) if isinstance(value, str) else value


@pytest.mark.parametrize(("system", "environment", "stack"), CASES)
def test_the_template_is_as_it_was(
    system: str, environment: str, stack: str, snapshot: SnapshotAssertion
) -> None:
    template = synthesized(system, environment).templates[stack]
    assert masked(template) == snapshot(extension_class=JSONSnapshotExtension)
