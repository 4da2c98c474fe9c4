"""Names of nodes as construct ids."""

from __future__ import annotations

import re


def pascal(name: str) -> str:
    """`WebApi` of `web-api`; of anything else, too, that has words with signs between them."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))
