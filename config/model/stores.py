"""What keeps: databases, caches, buckets."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.model.buckets import Bucket
from config.model.postgres import Postgres
from config.model.valkey import NodesValkey, ServerlessValkey

Store = Annotated[
    Postgres | Annotated[ServerlessValkey | NodesValkey, Field(discriminator="topology")] | Bucket,
    Field(discriminator="kind"),
]
