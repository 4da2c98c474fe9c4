"""Where a construct's stack is, asked once per stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

if TYPE_CHECKING:
    from constructs import IConstruct


@dataclass(frozen=True)
class Place:
    """An account and a region; both are literal, because every stack has an explicit home."""

    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something of this place."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


class Block(Construct):
    """A construct of ours; it knows its place without asking jsii again."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.place = place_of(scope)


def place_of(scope: IConstruct) -> Place:
    """The place of a construct's stack."""
    place = getattr(scope, "place", None)
    if isinstance(place, Place):
        return place
    stack = cdk.Stack.of(scope)
    return Place(stack.account, stack.region)
