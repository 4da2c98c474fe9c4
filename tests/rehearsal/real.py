"""Real servers behind the databases and caches of an assembly, with TLS and the addresses of AWS.

A database listens on port 5432 and a cache on 6379, as on AWS, each on a loopback address of its
own: Linux has 127.0.0.0/8 for that. Where no such addresses are, everything is rehearsed without.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.database_admin.certificates import Authority
from tests.database_admin.server import PROGRAMS, SUPERUSER, SUPERUSER_PASSWORD, USER, Server
from tests.database_admin.server import running_server as running_postgres
from tests.queue_depth.server import Server as Valkey
from tests.queue_depth.tls import tls_in_front_of as tls_in_front_of_valkey
from tests.rehearsal.servers import postgres_options
from tests.rehearsal.servers.postgres_tls import tls_in_front_of as tls_in_front_of_postgres
from tests.relay import relay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.rehearsal.assembly import Stack

POSTGRES_PORT, VALKEY_PORT = 5432, 6379
# A PostgreSQL that speaks TLS itself, such as Debian's; PyPI's does not.
TLS_PROGRAMS = "REHEARSAL_POSTGRES"
INSTANCE = "AWS::RDS::DBInstance"
CACHES = ("AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::ServerlessCache")
# Where database_admin finds the authorities of RDS.
AUTHORITIES = "database_admin/rds-ca.pem"
FORCED_TLS = """\
local all all scram-sha-256
host all {superuser} 127.0.0.1/32 scram-sha-256
hostssl all all 127.0.0.1/32 scram-sha-256
"""


@dataclass
class Servers:
    """What runs, by `<stack>/<logical id>`, and the authority that its certificates are from."""

    authority: Path
    machines: dict[str, dict[str, Any]] = field(default_factory=dict)
    databases: dict[str, Server] = field(default_factory=dict)
    caches: dict[str, Valkey] = field(default_factory=dict)
    # Extensions that RDS has and the server here does not: empty ones of the same name.
    stand_ins: set[str] = field(default_factory=set)

    @property
    def overlays(self) -> dict[str, str]:
        """Files that functions get instead of their own."""
        return {AUTHORITIES: self.authority.read_text()}

    @property
    def trust(self) -> dict[str, str]:
        """Variables that make programs trust the authority, as they trust Amazon's."""
        return {"SSL_CERT_FILE": str(self.authority)}


def possible() -> bool:
    """Whether this machine has loopback addresses to spare."""
    return sys.platform == "linux"


@contextmanager
def running(stacks: tuple[Stack, ...], folder: Path) -> Iterator[Servers]:
    """Start a server for each database and cache, before CloudFormation wants them."""
    folder.mkdir()
    authority = Authority(folder)
    servers = Servers(authority.root)
    with ExitStack() as stack:
        for each in stacks:
            for logical, resource in each.resources.items():
                name, kind = f"{each.name}/{logical}", resource["Type"]
                if kind == INSTANCE and "SourceDBInstanceIdentifier" not in resource["Properties"]:
                    options = postgres_options.parameters(each, resource)
                    extensions = postgres_options.extensions(each)
                    stack.enter_context(_database(servers, name, authority, options, extensions))
                elif kind in CACHES:
                    stack.enter_context(_cache(servers, name, authority))
            _replicas(servers, each)
        yield servers


def _replicas(servers: Servers, stack: Stack) -> None:
    """A replica is its source: reading it finds the same rows."""
    for logical, resource in stack.resources.items():
        source = resource["Properties"].get("SourceDBInstanceIdentifier")
        if resource["Type"] == INSTANCE and isinstance(source, dict):
            name = source.get("Ref") or source["Fn::GetAtt"][0]
            servers.machines[f"{stack.name}/{logical}"] = servers.machines[f"{stack.name}/{name}"]


@contextmanager
def _database(
    servers: Servers,
    name: str,
    authority: Authority,
    options: Mapping[str, str],
    extensions: Iterable[str],
) -> Iterator[None]:
    host = _address()
    certificate = _certificate(authority, host)
    own = os.environ.get(TLS_PROGRAMS)
    programs = Path(own) if own else PROGRAMS
    known = postgres_options.known(programs, options)

    def settings(directory: Path) -> Mapping[str, str]:
        servers.stand_ins |= postgres_options.stand_ins(directory, extensions)
        return {**known, **(_speaks_tls(directory, certificate) if own else {})}

    with running_postgres(programs, settings) as server:
        door = (
            relay(server.port, lambda plain: plain, at=(host, POSTGRES_PORT))
            if own
            else tls_in_front_of_postgres(server.port, certificate, at=(host, POSTGRES_PORT))
        )
        with door:
            servers.databases[name] = server
            servers.machines[name] = {
                "host": host,
                "port": server.port,
                "user": SUPERUSER,
                "password": SUPERUSER_PASSWORD,
                # PyPI's server is told to trust its extensions; others want a superuser.
                "extensions": list(extensions) if own else [],
            }
            yield


@contextmanager
def _cache(servers: Servers, name: str, authority: Authority) -> Iterator[None]:
    host, password = _address(), secrets.token_hex(16)
    server = Valkey()
    try:
        server.start()
        with server.admin() as admin:
            everything = ("on", f">{password}", "~*", "&*", "+@all")
            admin.execute_command("ACL", "SETUSER", "rehearsal", *everything)
        at = (host, VALKEY_PORT)
        with tls_in_front_of_valkey(server.port, _certificate(authority, host), at=at):
            servers.caches[name] = server
            servers.machines[name] = {"host": host, "port": server.port, "password": password}
            yield
    finally:
        server.stop()


def _address() -> str:
    """A loopback address where neither port is taken."""
    while True:
        host = f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250) + 1}.1"
        try:
            for port in (POSTGRES_PORT, VALKEY_PORT):
                socket.create_server((host, port)).close()
        except OSError:
            continue
        return host


def _certificate(authority: Authority, host: str) -> Path:
    path = authority.directory / f"{host}.pem"
    authority.issue(host).rename(path)
    return path


def _speaks_tls(directory: Path, certificate: Path) -> dict[str, str]:
    """TLS and nothing else, as `rds.force_ssl` has it; only the superuser here comes in without."""
    own, rules = directory / "server.pem", directory / "pg_hba.conf"
    shutil.copy(certificate, own)
    rules.write_text(FORCED_TLS.format(superuser=SUPERUSER))
    own.chmod(0o600)
    if USER:
        for path in (own, rules):
            shutil.chown(path, USER)
    names = ("ssl_cert_file", "ssl_key_file")
    return {"ssl": "on", "hba_file": str(rules), **dict.fromkeys(names, str(own))}
