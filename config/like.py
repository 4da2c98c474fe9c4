"""`like: <node>`: a service or task that runs the same program as another one of the file.

It takes over what the program is and needs, and nothing of how the other one is reached, scaled
or replaced; then its own keys are laid over that, by the rules of `extends`.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from config.document import Document, merge
from config.errors import ConfigError, Problem, listed, nearest

COPIED = (
    "kind", "image", "architecture", "cpu", "memory", "user", "read_only", "scratch", "env", "uses",
    "sidecars", "log_days", "group", "stop_seconds",
)  # fmt: skip
SECTIONS = ("services", "tasks")
LIKE = "like"


def resolve_likes(document: Document) -> Document:
    """The document with every `like` replaced by what it stands for. Raises ConfigError."""
    nodes = {
        name: (section, node)
        for section in SECTIONS
        for name, node in _mapping(_mapping(document.data).get(section)).items()
        if isinstance(node, dict)
    }
    for name, (section, node) in nodes.items():
        if LIKE in node:
            document = _resolved(document, section, name, nodes)
    return document


def _resolved(
    document: Document, section: str, name: str, nodes: dict[str, tuple[str, dict[str, Any]]]
) -> Document:
    path = (section, name, LIKE)
    model = nodes[name][1][LIKE]
    if not isinstance(model, str) or model not in nodes:
        hint = nearest(str(model), list(nodes))
        raise _wrong(document, path, f"names no service or task{hint}; known: {listed(nodes)}")
    its_section, its_node = nodes[model]
    if LIKE in its_node:
        raise _wrong(document, path, f"{model} is itself like another: name that one")
    copied = {key: deepcopy(its_node[key]) for key in COPIED if key in its_node}
    source = (its_section, model)
    places = {
        (section, name, *known[2:]): place
        for known, place in document.places.items()
        if known[:2] == source and known[2:3] and known[2] in COPIED
    }
    own = {key: value for key, value in nodes[name][1].items() if key != LIKE}
    base = Document(data={section: {name: copied}}, places=places)
    top = Document(data={section: {name: own}}, places=document.places)
    merged = merge(base, top)
    document.data[section][name] = merged.data[section][name]
    inherited = {k: p for k, p in merged.places.items() if k[:2] == (section, name)}
    return Document(data=document.data, places={**document.places, **inherited})


def _wrong(document: Document, path: tuple[str, ...], message: str) -> ConfigError:
    file, line = document.place(path)
    return ConfigError([Problem(file=file, line=line, path=".".join(path), message=message)])


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
