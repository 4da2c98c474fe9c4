"""Rules for what is there and serves nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.nodes import links
from config.rules.links import targets

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings

UNUSED = "nobody uses it: link to it by `uses`, or remove it"


def everything_is_used(environment: Environment) -> Findings:
    """A store costs money and a secret attention: somebody uses each.

    Images may wait: environments of one account have the same ones, and not all run all.
    """
    known = {*targets(environment)}
    if not all(target in known for _, target, _ in links(environment)):
        # Where a name is misspelled, another rule says so, and that is why something is unused.
        return
    linked = {target for _, target, _ in links(environment)}
    held = {external.secret for external in environment.externals.values()}
    webhook = {environment.notifier.webhook} if environment.notifier else set()
    for name in environment.stores:
        if name not in linked:
            yield ("stores", name), UNUSED
    for name in environment.secrets:
        if name not in linked | held | webhook:
            yield ("secrets", name), UNUSED


RULES = (everything_is_used,)
