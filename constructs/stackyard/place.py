"""Where a construct's stack is, asked once per stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aws_cdk as cdk

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


def place_of(construct: IConstruct) -> Place:
    """The place of a construct's stack."""
    stack = cdk.Stack.of(construct)
    place = getattr(stack, "place", None)
    return place if isinstance(place, Place) else Place(stack.account, stack.region)
