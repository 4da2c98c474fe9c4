"""PostgreSQL of the same major version, with the roles, rights and extensions of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config import aws
from config.credentials import credentials
from config.nodes import proxy_of, replica_of
from reports.compose.local import PASSWORD, PGVECTOR, POSTGRES
from reports.compose.part import Part, literal
from reports.compose.roles import script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.model.environment import Environment
    from config.model.postgres import Postgres
    from reports.compose.ports import HostPorts

# What comes with PostgreSQL itself: https://www.postgresql.org/docs/current/contrib.html
CONTRIB = frozenset(
    """
    amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance
    fuzzystrmatch hstore insert_username intagg intarray isn lo ltree moddatetime pageinspect
    pg_buffercache pg_freespacemap pg_prewarm pg_stat_statements pg_trgm pg_visibility
    pg_walinspect pgcrypto pgrowlocks pgstattuple postgres_fdw refint seg sslinfo tablefunc tcn
    tsm_system_rows tsm_system_time unaccent uuid-ossp
    """.split()  # noqa: SIM905
)
LIBRARIES = frozenset({"auto_explain", "pg_prewarm", "pg_stat_statements"})
PRELOADED = "shared_preload_libraries"
# Its image keeps data one folder above since this version: https://hub.docker.com/_/postgres
NEW_FOLDER_SINCE = 18


def database(environment: Environment, name: str, spec: Postgres, ports: HostPorts) -> Part:
    """A database's server; its replica and its proxy are other names of it."""
    major = spec.version.split(".")[0]
    image = PGVECTOR if "vector" in spec.extensions else POSTGRES
    offered = [each for each in spec.extensions if each in CONTRIB or each == "vector"]
    sql = script(spec.database, offered, credentials(environment, name))
    config = f"{name}-roles"
    folder = "/var/lib/postgresql" + ("" if int(major) >= NEW_FOLDER_SINCE else "/data")
    others = [replica_of(name)] * spec.replica + [proxy_of(name)] * spec.proxy
    ready = ["pg_isready", "-h", "127.0.0.1", "-U", spec.master.username, "-d", spec.database]
    return Part(
        name=name,
        body={
            "image": image.format(major=major),
            "command": ["postgres", *_options(spec)],
            "environment": {
                "POSTGRES_DB": spec.database,
                "POSTGRES_USER": spec.master.username,
                "POSTGRES_PASSWORD": PASSWORD,
            },
            "configs": [{"source": config, "target": f"/docker-entrypoint-initdb.d/{config}.sql"}],
            "volumes": [f"{name}:{folder}"],
            **({"networks": {"default": {"aliases": others}}} if others else {}),
            "ports": ports.publish(name, aws.POSTGRES_PORT),
            # By TCP, because the server that runs the files of its first start has none.
            "healthcheck": {
                "test": ["CMD", *ready],
                "interval": "2s",
                "timeout": "5s",
                "retries": 30,
            },
        },
        notes=tuple(_notes(spec, others)),
        configs={config: literal(sql)},
        volumes=(name,),
    )


def _options(spec: Postgres) -> Iterator[str]:
    """The parameters that any PostgreSQL has; libraries that the image has."""
    named = spec.parameters.get(PRELOADED, "pg_stat_statements").split(",")
    libraries = ",".join(each.strip() for each in named if each.strip() in LIBRARIES)
    parameters = {
        **{name: value for name, value in spec.parameters.items() if _anywhere(name, value)},
        PRELOADED: libraries,
        "max_connections": str(spec.max_connections),
    }
    for name, value in sorted(parameters.items()):
        yield from ("-c", literal(f"{name}={value}"))


def _anywhere(name: str, value: str) -> bool:
    # RDS computes some values of an instance's memory, in braces.
    return not name.startswith("rds.") and "{" not in value


def _notes(spec: Postgres, others: list[str]) -> Iterator[str]:
    yield (
        f"PostgreSQL {spec.version} on AWS. Programs log in with the rights that they have there:"
        f" rows for most, the schema for those that migrate. Every password is {PASSWORD!r}, also"
        f" that of {spec.master.username}, who may do everything. All this is made when the volume"
        " is new."
    )
    if others:
        yield f"{' and '.join(others)}: the same server here."
    missing = [each for each in spec.extensions if each not in CONTRIB and each != "vector"]
    if missing:
        yield f"Not in this image, and so not here: {', '.join(missing)}."
    left = [name for name, value in spec.parameters.items() if not _anywhere(name, value)]
    if left:
        yield f"RDS's own parameters, not set here: {', '.join(sorted(left))}."
