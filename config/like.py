"""`like: <node>`: a service or task that runs the same program as another one of the file.

It takes over what the program is and needs, and nothing of how the other one is reached, scaled
or replaced; then its own keys are laid over that, by the rules of `extends`.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from config.document import Document, Key, dotted, merge
from config.errors import ConfigError, Problem, listed, nearest

COPIED = (
    "kind", "image", "architecture", "cpu", "memory", "user", "read_only", "scratch", "env", "uses",
    "release_env", "sidecars", "log_days", "group", "stop_seconds",
)  # fmt: skip
SECTIONS = ("services", "tasks")
LIKE = "like"


def resolve_likes(document: Document) -> Document:
    """The document with every `like` replaced by what it stands for. Raises ConfigError."""
    nodes: dict[Key, dict[str, Any]] = {
        (section, name): node
        for section in SECTIONS
        for name, node in _mapping(_mapping(document.data).get(section)).items()
        if isinstance(node, dict)
    }
    models = {path: _model_of(document, path, nodes) for path in nodes if LIKE in nodes[path]}
    if problems := [found for found in models.values() if isinstance(found, Problem)]:
        raise ConfigError(problems)
    for path, model in models.items():
        if not isinstance(model, Problem):
            document = _resolved(document, path, nodes[path], model, nodes[model])
    return Document(data=document.data, places=document.places, copies=frozenset(models))


def told_once(problems: list[Problem], document: Document) -> list[Problem]:
    """Problems without those that a copy only repeats of the node that it is like."""
    copies = {dotted(path) for path in document.copies}
    heads = [".".join(problem.path.split(".")[:2]) for problem in problems]
    keys = [
        (problem.file, problem.line, problem.path.removeprefix(head), problem.message)
        for problem, head in zip(problems, heads, strict=True)
    ]
    own = {key for key, head in zip(keys, heads, strict=True) if head not in copies}
    told = zip(problems, keys, heads, strict=True)
    return [problem for problem, key, head in told if head not in copies or key not in own]


def _resolved(
    document: Document, path: Key, node: dict[str, Any], source: Key, model: dict[str, Any]
) -> Document:
    section, name = path
    copied = {key: deepcopy(model[key]) for key in COPIED if key in model}
    places = {
        (*path, *known[2:]): place
        for known, place in document.places.items()
        if known[:2] == source and known[2:3] and known[2] in COPIED
    }
    own = {key: value for key, value in node.items() if key != LIKE}
    base = Document(data={section: {name: copied}}, places=places)
    top = Document(data={section: {name: own}}, places=document.places)
    merged = merge(base, top)
    data = {**document.data, section: {**document.data[section], **merged.data[section]}}
    inherited = {k: p for k, p in merged.places.items() if k[:2] == path}
    return Document(data=data, places={**document.places, **inherited})


def _model_of(document: Document, path: Key, nodes: dict[Key, dict[str, Any]]) -> Key | Problem:
    """The path of the node that another one is like, or why there is none."""
    model = nodes[path][LIKE]
    # Of a name in both sections, which another rule refuses, the first is taken.
    found = next((node for node in nodes if node[1] == model), None)
    others = [str(name) for (_, name), node in nodes.items() if LIKE not in node]
    if found is None:
        hint = nearest(model, others) if isinstance(model, str) else ""
        message = f"names no service or task{hint}; known: {listed(others)}"
    elif LIKE in nodes[found]:
        message = f"{model} is itself like another: name that one; known: {listed(others)}"
    else:
        return found
    file, line = document.place((*path, LIKE))
    return Problem(file=file, line=line, path=dotted((*path, LIKE)), message=message)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
