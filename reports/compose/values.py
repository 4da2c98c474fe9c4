"""What a program's variables hold here: the same attributes of the same nodes as on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from config import aws
from config.attributes import attributes_of
from config.credentials import COLOURS, credential_of
from config.model.buckets import Bucket
from config.model.postgres import Postgres
from config.model.valkey import Valkey
from config.nodes import proxy_of, replica_of, store_name
from database_admin.credentials import ConnectionUrl
from reports.compose import secrets
from reports.compose.local import CACHE_USER, PASSWORD, stands_in
from reports.compose.part import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.credentials import Credential
    from config.model.environment import Environment
    from config.model.fargate import Fargate
    from config.model.links import Link

# What a program is told of a Valkey's or a mail server's TLS in plain variables.
SAYS_TLS = frozenset({"TLS", "SSL"})
# libpq's clients would try TLS first; node-postgres would insist on it.
WITHOUT_TLS = {"sslmode": "disable"}
TURNED_OFF = {"true": "false", "1": "0", "yes": "no", "on": "off"}


def variables(
    environment: Environment, env: Mapping[str, str], uses: Mapping[str, Link]
) -> dict[str, str]:
    """All variables of a container by name: those of the file, and those of its links."""
    found = {name: literal(_without_tls(name, text)) for name, text in env.items()}
    for target, link in uses.items():
        for variable, attribute in link.env.items():
            if secrets.is_secret(environment, target, attribute):
                found[variable] = secrets.value(environment, target, variable)
            else:
                found[variable] = literal(_value(environment, target, attribute, link))
    return dict(sorted(found.items()))


def tls_turned_off(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of a file that would make a program speak TLS, as they are on AWS."""
    return {name: text for name, text in env.items() if _without_tls(name, text) != text}


def _without_tls(name: str, text: str) -> str:
    says = SAYS_TLS & set(name.upper().split("_"))
    return TURNED_OFF.get(text.lower(), text) if says else text


def _value(environment: Environment, target: str, attribute: str, link: Link) -> str:
    named = attribute or attributes_of(environment, target).default or ""
    return _attributes(environment, target, link)[named]


def _attributes(environment: Environment, target: str, link: Link) -> Mapping[str, str]:
    match environment.stores.get(target):
        case Postgres() as store:
            return _of_postgres(target, store, link)
        case Valkey() as store:
            return _of_valkey(target, store)
        case Bucket():
            name = store_name(environment, target)
            return {"name": name, "region": environment.region}
    if target in environment.externals:
        return _of_external(environment, target)
    if target in environment.services:
        service: Any = environment.services[target]
        return _of_service(target, service)
    notifier = environment.notifier
    return {"name": (notifier and notifier.name) or f"{environment.name}-{target}"}


def _of_postgres(name: str, store: Postgres, link: Link) -> dict[str, str]:
    credential = credential_of(name, link)
    hosts = {None: name, "reader": replica_of(name), "proxy": proxy_of(name)}
    url = ConnectionUrl(
        user=login(credential),
        password=PASSWORD,
        host=hosts[link.via],
        port=aws.POSTGRES_PORT,
        database=store.database,
        query=urlencode(plain(link.query), quote_via=quote),
    )
    port = str(aws.POSTGRES_PORT)
    return {"url": url.text(), "host": name, "port": port, "database": store.database}


def login(credential: Credential) -> str:
    """The login that is in use: the first of the two that take turns on AWS."""
    return f"{credential.login.replace('-', '_')}_{COLOURS[0]}"


def plain(query: Mapping[str, str]) -> dict[str, str]:
    """What an address says after `?`, but for what it says of TLS, where it must say that."""
    found = {name: WITHOUT_TLS.get(name, text) for name, text in query.items()}
    return {name: text for name, text in found.items() if name in WITHOUT_TLS or name[:3] != "ssl"}


def _of_valkey(name: str, store: Valkey) -> dict[str, str]:
    port = str(aws.VALKEY_PORTS["nodes"][0])
    query = urlencode(plain(store.query))
    url = f"redis://{CACHE_USER}:{PASSWORD}@{name}:{port}/0{query and f'?{query}'}"
    found = {"url": url, "host": name, "port": port}
    return {**found, "username": CACHE_USER, "password": PASSWORD}


def _of_service(name: str, service: Fargate) -> dict[str, str]:
    return {"url": f"http://{name}:{service.port}", "host": name, "port": str(service.port)}


def _of_external(environment: Environment, name: str) -> dict[str, str]:
    external = environment.externals[name]
    if stands_in(external):
        host = name
    elif external.endpoint:
        host = f"{external.endpoint}.{environment.region}.{aws.DOMAIN}"
    else:
        host = external.hosts[0]
    return {"host": host, "port": str(external.port)}
