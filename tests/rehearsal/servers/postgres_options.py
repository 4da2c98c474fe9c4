"""What a template wants of a database, as far as a PostgreSQL on this machine has it."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.database_admin.server import USER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.rehearsal.assembly import Stack

FUNCTION = "AWS::Lambda::Function"
PARAMETERS = "AWS::RDS::DBParameterGroup"


def parameters(stack: Stack, instance: Mapping[str, Any]) -> dict[str, str]:
    """What the parameter group of an instance sets to a plain value."""
    group = instance["Properties"].get("DBParameterGroupName", {}).get("Ref")
    resource = stack.resources.get(group, {"Type": PARAMETERS, "Properties": {}})
    found = resource["Properties"].get("Parameters", {})
    return {name: value for name, value in found.items() if isinstance(value, str)}


def extensions(stack: Stack) -> list[str]:
    """The extensions that database_admin is told to create."""
    functions = [each for each in stack.resources.values() if each["Type"] == FUNCTION]
    told = [each["Properties"].get("Environment", {}).get("Variables", {}) for each in functions]
    return [name for each in told for name in json.loads(each.get("EXTENSIONS", "[]"))]


def stand_ins(directory: Path, extensions: Iterable[str]) -> set[str]:
    """Write an empty extension for each that this server lacks; returns their names."""
    offered = directory / "share" / "extension"
    if not offered.exists():
        return set()
    missing = {name for name in extensions if not (offered / f"{name}.control").exists()}
    for name in missing:
        text = "default_version = '1'\ntrusted = true\ncomment = 'stands in for that of RDS'\n"
        (offered / f"{name}.control").write_text(text)
        (offered / f"{name}--1.sql").write_text("SELECT 1;\n")
    return missing


def known(programs: Path, options: Mapping[str, str]) -> dict[str, str]:
    """The parameters that PostgreSQL itself has, RDS's own left out, with libraries that exist."""
    names = _described(programs)
    found = {
        name: value
        for name, value in options.items()
        if name in names or ("." in name and not name.startswith("rds."))
    }
    if libraries := found.pop("shared_preload_libraries", None):
        there = [each for each in libraries.split(",") if _has_library(programs, each)]
        found["shared_preload_libraries"] = ",".join(there)
    return {name: value for name, value in found.items() if "{" not in value}


@cache
def _described(programs: Path) -> frozenset[str]:
    command = [programs / "postgres", "--describe-config"]
    done = subprocess.run(command, user=USER or None, check=True, capture_output=True, text=True)
    return frozenset(line.split("\t")[0] for line in done.stdout.splitlines())


def _has_library(programs: Path, name: str) -> bool:
    command = [programs / "pg_config", "--pkglibdir"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return any(Path(done.stdout.strip()).glob(f"{name}.*"))
