"""A Compose file as text that a person can read."""

from __future__ import annotations

from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.compose.part import Part

WIDTH = 100
# Long lines stay lines: what is broken in two is hard to search for.
UNBROKEN = 10_000


class _Dumper(yaml.SafeDumper):
    """Lists are indented, texts of several lines stand as they are, and nothing is an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=_is_short(items))


def _is_short(items: list[Any]) -> bool:
    words = all(isinstance(item, str) and not set(item) & {"{", "\n"} for item in items)
    return words and len(", ".join(items)) < WIDTH - 20


def _mapping(dumper: _Dumper, items: dict[str, Any]) -> yaml.MappingNode:
    flow = list(items) == ["condition"]
    return dumper.represent_mapping("tag:yaml.org,2002:map", items, flow_style=flow)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(dict, _mapping)


def rendered(name: str, header: Sequence[str], parts: Sequence[Part]) -> str:
    """The whole file: the header, services with their notes, configurations and volumes."""
    configs = {name: text for part in parts for name, text in part.configs.items()}
    volumes = [volume for part in parts for volume in part.volumes]
    blocks = [
        "".join(f"# {line}".rstrip() + "\n" for line in header),
        _dumped({"name": name}),
        "services:\n" + "\n".join(map(_service, parts)),
    ]
    if configs:
        blocks.append(_dumped({"configs": {each: {"content": configs[each]} for each in configs}}))
    if volumes:
        blocks.append(_dumped({"volumes": {each: {} for each in volumes}}))
    return "\n".join(blocks)


def comment(text: str, *, hanging: str = "") -> Iterator[str]:
    """A text as lines that fit, the second and later ones further in."""
    yield from wrap(text, WIDTH - 4, subsequent_indent=hanging, break_on_hyphens=False)


def _service(part: Part) -> str:
    notes = "".join(f"# {line}\n" for note in part.notes for line in comment(note))
    return indent(notes + _dumped({part.name: dict(part.body)}), "  ")


def _dumped(data: Mapping[str, Any]) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=UNBROKEN)
