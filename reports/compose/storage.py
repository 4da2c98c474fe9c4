"""One server of S3's protocol for all buckets, with each program's own rights in them."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from config.nodes import links, store_name
from reports.compose.local import (
    AWS_CLI,
    ENDPOINT,
    KEY,
    KEY_ID,
    PASSWORD,
    REGIONS,
    SEAWEEDFS,
    STORAGE,
    STORAGE_PORT,
    STORAGE_SETUP,
    buckets,
)
from reports.compose.part import Part, literal

if TYPE_CHECKING:
    from config.model.environment import Environment
    from reports.compose.ports import HostPorts

ADMIN = "setup"
CONFIG, TARGET = "s3-users", "/etc/seaweedfs/s3.json"
# Listing comes with every access, as on AWS, where S3 would answer 403 instead of 404 without it.
ACTIONS = {"read": ("Read",), "write": ("Write",), "read-write": ("Read", "Write")}
MAKE = """\
for bucket in {names}; do
  aws s3api head-bucket --bucket $bucket 2>/dev/null || aws s3api create-bucket --bucket $bucket
done
"""
NOTE = (
    "S3 for all buckets. A program logs in under its own name and may do what its links say.",
    "Not here: versions, lifecycles, CORS rules (any page may call it) and encryption.",
    f"For links that a browser opens, say `127.0.0.1 {STORAGE}` in /etc/hosts.",
)


def storage(environment: Environment, ports: HostPorts) -> list[Part]:
    """The server, and what makes the buckets in it; nothing where there are none."""
    names = [store_name(environment, each) for each in buckets(environment)]
    if not names:
        return []
    setup = {
        "image": AWS_CLI,
        "entrypoint": ["/bin/sh", "-ec"],
        "command": [literal(MAKE.format(names=" ".join(names)))],
        "environment": variables(environment, ADMIN),
        "depends_on": {STORAGE: {"condition": "service_healthy"}},
    }
    return [
        _server(environment, names, ports),
        Part(name=STORAGE_SETUP, body=setup, notes=("Makes the buckets, and ends.",)),
    ]


def variables(environment: Environment, program: str) -> dict[str, str]:
    """What a program needs to find the server and log in to it."""
    region = dict.fromkeys(REGIONS, environment.region)
    endpoint = f"http://{STORAGE}:{STORAGE_PORT}"
    return {ENDPOINT: endpoint, KEY_ID: program, KEY: PASSWORD, **region}


def _server(environment: Environment, names: list[str], ports: HostPorts) -> Part:
    flags = ("-dir=/data", "-ip.bind=0.0.0.0", f"-s3.config={TARGET}", f"-s3.domainName={STORAGE}")
    status = f"http://127.0.0.1:{STORAGE_PORT}/status"
    return Part(
        name=STORAGE,
        body={
            "image": SEAWEEDFS,
            "command": ["mini", *flags],
            "configs": [{"source": CONFIG, "target": TARGET}],
            "volumes": ["buckets:/data"],
            # Clients may put a bucket's name before the host's.
            "networks": {"default": {"aliases": [f"{name}.{STORAGE}" for name in names]}},
            "ports": ports.publish("s3", STORAGE_PORT),
            "healthcheck": {
                "test": ["CMD", "wget", "-qO", "/dev/null", status],
                "interval": "2s",
                "timeout": "5s",
                "retries": 30,
            },
        },
        notes=NOTE,
        configs={CONFIG: literal(_users(environment))},
        volumes=("buckets",),
    )


def _users(environment: Environment) -> str:
    """Who may do what; nobody's name stands for those who bring none."""
    actions: dict[str, dict[str, None]] = defaultdict(dict)
    for source, target, link in links(environment):
        if target in buckets(environment) and link.access:
            bucket = store_name(environment, target)
            reader = "anonymous" if source in environment.externals else source
            listing = () if source in environment.externals else ("List",)
            for action in (*ACTIONS[link.access], *listing):
                actions[reader][f"{action}:{bucket}"] = None
    users = [_user(name, list(allowed)) for name, allowed in actions.items()]
    lines = map(json.dumps, [_user(ADMIN, ["Admin", "Read", "Write", "List"]), *users])
    return '{"identities": [\n  ' + ",\n  ".join(lines) + "\n]}\n"


def _user(name: str, actions: list[str]) -> dict[str, Any]:
    login = [] if name == "anonymous" else [{"accessKey": name, "secretKey": PASSWORD}]
    return {"name": name, "credentials": login, "actions": actions}
