"""The environment variables of a build."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.rehearsal.codebuild import references
from tests.rehearsal.codebuild.buildspec import NAME, Buildspec
from tests.rehearsal.codebuild.failures import UnsupportedError
from tests.rehearsal.codebuild.references import Clients

PLAINTEXT, PARAMETER, SECRET = "PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER"


@dataclass(frozen=True)
class Variables:
    """Values by name, and those of them that nobody may see."""

    values: Mapping[str, str]
    sealed: Mapping[str, str]


def resolve(
    project: Mapping[str, Any],
    buildspec: Buildspec,
    overrides: Mapping[str, str],
    clients: Clients,
) -> Variables:
    """Fetch what is not plain text; a value that another one replaces is never asked for."""
    fetch: dict[str, Callable[[Clients, str], str]] = {
        PARAMETER: references.parameter,
        SECRET: references.secret,
    }
    values: dict[str, str] = {}
    sealed: dict[str, str] = {}
    for name, (kind, value) in _given(project, buildspec, overrides).items():
        _check(name)
        if kind == PLAINTEXT:
            values[name] = value
        elif kind in fetch:
            values[name] = sealed[name] = fetch[kind](clients, value)
        else:
            raise UnsupportedError(f"{name} of type {kind}")
    for name in buildspec.exported:
        if name in sealed or name.startswith("AWS_"):
            raise UnsupportedError(f"{name} among exported-variables: it cannot be exported")
    return Variables(values, sealed)


def _given(
    project: Mapping[str, Any], buildspec: Buildspec, overrides: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    # The buildspec is the weakest, StartBuild the strongest.
    given = {name: (PLAINTEXT, value) for name, value in buildspec.variables.items()}
    given |= {name: (PARAMETER, value) for name, value in buildspec.parameters.items()}
    given |= {name: (SECRET, value) for name, value in buildspec.secrets.items()}
    for each in project.get("environment", {}).get("environmentVariables", []):
        given[each["name"]] = (each.get("type") or PLAINTEXT, each["value"])
    return given | {name: (PLAINTEXT, value) for name, value in overrides.items()}


def _check(name: str) -> None:
    if name.startswith("CODEBUILD_"):
        raise UnsupportedError(f"a variable {name}: CODEBUILD_ is reserved for CodeBuild")
    if not NAME.fullmatch(name):
        raise UnsupportedError(f"a variable {name!r}, which no shell can hold")
