"""The file that the README shows is one that works."""

from __future__ import annotations

import re
from pathlib import Path

from config.graph import edges
from tests.assemblies import environment_of, short_name, synthesized

README = Path(__file__).resolve().parents[2] / "README.md"


def own_system() -> str:
    """The whole file that the README shows."""
    (text,) = re.findall(r"```yaml\n(environment: .*?)```", README.read_text(), re.DOTALL)
    return text


def test_the_readmes_own_system_is_a_good_file(tmp_path: Path) -> None:
    environment = environment_of(own_system(), tmp_path, system="shop")
    assert {(edge.target, edge.ports) for edge in edges(environment) if edge.source == "web"} == {
        ("database", (5432,)),
        ("jobs", (6379,)),
        ("endpoint:s3", (443,)),
        ("endpoint:secretsmanager", (443,)),
        ("internet", (443,)),
    }


def test_the_readmes_output_is_what_comes_out() -> None:
    shown = dict(
        re.findall(r"^(daadaar[a-z-]*) +(\d+) resources$", README.read_text(), re.MULTILINE)
    )
    daadaar = synthesized("daadaar", "prod")
    assert len(shown) == len(daadaar.templates)
    for name, count in shown.items():
        stack = short_name(name, daadaar.environment)
        assert int(count) == len(daadaar.resources(stack)), name
