"""Rules for stores, secrets and what lies outside."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from config import aws, windows
from config.credentials import credentials
from config.errors import listed, nearest
from config.model.buckets import Bucket
from config.model.postgres import Postgres
from config.model.valkey import NodesValkey

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings, Path


# Broader ranges make a bucket policy public in the eyes of S3's Block Public Access.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
BROADEST = {4: 8, 6: 32}


def windows_are_apart(environment: Environment) -> Findings:
    """RDS takes windows of half an hour or more, ElastiCache of an hour, and none that meet."""
    for name, store in environment.stores.items():
        path = ("stores", name)
        if isinstance(store, Postgres):
            daily, field, least = store.backup_window, "backup_window", windows.SHORTEST
        elif isinstance(store, NodesValkey):
            daily, field, least = store.snapshot_window, "snapshot_window", windows.HOUR
        else:
            continue
        lasting = f"must last {least} minutes at least"
        if windows.daily(daily)[1] < least:
            yield (*path, field), lasting
        if windows.weekly(store.maintenance_window)[1] < least:
            yield (*path, "maintenance_window"), lasting
        if windows.overlap(daily, store.maintenance_window):
            yield (
                (*path, "maintenance_window"),
                f"meets the daily {field.replace('_', ' ')} {daily}",
            )


def secret_names_are_unique(environment: Environment) -> Findings:
    """Two secrets can't have the same name in AWS."""
    named: list[tuple[Path, str]] = [
        (("secrets", name, "name"), secret.name)
        for name, secret in environment.secrets.items()
        if secret.name
    ]
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            if store.master.secret:
                named.append((("stores", name, "master", "secret"), store.master.secret))
            named.extend(
                (("stores", name), credential.secret)
                for credential in credentials(environment, name)
                if credential.secret
            )
    count = Counter(name for _, name in named)
    for path, name in named:
        if count[name] > 1:
            yield path, f"more than one secret would be called {name!r}"


def externals_are_described(environment: Environment) -> Findings:
    """An external is reached by hosts, by an endpoint, or comes from addresses: one of them."""
    for name, external in environment.externals.items():
        path = ("externals", name)
        ways = sum(map(bool, (external.hosts, external.endpoint, external.cidrs)))
        if ways != 1:
            yield path, "needs exactly one of `hosts`, `endpoint` and `cidrs`"
        if external.uses and not external.cidrs:
            yield (*path, "uses"), "only an external with `cidrs` comes to us"
        if external.secret and external.secret not in environment.secrets:
            known = list(environment.secrets)
            message = f"no secret {external.secret!r}{nearest(external.secret, known)}"
            yield (*path, "secret"), f"{message}; known: {listed(known)}"
        if external.endpoint:
            yield from _endpoint(path, external.endpoint, external.port)
        for index, cidr in enumerate(external.cidrs):
            if cidr.prefixlen < BROADEST[cidr.version]:
                message = f"{cidr} is so broad that S3 would call the bucket public"
                yield (*path, "cidrs", index), message


def _endpoint(path: tuple[str, ...], endpoint: str, port: int) -> Findings:
    ports = aws.ENDPOINT_PORTS.get(endpoint)
    if ports is None:
        known = list(aws.ENDPOINT_PORTS)
        message = f"unknown endpoint {endpoint!r}{nearest(endpoint, known)}; known: {listed(known)}"
        yield (*path, "endpoint"), message
    elif port not in ports:
        answers = ", ".join(map(str, ports))
        yield (*path, "port"), f"{endpoint} answers on {answers}, not on {port}"


def lifecycles_are_possible(environment: Environment) -> Findings:
    """Objects go to Glacier before they expire, and long enough before for it to pay."""
    for name, store in environment.stores.items():
        if isinstance(store, Bucket) and store.glacier_after_days and store.expire_after_days:
            least = store.glacier_after_days + aws.GLACIER_LEAST_DAYS
            if store.expire_after_days < least:
                message = (
                    f"Glacier bills {aws.GLACIER_LEAST_DAYS} days at least: expire after {least}"
                    " or more, or don't use Glacier"
                )
                yield ("stores", name, "expire_after_days"), message


RULES = (
    windows_are_apart,
    secret_names_are_unique,
    externals_are_described,
    lifecycles_are_possible,
)
