"""What the function is told by its environment."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from queue_depth.errors import QueueDepthError

# CloudWatch drops metrics with any other name or dimension without a word.
NAMESPACE = re.compile(r"(?!AWS/)[A-Za-z0-9._/#:-]{1,255}")
SERVICE = re.compile(r"[!-9;-~][ -~]{0,254}")
# Plain TCP is for tests alone.
SCHEMES = {"verify": "rediss", "off": "redis"}


@dataclass(frozen=True)
class Settings:
    """Where the cache's address is kept, and the keys that make up each service's queue."""

    url_secret: str
    namespace: str
    queues: Mapping[str, tuple[str, ...]]
    scheme: str = SCHEMES["verify"]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read and check the environment variables."""
        for name in ("URL_SECRET_ARN", "NAMESPACE", "QUEUES"):
            if not environment.get(name):
                raise QueueDepthError(f"the environment variable {name} is not set")
        namespace = environment["NAMESPACE"]
        if NAMESPACE.fullmatch(namespace) is None:
            raise QueueDepthError(f"NAMESPACE {namespace!r} is none that CloudWatch accepts")
        tls = environment.get("CACHE_TLS", "verify")
        if tls not in SCHEMES:
            raise QueueDepthError(f"CACHE_TLS must be one of {tuple(SCHEMES)}")
        return cls(
            url_secret=environment["URL_SECRET_ARN"],
            namespace=namespace,
            queues=_queues(environment["QUEUES"]),
            scheme=SCHEMES[tls],
        )


def _queues(text: str) -> dict[str, tuple[str, ...]]:
    try:
        queues = json.loads(text)
    except ValueError as error:
        raise QueueDepthError(f"QUEUES is not JSON: {error}") from None
    if not isinstance(queues, dict) or not queues:
        raise QueueDepthError("QUEUES must be an object of at least one service")
    for service, keys in queues.items():
        if SERVICE.fullmatch(service) is None:
            raise QueueDepthError(f"service {service!r} in QUEUES is no value of a dimension")
        if not isinstance(keys, list) or not all(isinstance(key, str) and key for key in keys):
            raise QueueDepthError(f"service {service!r} in QUEUES must have a list of keys")
        # No key would be a depth of 0 for ever, a key given twice would count twice.
        if not keys or len(set(keys)) < len(keys):
            raise QueueDepthError(f"service {service!r} in QUEUES needs keys, each of them once")
    return {service: tuple(keys) for service, keys in queues.items()}
