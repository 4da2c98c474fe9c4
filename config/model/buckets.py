"""S3 buckets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.model.base import Part, fitting
from config.model.optouts import AwsKey, Unversioned

LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
BucketName = Annotated[
    str,
    fitting(
        rf"^{LABEL}(\.{LABEL})*$",
        "a bucket's name: small letters, digits, hyphens and single dots",
        min_length=3,
        max_length=63,
    ),
]
Origin = Annotated[
    str,
    fitting(
        r"^https?://(\*\.)?[a-z0-9.-]+(:\d{1,5})?$",
        "an origin such as https://app.example.com, without a path",
    ),
]
Days = Annotated[int, Field(ge=1)]


class Cors(Part):
    """Which pages may call the bucket from a browser, and how. Age in seconds."""

    origins: Annotated[tuple[Origin, ...], Field(min_length=1)]
    methods: Annotated[
        tuple[Literal["GET", "HEAD", "PUT", "POST", "DELETE"], ...], Field(min_length=1)
    ]
    headers: tuple[str, ...] = ("*",)
    exposed: tuple[str, ...] = ("ETag",)
    max_age: Annotated[int, Field(ge=0, le=86400)] = 3600


class Bucket(Part):
    """An S3 bucket: private, encrypted, versioned, over TLS only. Days are of an object's age."""

    kind: Literal["bucket"]
    name: BucketName | None = None
    versioned: Literal[True] | Unversioned = True
    encryption: Literal["key"] | AwsKey = "key"
    expire_old_versions_after_days: Days = 90
    glacier_after_days: Days | None = None
    expire_after_days: Days | None = None
    cors: tuple[Cors, ...] = ()
