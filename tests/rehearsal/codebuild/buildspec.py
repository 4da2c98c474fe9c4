"""Buildspecs of version 0.2: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from tests.rehearsal.codebuild.failures import PhaseError, UnsupportedError

PHASES = ("install", "pre_build", "build", "post_build")
OnFailure = Literal["ABORT", "CONTINUE"]
# The page names `bash` and `/bin/sh` only; `sh`, which buildspecs say too, is taken for the latter.
SHELLS = {"sh": "/bin/sh", "/bin/sh": "/bin/sh", "bash": "bash"}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Commands:
    """What a phase runs, and where the build goes if that fails."""

    commands: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    on_failure: OnFailure | None = None


@dataclass(frozen=True)
class Buildspec:
    """A buildspec of which every word has a meaning here."""

    shell: str = "/bin/sh"
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    phases: Mapping[str, Commands] = field(default_factory=dict)


def read(text: str) -> Buildspec:
    """Read a buildspec; scalars stay the text that they are in the file."""
    try:
        tree = yaml.BaseLoader(text).get_single_data()
    except yaml.YAMLError as error:
        raise _invalid(str(error)) from None
    tree = _mapping(tree, "the buildspec", {"version", "env", "phases"})
    if tree.get("version") != "0.2":
        raise UnsupportedError(f"version {tree.get('version')} of buildspecs, only 0.2 is known")
    env = _mapping(
        tree.get("env") or {},
        "env",
        {"shell", "variables", "parameter-store", "secrets-manager", "exported-variables"},
    )
    shell = env.get("shell", "sh")
    if shell not in SHELLS:
        raise UnsupportedError(f"env/shell {shell}, only {', '.join(SHELLS)} are known")
    phases = _mapping(tree.get("phases"), "phases", set(PHASES))
    return Buildspec(
        shell=SHELLS[shell],
        variables=_texts(env, "variables"),
        parameters=_texts(env, "parameter-store"),
        secrets=_texts(env, "secrets-manager"),
        exported=_exported(env.get("exported-variables") or []),
        phases={name: _phase(name, phases[name]) for name in PHASES if name in phases},
    )


def _phase(name: str, given: Any) -> Commands:
    phase = _mapping(given, f"phases/{name}", {"commands", "finally", "on-failure"})
    commands, last = _list(phase, "commands"), _list(phase, "finally")
    if not commands and name != "install":
        raise _invalid(f"phases/{name} has no commands")
    # The page promises this key for images of CodeBuild's own only. Another image may go by the
    # default ways, which differ for a failed `build` that has a `post_build` after it.
    match phase.get("on-failure"):
        case None | "ABORT" | "CONTINUE" as on_failure:
            return Commands(commands, last, on_failure)
        case other:
            raise UnsupportedError(f"phases/{name}/on-failure {other}, only ABORT and CONTINUE")


def _list(phase: Mapping[str, Any], key: str) -> tuple[str, ...]:
    given = phase.get(key) or []
    commands = [given] if isinstance(given, str) else given
    if not isinstance(commands, list):
        raise _invalid(f"Expected {key} to be a list")
    for place, command in enumerate(commands):
        # `- echo a: b` is a mapping in YAML.
        if not isinstance(command, str):
            raise _invalid(
                f"Expected {key.capitalize()}[{place}] to be of string type: found subkeys instead"
            )
    return tuple(command.rstrip("\n") for command in commands)


def _exported(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise _invalid("env/exported-variables is no list of names")
    for name in given:
        if not NAME.fullmatch(name):
            raise UnsupportedError(f"an exported variable {name!r}, which no shell can hold")
    return tuple(given)


def _texts(env: Mapping[str, Any], key: str) -> dict[str, str]:
    given = env.get(key) or {}
    texts: dict[str, str] = _mapping(given, f"env/{key}")
    for name, value in texts.items():
        if not isinstance(value, str):
            raise _invalid(f"env/{key}/{name} is no text")
    return texts


def _mapping(given: Any, where: str, known: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _invalid(f"{where} is no mapping")
    # Left out silently, such a key would make the rehearsal say what AWS does not.
    if known is not None and (unknown := sorted(set(given) - known)):
        raise UnsupportedError(f"{', '.join(unknown)} in {where}")
    return given


def _invalid(message: str) -> PhaseError:
    return PhaseError("YAML_FILE_ERROR", message)
