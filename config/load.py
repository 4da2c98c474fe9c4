"""From a system and an environment's name to one checked Environment, or a ConfigError."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from config.document import BROKEN, MAX_BYTES, Document, composed, load
from config.errors import ConfigError, Problem, listed, nearest, one_problem
from config.explain import explained
from config.like import resolve_likes, told_once
from config.model.environment import Environment
from config.rules import broken_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent / "systems"


def systems(root: Path = ROOT) -> Mapping[str, tuple[str, ...]]:
    """Every system that has an environment, with the names of its environments."""
    found = {folder.name: _environments(folder) for folder in _folders(root)}
    return {system: environments for system, environments in found.items() if environments}


def _folders(root: Path) -> list[Path]:
    return [folder for folder in sorted(root.iterdir()) if folder.is_dir()]


def _environments(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in folder.glob("*.yaml") if _declares(file)))


def _declares(file: Path) -> bool:
    """Whether a file is an environment and not a fragment; one that is broken counts."""
    try:
        if file.stat().st_size > MAX_BYTES:
            return True
        node = composed(file.read_bytes().decode("utf-8"))
    except (OSError, *BROKEN):
        return True
    if not isinstance(node, yaml.MappingNode):
        return True
    return any(key.value == "environment" for key, _ in node.value)


def load_environment(system: str, environment: str, *, root: Path = ROOT) -> Environment:
    """Read, merge and check `systems/<system>/<environment>.yaml`. Raises ConfigError."""
    path = _file(system, environment, root)
    document = load(path, root=root)
    name = path.relative_to(root.parent).as_posix()
    if not isinstance(document.data, dict):
        raise one_problem(name, "must be a mapping with `environment:`, `network:`, `services:` …")
    if document.data.get("environment") != environment:
        message = f"must say `environment: {environment}`, as the file's name does"
        line = document.place(("environment",))[1]
        raise one_problem(name, message, line=line, path="environment")
    model = parse(document, system=system)
    if problems := list(_disagreements(model, document, root)):
        raise ConfigError(problems)
    return model


def parse(document: Document, *, system: str) -> Environment:
    """A merged document as an Environment. Raises ConfigError with everything that is wrong."""
    document = resolve_likes(document)
    data = {**document.data, "system": system}
    if "system" in document.data:
        file, line = document.place(("system",))
        message = "is the folder's name and does not stand in the file"
        raise one_problem(file, message, line=line, path="system")
    try:
        # By way of JSON, because strict models take a JSON list for a tuple and a Python list not.
        model = Environment.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise ConfigError(told_once(list(explained(error, document, data)), document)) from None
    problems = [_placed(document, path, message) for path, message in broken_rules(model)]
    if problems:
        raise ConfigError(told_once(problems, document))
    return model


def _disagreements(model: Environment, document: Document, root: Path) -> Iterator[Problem]:
    """Environments that share an account share `<system>-images`: they describe it alike."""
    for name in _environments(root / model.system):
        if name == model.environment:
            continue
        try:
            other = load(root / model.system / f"{name}.yaml", root=root).data
        except ConfigError:
            # Its own synthesis says what is wrong with it.
            continue
        if not isinstance(other, dict):
            continue
        shares = (other.get("account"), other.get("region")) == (model.account, model.region)
        if shares and other.get("images") != document.data.get("images"):
            message = f"differ from those of {name}, which shares them: move them to a common base"
            yield _placed(document, ("images",), message)


def _placed(document: Document, path: tuple[str | int, ...], message: str) -> Problem:
    file, line = document.place(path)
    return Problem(file=file, line=line, path=".".join(map(str, path)), message=message)


def _file(system: str, environment: str, root: Path) -> Path:
    # Only the one folder is read; the others matter when the name is wrong.
    folder = next((folder for folder in _folders(root) if folder.name == system), None)
    path = root / system / f"{environment}.yaml"
    if folder:
        if environment in _environments(folder):
            return path
        if environment in {file.stem for file in folder.glob("*.yaml")}:
            name = path.relative_to(root.parent).as_posix()
            message = f"has no `environment: {environment}`: it can be extended, but not deployed"
            raise one_problem(name, message)
        if path.with_suffix(".yml").is_file():
            name = path.with_suffix(".yml").relative_to(root.parent).as_posix()
            raise one_problem(name, "is not read: its name has to end in .yaml")
    known = systems(root)
    if system not in known:
        hint = nearest(system, list(known))
        raise one_problem("", f"there is no system {system!r}{hint}; known: {listed(known)}")
    raise one_problem(
        "",
        f"system {system!r} has no environment {environment!r}"
        f"{nearest(environment, known[system])}; known: {listed(known[system])}",
    )
