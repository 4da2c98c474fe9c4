"""What is only so on a developer's machine: images, one password, variables that AWS makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config import aws
from config.model.buckets import Bucket

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.model.outside import External

# Every login has it, and no port is published to anybody but this machine.
PASSWORD = "local"  # noqa: S105
# As constructs/stackyard/cache_users.py calls the user of all programs; a test compares both.
CACHE_USER = "app"

POSTGRES = "postgres:{major}"
PGVECTOR = "pgvector/pgvector:pg{major}"
VALKEY = "valkey/valkey:{major}"
REDIS = "redis:8"
MAILPIT = "axllent/mailpit:v1.31.4"
SEAWEEDFS = "chrislusf/seaweedfs:4.48"
AWS_CLI = "amazon/aws-cli:2.37.5"

# No node of a file can be called so, because names of nodes have no dots.
STORAGE, STORAGE_SETUP = "s3.test", "s3.setup"
STORAGE_PORT = 8333
MAIL_PAGE_PORT = 8025

# Variables that programs get here and by no link. On AWS the last three come from the platform.
ENDPOINT, KEY_ID, KEY = "AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
LOCAL_ONLY = (ENDPOINT, KEY_ID, KEY, *REGIONS)

TASKS, SIDECARS = "tasks", "sidecars"


# What mail services offer beside the ports of Amazon's.
MAIL_PORTS = {*aws.ENDPOINT_PORTS["email-smtp"], 2525}


def catches_mail(external: External) -> bool:
    """Whether an outside service is a mail server, by its port."""
    return external.port in MAIL_PORTS


def is_redis(external: External) -> bool:
    """Whether an outside service speaks Redis' protocol, by its port."""
    return external.port in aws.VALKEY_PORTS["nodes"]


def stands_in(external: External) -> bool:
    """Whether a service of the Compose file stands for an outside one."""
    return catches_mail(external) or is_redis(external)


def buckets(environment: Environment) -> list[str]:
    """The nodes that are buckets."""
    return [name for name, store in environment.stores.items() if isinstance(store, Bucket)]
