"""YAML files with the place of every value, and `extends` between them.

Merging rules: mappings merge key by key, at any depth; a list or a scalar of the extending
file replaces the inherited one whole; `null` removes an inherited key. Of several bases, a
later one wins over an earlier one. Names in `extends` are files beside the extending file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from config.errors import ConfigError, one_problem, shown

if TYPE_CHECKING:
    from pathlib import Path

Key = tuple[str | int, ...]
MAX_BYTES = 1_000_000
# No system file comes near these; what is beyond them would end in Python's own limits.
MAX_DEPTH = 40
MAX_BITS = 64
BROKEN = (yaml.YAMLError, RecursionError, OverflowError, ValueError)
YAML = "tag:yaml.org,2002:"
TAGS = tuple(YAML + kind for kind in ("map", "seq", "str", "int", "float", "bool", "null"))
# The key of a date. Elsewhere what looks like one is text that lost its quotes.
DATED = ("until",)


@dataclass
class Document:
    """Plain data and, for each path into it, the file and line where it was written.

    `copies` are the paths of nodes that took values over from others, by `like`.
    """

    data: Any = None
    places: dict[Key, tuple[str, int]] = field(default_factory=dict)
    copies: frozenset[Key] = frozenset()

    def place(self, path: Key) -> tuple[str, int]:
        """File and line of `path`, or of the nearest enclosing value that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return ("", 0)


@lru_cache(maxsize=64)
def composed(text: str) -> yaml.Node | None:
    """The nodes of a YAML text, with the line numbers that safe_load() throws away.

    Kept, because what several environments extend is read for each of them.
    """
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return node


def read(path: Path, *, name: str) -> Document:
    """Parse one file; `name` is how messages call it. Raises ConfigError."""
    try:
        text = path.read_bytes()
        if len(text) > MAX_BYTES:
            raise one_problem(name, f"the file is larger than {MAX_BYTES:,} bytes")
        node = composed(text.decode("utf-8"))
    except OSError as error:
        raise one_problem(name, f"can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise one_problem(name, f"is not UTF-8 text: {error.reason}", line=line) from None
    except yaml.reader.ReaderError as error:
        line = text.count(b"\n", 0, len(text.decode()[: error.position].encode())) + 1
        message = f"is not YAML: the character #x{error.character:04x} is not allowed"
        raise one_problem(name, message, line=line) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise one_problem(name, f"is not YAML: {reason}", line=line) from None
    except RecursionError:
        raise one_problem(name, "is not YAML: nested too deeply") from None
    except BROKEN as error:
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
        if id(node) in self.seen:
            message = "anchors and aliases are not supported: share values by `extends`"
            raise self.problem(path, message)
        self.seen.add(id(node))
        self.document.places.setdefault(path, (self.name, node.start_mark.line + 1))
        if len(path) > MAX_DEPTH:
            raise self.problem(path, "is nested deeper than anything in a system file")
        if node.tag == f"{YAML}timestamp" and path[-1:] == DATED:
            return str(node.value)
        if node.tag not in TAGS:
            kind = node.tag.rpartition(":")[2]
            raise self.problem(path, f"YAML takes this for {kind!r}: put text in quotes")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return self.scalar(node, path)

    def scalar(self, node: yaml.Node, path: Key) -> Any:
        try:
            value = self.scalars.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, KeyError, IndexError):
            kind = node.tag.rpartition(":")[2]
            raise self.problem(path, f"{shown(node.value)} can't be read as {kind!r}") from None
        if isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise self.problem(path, "the number is too large")
        if isinstance(value, str) and not _is_unicode(value):
            raise self.problem(path, f"{shown(value)} has an escape that is no character")
        return value

    def problem(self, path: Key, message: str) -> ConfigError:
        line = self.document.place(path)[1]
        return one_problem(self.name, message, line=line, path=dotted(path))

    def mapping(self, node: yaml.MappingNode, path: Key) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            # `off` and `on` are booleans in YAML, but as keys they are the words that stand there.
            if key_node.tag not in (YAML + "str", YAML + "bool") or not _is_unicode(key_node.value):
                message = f"keys must be text, found {_found(key_node)}"
                raise one_problem(self.name, message, line=line, path=dotted(path))
            key = key_node.value
            here = (*path, key)
            if key in data:
                message = "the key stands twice in one mapping"
                raise one_problem(self.name, message, line=line, path=dotted(here))
            self.document.places[here] = (self.name, line)
            data[key] = self.build(value_node, here)
        return data


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _found(key: yaml.Node) -> str:
    if not isinstance(key, yaml.ScalarNode):
        return "a collection"
    if key.tag == YAML + "merge":
        return "`<<`: share values by `extends`"
    return f"{shown(key.value)}: put it in quotes"


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
            message = f"{shown(base)} is not a file beside this one"
            raise one_problem(name, message, line=line, path="extends")
        steps = (*chain, path, target)
        if target in steps[:-1]:
            circle = " -> ".join(_relative(step, root) for step in steps[steps.index(target) :])
            raise one_problem(name, f"goes round in a circle: {circle}", line=line, path="extends")
        inherited = load(target, root=root, chain=steps[:-1])
        if not isinstance(inherited.data, dict):
            raise one_problem(_relative(target, root), "must be a mapping, as all that is extended")
        merged = merge(merged, inherited)
    return merge(merged, document)


def _is_file_beside(target: Path, path: Path) -> bool:
    try:
        # A plain name: by way of `../` the same file would have many names, and cycles no end.
        if target.parent != path.parent:
            return False
        return target.resolve().parent == path.parent.resolve() and target.is_file()
    except (OSError, ValueError):
        return False


def _relative(path: Path, root: Path) -> str:
    return (
        path.relative_to(root.parent).as_posix() if path.is_relative_to(root.parent) else path.name
    )
