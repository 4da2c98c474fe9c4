"""The proof: nothing undeclared is possible, everything declared is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.graph import names
from checks.graph.owners import Owners
from checks.graph.rights import Rights
from checks.graph.ways import Ways

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.estate import Estate
    from checks.finding import Finding
    from config.model.environment import Environment


def prove(worlds: Sequence[Estate], environment: Environment) -> Iterator[Finding]:
    """Every difference between the templates and the file.

    The first world is the one after a release: all that is declared has to be possible there.
    """
    owners = Owners(worlds)
    for number, estate in enumerate(worlds):
        complete = number == 0
        ways = Ways(estate, environment)
        yield from names.findings(ways.network, environment)
        yield from ways.findings(complete=complete)
        yield from Rights(estate, environment, owners).findings(complete=complete)
