"""YAML files with the place of every value, and `extends` between them.

Merging rules: mappings merge key by key, at any depth; a list or a scalar of the extending
file replaces the inherited one whole; `null` removes an inherited key. Of several bases, a
later one wins over an earlier one. Names in `extends` are files beside the extending file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from config.errors import one_problem

if TYPE_CHECKING:
    from pathlib import Path

Key = tuple[str | int, ...]
MAX_BYTES = 1_000_000


@dataclass
class Document:
    """Plain data and, for each path into it, the file and line where it was written."""

    data: Any = None
    places: dict[Key, tuple[str, int]] = field(default_factory=dict)

    def place(self, path: Key) -> tuple[str, int]:
        """File and line of `path`, or of the nearest enclosing value that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return ("", 0)


def read(path: Path, *, name: str) -> Document:
    """Parse one file; `name` is how messages call it. Raises ConfigError."""
    try:
        text = path.read_bytes()
        if len(text) > MAX_BYTES:
            raise one_problem(name, f"the file is larger than {MAX_BYTES:,} bytes")
        # compose() keeps line numbers, which safe_load() throws away.
        node = yaml.compose(text.decode("utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise one_problem(name, f"can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise one_problem(name, f"is not UTF-8 text: {error.reason}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise one_problem(name, f"is not YAML: {error.problem}", line=line) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise one_problem(name, f"is not YAML: {reason}") from None
    document = Document()
    if node is not None:
        document.data = _Builder(name, document).build(node, ())
    return document


class _Builder:
    """Turns YAML nodes into plain data and notes where each stands."""

    def __init__(self, name: str, document: Document) -> None:
        self.name = name
        self.document = document
        self.seen: set[int] = set()
        self.scalars = yaml.SafeLoader("")

    def build(self, node: yaml.Node, path: Key) -> Any:
        line = node.start_mark.line + 1
        if id(node) in self.seen:
            raise one_problem(
                self.name,
                "anchors and aliases are not supported: share values by `extends`",
                line=line,
                path=dotted(path),
            )
        self.seen.add(id(node))
        self.document.places.setdefault(path, (self.name, line))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        try:
            return self.scalars.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, KeyError) as error:
            reason = getattr(error, "problem", None) or f"can't be read as {node.tag}"
            raise one_problem(self.name, str(reason), line=line, path=dotted(path)) from None

    def mapping(self, node: yaml.MappingNode, path: Key) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self.scalars.construct_object(key_node, deep=True) if _is_text(key_node) else None
            if not isinstance(key, str):
                message = f"keys must be text, found {_shown(key_node)}: put it in quotes"
                raise one_problem(self.name, message, line=line, path=dotted(path))
            here = (*path, key)
            if key in data:
                message = "the key stands twice in one mapping"
                raise one_problem(self.name, message, line=line, path=dotted(here))
            self.document.places[here] = (self.name, line)
            data[key] = self.build(value_node, here)
        return data


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str"


def _shown(node: yaml.Node) -> str:
    return repr(node.value) if isinstance(node, yaml.ScalarNode) else "a collection"


def dotted(path: Key) -> str:
    """`services.backend.env` of ("services", "backend", "env")."""
    return ".".join(str(part) for part in path)


def merge(base: Document, top: Document) -> Document:
    """`top` over `base`, by the rules of this module's docstring."""
    places = dict(base.places)
    data = _merged(base.data, top.data, (), top.places, places)
    return Document(data=data, places=places)


def _merged(
    base: Any,
    top: Any,
    path: Key,
    top_places: dict[Key, tuple[str, int]],
    places: dict[Key, tuple[str, int]],
) -> Any:
    if not (isinstance(base, dict) and isinstance(top, dict)):
        _replace_places(path, top_places, places)
        return top
    places[path] = top_places.get(path, places.get(path, ("", 0)))
    result = dict(base)
    for key, value in top.items():
        here = (*path, key)
        if value is None and key in base:
            _replace_places(here, {}, places)
            result.pop(key)
        else:
            result[key] = _merged(base.get(key), value, here, top_places, places)
    return result


def _replace_places(
    path: Key, source: dict[Key, tuple[str, int]], target: dict[Key, tuple[str, int]]
) -> None:
    size = len(path)
    for old in [known for known in target if known[:size] == path]:
        del target[old]
    target.update({new: place for new, place in source.items() if new[:size] == path})


def load(path: Path, *, root: Path, chain: tuple[Path, ...] = ()) -> Document:
    """A file with everything it extends merged in. Raises ConfigError, also for a cycle."""
    name = _relative(path, root)
    if path in chain:
        cycle = " -> ".join(_relative(step, root) for step in (*chain[chain.index(path) :], path))
        raise one_problem(name, f"`extends` goes round in a circle: {cycle}", path="extends")
    document = read(path, name=name)
    if not isinstance(document.data, dict) or "extends" not in document.data:
        return document
    bases = document.data.pop("extends")
    bases = [bases] if isinstance(bases, str) else bases
    line = document.places[("extends",)][1]
    if not isinstance(bases, list) or not all(isinstance(base, str) for base in bases):
        message = "must name one file beside this one, or a list of them"
        raise one_problem(name, message, line=line, path="extends")
    _replace_places(("extends",), {}, document.places)
    merged = Document(data={})
    for base in bases:
        target = path.parent / base
        if not _is_file_beside(target, path):
            message = f"{base!r} is not a file beside this one"
            raise one_problem(name, message, line=line, path="extends")
        merged = merge(merged, load(target, root=root, chain=(*chain, path)))
    return merge(merged, document)


def _is_file_beside(target: Path, path: Path) -> bool:
    try:
        return target.resolve().parent == path.parent.resolve() and target.is_file()
    except (OSError, ValueError):
        return False


def _relative(path: Path, root: Path) -> str:
    return (
        path.relative_to(root.parent).as_posix() if path.is_relative_to(root.parent) else path.name
    )
