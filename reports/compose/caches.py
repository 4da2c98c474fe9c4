"""Valkey of the same major version, with the user of the programs and the same eviction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config import aws
from config.model.valkey import EVICTING, NodesValkey
from reports.compose.local import CACHE_USER, PASSWORD, REDIS, VALKEY
from reports.compose.part import Part, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.model.valkey import ServerlessValkey
    from reports.compose.ports import HostPorts

# Room for what a developer does, and little enough that what evicts is seen to.
MEMORY = "256mb"
# ElastiCache Serverless, at its limit, evicts what has an end and nothing else.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.html
OF_SERVERLESS = "volatile-lru"
# ElastiCache's own, which no server of Valkey knows.
OWN_PARAMETERS = ("reserved-memory", "cluster-")
COMMON = ("protected-mode no", 'save ""')


def cache(name: str, spec: ServerlessValkey | NodesValkey, ports: HostPorts) -> Part:
    """A cache or queue on one node, with the same user and rights as on ElastiCache."""
    image = VALKEY.format(major=spec.version.split(".")[0])
    text = "\n".join((*_users(spec), *_settings(spec), *COMMON, ""))
    notes = tuple(_notes(spec))
    return _server(name, ports, image=image, engine="valkey", text=text, notes=notes)


def redis(name: str, ports: HostPorts) -> Part:
    """What stands for an outside Redis."""
    users = f"user default on >{PASSWORD} ~* &* +@all"
    text = "\n".join((users, *COMMON, ""))
    notes = (f"Stands for an outside Redis. Its user is default, its password {PASSWORD!r}.",)
    return _server(name, ports, image=REDIS, engine="redis", text=text, notes=notes)


def _server(
    name: str, ports: HostPorts, *, image: str, engine: str, text: str, notes: tuple[str, ...]
) -> Part:
    """A server of Valkey or Redis with its configuration."""
    config, target = f"{name}-settings", f"/usr/local/etc/{engine}/{engine}.conf"
    return Part(
        name=name,
        body={
            "image": image,
            "command": [f"{engine}-server", target],
            "configs": [{"source": config, "target": target}],
            "ports": ports.publish(name, aws.VALKEY_PORTS["nodes"][0]),
            # Refused for want of a password is an answer, too.
            "healthcheck": {
                "test": ["CMD", f"{engine}-cli", "ping"],
                "interval": "2s",
                "timeout": "5s",
                "retries": 15,
            },
        },
        notes=notes,
        configs={config: literal(text)},
    )


def _users(spec: ServerlessValkey | NodesValkey) -> Iterator[str]:
    yield "user default off -@all"
    yield f"user {CACHE_USER} {spec.access_string} >{PASSWORD}"


def _settings(spec: ServerlessValkey | NodesValkey) -> Iterator[str]:
    nodes = spec if isinstance(spec, NodesValkey) else None
    policy = nodes.policy if nodes else OF_SERVERLESS
    if policy in EVICTING:
        yield f"maxmemory {MEMORY}"
    yield f"maxmemory-policy {policy}"
    if nodes:
        yield f"timeout {nodes.timeout}"
        yield f"tcp-keepalive {nodes.keepalive}"
        for name, value in sorted(nodes.parameters.items()):
            if not name.startswith(OWN_PARAMETERS):
                yield f'{name} "{value}"'


def _notes(spec: ServerlessValkey | NodesValkey) -> Iterator[str]:
    if isinstance(spec, NodesValkey):
        if spec.holds == "queue":
            yield f"Valkey {spec.version} for a queue: nothing is ever evicted."
        else:
            yield f"Valkey {spec.version}, which evicts as on AWS ({spec.policy}) at {MEMORY}."
    else:
        yield (
            "Serverless on AWS, where one command's keys must not lie in different slots: this"
            f" server does not mind. It evicts as there ({OF_SERVERLESS}), at {MEMORY}."
        )
    yield f"Programs are the user {CACHE_USER!r} with the password {PASSWORD!r} and no TLS."
