"""What a file accepts of the findings, put on the resources of the node that it names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from aws_cdk import CfnResource

from config.compliance import Terms, qualified
from config.errors import listed, nearest, one_problem
from stackyard.marks import NODE, accept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import IConstruct

    from config.model.compliance import Accepted


def accept_from_file(scope: IConstruct, accepted: Sequence[Accepted]) -> None:
    """Accept findings on all resources of their nodes. Raises ConfigError where there are none.

    Which of a node's resources has the finding is the validators' to say, so the register counts
    an acceptance as used if one of them needs it.
    """
    if not accepted:
        return
    by_node: dict[str, list[CfnResource]] = defaultdict(list)
    for construct in scope.node.find_all():
        if isinstance(construct, CfnResource) and (node := construct.get_metadata(NODE)):
            by_node[str(node)].append(construct)
    for each in accepted:
        if each.node not in by_node:
            hint = nearest(each.node, list(by_node))
            raise one_problem(
                "", f"no resource of node {each.node!r}{hint}; known: {listed(by_node)}"
            )
        terms = Terms(reason=each.reason, until=each.until, planned=each.planned, node=each.node)
        for resource in by_node[each.node]:
            accept(resource, (qualified(each.rule),), terms)
