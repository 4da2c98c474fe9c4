"""Secrets: brought by the team, or generated; their values never stand in a file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from config.model.base import Part, SecretName, fitting

JsonKey = Annotated[str, fitting(r"^[A-Za-z][A-Za-z0-9_-]{0,63}$", "a key such as session_secret")]


class BroughtSecret(Part):
    """A secret whose value the team puts in itself; it never stands in a template.

    With `keys` the value is a JSON object with exactly these keys, else it is plain text.
    """

    brought: Literal[True]
    name: SecretName | None = None
    description: str
    keys: tuple[str, ...] = ()


class GeneratedSecret(Part):
    """A secret that Secrets Manager makes up once: letters and digits.

    `generate: true` is plain text, `generate: session_secret` a JSON object with this key. A
    change of either, or of `length`, makes up another value.
    """

    generate: JsonKey | Literal[True]
    name: SecretName | None = None
    description: str
    length: Annotated[int, Field(ge=32, le=4096)] = 50

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its JSON object, if it is one."""
        return () if self.generate is True else (self.generate,)


# No tag may be called as a key of the file: places of mistakes are paths of both.
BROUGHT, GENERATED = "is brought", "is generated"


def _kind(value: Any) -> str:
    given = "generate" in value if isinstance(value, dict) else isinstance(value, GeneratedSecret)
    return GENERATED if given else BROUGHT


Secret = Annotated[
    Annotated[BroughtSecret, Tag(BROUGHT)] | Annotated[GeneratedSecret, Tag(GENERATED)],
    Discriminator(_kind),
]
