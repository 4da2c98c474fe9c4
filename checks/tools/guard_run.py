"""Guard's rules through their engine, in two halves that run at the same time.

They run at every synthesis, so their time counts, and it goes with rules times text: Guard reads a
whole document again for each rule. So each half gets a document of what its own rules look at.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checks.tools.guard_documents import Documents
from checks.tools.guard_engine import GuardEngine, ValidationFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.template import Template
    from checks.tools.guard_rules import GuardRule


Place = tuple[str, str, str]


@dataclass
class Judged:
    """The properties to blame by rule, stack and resource, and the rules that nobody could read."""

    blamed: dict[Place, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)


def judged(templates: Sequence[Template], rules: Sequence[GuardRule]) -> Judged:
    """All that the rules find. ImportError or RuntimeError where the engine is not to be had."""
    documents = Documents(templates, rules)
    asked = [rule for rule in rules if not documents.sizes.keys().isdisjoint(rule.kinds)]
    halves = [half for half in _halves(asked, documents.sizes) if half]
    with ThreadPoolExecutor(max_workers=2) as threads:
        parts = list(threads.map(lambda half: _half(half, documents), halves))
    whole = Judged()
    for part in parts:
        whole.blamed |= part.blamed
        whole.broken |= part.broken
        whole.failures += part.failures
    return whole


def _halves(rules: list[GuardRule], sizes: dict[str, int]) -> tuple[list[GuardRule], ...]:
    """Rules about much text and about little, parted where neither half takes much longer."""

    def read(half: list[GuardRule]) -> int:
        return sum(sizes.get(kind, 0) for kind in _reads(half))

    def cost(cut: int) -> int:
        return max(cut * read(order[:cut]), (len(order) - cut) * read(order[cut:]))

    order = sorted(rules, key=lambda rule: -read([rule]))
    cut = min(range(len(order) + 1), key=cost)
    return order[:cut], order[cut:]


def _reads(rules: list[GuardRule]) -> frozenset[str]:
    return frozenset(kind for rule in rules for kind in rule.reads)


def _half(rules: list[GuardRule], documents: Documents) -> Judged:
    """All that these find; a rule that cannot be parsed or evaluated is left out and told."""
    found, left = Judged(), rules
    while left:
        try:
            found.blamed = dict(_blamed(left, documents))
        except ValidationFailedError as error:
            # The engine stops at the first rule that fails and names it; if it names none, a
            # document is to blame, and then none of them could judge.
            culprits = [rule for rule in left if f"{rule.id}.guard" in str(error)] or left
            left = [rule for rule in left if rule not in culprits]
            found.broken.update(rule.id for rule in culprits)
            names = culprits[0].id if len(culprits) == 1 else f"{len(culprits)} rules"
            found.failures.append(f"{names}: Control Tower could not judge by it: {error}")
        else:
            break
    return found


def _blamed(rules: list[GuardRule], documents: Documents) -> Iterator[tuple[Place, str]]:
    engine = GuardEngine(rules)
    for world, document in documents.about(_reads(rules)):
        said = engine.said(document)
        for rule in rules:
            paths = said.get(rule.id, {})
            if "" in paths:
                # It does not say of which resource: then each that it may be is asked alone.
                paths.pop("")
                for name, body in world.items():
                    if body["Type"] in rule.kinds and name not in paths:
                        alone = engine.said(documents.alone(world, name)).get(rule.id, {})
                        if not alone.keys().isdisjoint({name, ""}):
                            paths[name] = alone.get(name, "")
            for name, path in paths.items():
                yield (rule.id, *documents.places[name]), path
