"""Safeguards of stores that a file may turn off, with a reason."""

from __future__ import annotations

from typing import Literal

from config.model.base import OptOut


class NoBackups(OptOut):
    """No automated backups, with the reason."""

    none: Literal[True]


class SingleZone(OptOut):
    """One zone only, with the reason."""

    off: Literal[True]


class AwsKey(OptOut):
    """Encryption by S3's own keys instead of the environment's, with the reason."""

    kind: Literal["s3"]


class Unversioned(OptOut):
    """No object versions, with the reason."""

    off: Literal[True]
