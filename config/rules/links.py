"""Rules for nodes and the links between them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from config.attributes import BALANCER, INTERNET, NAT, NOTIFIER, attributes_of
from config.credentials import credential_of, login_of
from config.errors import listed, nearest
from config.model.buckets import Bucket
from config.model.fargate import Fargate
from config.model.postgres import Postgres
from config.model.programs import Program
from config.model.services import AppRunner
from config.model.valkey import Valkey
from config.nodes import admin_of, depth_of, placed_links, proxy_of, replica_of, runners

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.model.environment import Environment
    from config.model.links import Link
    from config.rules.finding import Findings


MADE = (admin_of, depth_of, proxy_of, replica_of)
SECTIONS = ("services", "tasks", "stores", "externals", "secrets")


def section_of(environment: Environment, node: str) -> str:
    """The section of the file that declares a node."""
    return next(name for name in SECTIONS if node in getattr(environment, name))


def targets(environment: Environment) -> list[str]:
    """What a link may name."""
    services = [n for n, s in environment.services.items() if isinstance(s, Fargate)]
    stores = [*environment.stores, *environment.externals, *environment.secrets]
    declared = [*services, *stores, INTERNET]
    return [*declared, NOTIFIER] if environment.notifier else declared


def names_are_unique(environment: Environment) -> Findings:
    """One name is one node, whatever section it stands in."""
    found = Counter(node for section in SECTIONS for node in getattr(environment, section))
    made = (make(store) for store in environment.stores for make in MADE)
    own = {INTERNET, NOTIFIER, BALANCER, NAT, *made}
    for section in SECTIONS:
        for node in getattr(environment, section):
            if found[node] > 1:
                yield (section, node), "the name is used in more than one section; nodes share one"
            if node in own:
                yield (section, node), f"the name {node!r} is the system's own"


def links_lead_to_nodes(environment: Environment) -> Findings:
    """A link names a node that exists and can be used."""
    known = targets(environment)
    for path, target, _ in placed_links(environment):
        if target not in known:
            yield path, f"no such node{nearest(target, known)}; known: {listed(known)}"


def details_fit_their_target(environment: Environment) -> Findings:
    """Each detail of a link means something for the kind of its target."""
    known = targets(environment)
    for path, target, link in placed_links(environment):
        if target in known:
            yield from ((path, message) for message in _misfits(environment, target, link))
            yield from _unknown_attributes(environment, path, target, link)


def _misfits(environment: Environment, target: str, link: Link) -> Iterator[str]:
    store = environment.stores.get(target)
    for name in sorted(link.model_fields_set - _details_of(environment, target)):
        shown = type(link).model_fields[name].alias or name
        yield f"`{shown}` has no meaning for this node"
    if isinstance(store, Postgres):
        yield from _wrong_ways(store, link)
    service = environment.services.get(target)
    if isinstance(service, Fargate) and not service.port:
        yield f"{target} has no `port` to be called on"
    if isinstance(store, Bucket) and link.access not in ("read", "write", "read-write"):
        yield "needs `access: read`, `write` or `read-write`"
    if target == NOTIFIER and link.access not in (None, "invoke"):
        yield "the only `access` to the notifier is `invoke`"
    if target == INTERNET and not link.reason:
        yield "a way out to the internet needs a `reason`"


def _details_of(environment: Environment, target: str) -> set[str]:
    """The details that a link to a node may have."""
    store = environment.stores.get(target)
    external = environment.externals.get(target)
    found = {"env", "reason"}
    if isinstance(store, Postgres):
        found |= {"role", "login", "query", "secret", "format", "via"}
    if isinstance(store, Bucket) or target == NOTIFIER:
        found.add("access")
    if external and external.hosts:
        found.add("unreachable")
    return found


def _wrong_ways(store: Postgres, link: Link) -> Iterator[str]:
    if link.via and link.role == "owner":
        yield "the owner changes the schema and goes to the database itself: remove `via`"
    elif link.via == "reader" and not store.replica:
        yield "there is no reader: say `replica: true` in the database"
    elif link.via == "proxy" and not store.proxy:
        yield "there is no proxy: say `proxy: true` in the database"
    elif link.via == "proxy" and "options" in link.query:
        yield "RDS Proxy takes no `options`: set them on the role or in the program"
    elif link.via and "host" in link.env.values():
        yield f"`host` is the database's own: take `url`, which leads through the {link.via}"


def _unknown_attributes(
    environment: Environment, path: tuple[str, ...], target: str, link: Link
) -> Findings:
    attributes = attributes_of(environment, target)
    for variable, attribute in link.env.items():
        if not attribute and attributes.default is None:
            message = f"name the attribute; known: {listed(attributes.names)}"
            yield (*path, "env", variable), message
        if attribute and attribute not in attributes.names:
            hint = nearest(attribute, attributes.names)
            message = f"no attribute {attribute!r}{hint}; known: {listed(attributes.names)}"
            yield (*path, "env", variable), message


def variables_have_one_source(environment: Environment) -> Findings:
    """A variable is set once: by `env` or by one link."""
    for source, runner in runners(environment).items():
        path = (section_of(environment, source), source)
        release = runner.release_env if isinstance(runner, Program | AppRunner) else None
        if release in runner.env:
            yield (*path, "release_env"), f"{release} is already set by env"
        own = {**dict.fromkeys(runner.env, "env"), **({release: "release_env"} if release else {})}
        yield from _doubly_set(path, own, runner.uses)
        for name, sidecar in runner.sidecars.items() if isinstance(runner, Program) else ():
            set_there = dict.fromkeys(sidecar.env, "env")
            yield from _doubly_set((*path, "sidecars", name), set_there, sidecar.uses)


def _doubly_set(
    path: tuple[str, ...], own: Mapping[str, str], uses: Mapping[str, Link]
) -> Findings:
    seen = dict(own)
    for target, link in uses.items():
        for variable in link.env:
            if variable in seen:
                where = (*path, "uses", target, "env", variable)
                yield where, f"{variable} is already set by {seen[variable]}"
            seen[variable] = f"the link to {target}"


def a_login_is_one_credential(environment: Environment) -> Findings:
    """Links that share a login agree on all that its secret says."""
    first: dict[tuple[str, str], Link] = {}
    for path, target, link in placed_links(environment):
        if isinstance(environment.stores.get(target), Postgres):
            known = first.setdefault((target, login_of(link)), link)
            if credential_of(target, known) != credential_of(target, link):
                yield (
                    path,
                    (
                        f"login {login_of(link)!r} is used elsewhere with another role, query,"
                        " secret, format or way: give this link a `login:` of its own"
                    ),
                )


def externals_only_read_buckets(environment: Environment) -> Findings:
    """What comes from outside may read buckets and nothing else."""
    known = targets(environment)
    for name, external in environment.externals.items():
        for target, link in external.uses.items():
            store = environment.stores.get(target)
            path = ("externals", name, "uses", target)
            if target not in known or (isinstance(store, Bucket) and link.access is None):
                continue  # Other rules say what is wrong.
            if not isinstance(store, Bucket) or link.access != "read" or link.env:
                yield path, "from outside only `access: read` of a bucket is possible"
            elif store.encryption == "key":
                yield (
                    path,
                    (
                        "anonymous readers can't use the environment's key: the bucket needs"
                        " `encryption: {kind: s3, reason: …}`"
                    ),
                )
            if not link.reason:
                yield path, "opening a bucket to the outside needs a `reason`"


def addresses_are_told(environment: Environment) -> Findings:
    """A link to a database or a cache says by which variable the program learns of it."""
    for path, target, link in placed_links(environment):
        outside = path[0] == "externals"  # What another rule forbids.
        kept = isinstance(environment.stores.get(target), Valkey | Postgres)
        if kept and not link.env and not outside:
            yield path, "needs `env`: the program must learn the address somehow"


RULES = (
    names_are_unique,
    links_lead_to_nodes,
    details_fit_their_target,
    variables_have_one_source,
    a_login_is_one_credential,
    externals_only_read_buckets,
    addresses_are_told,
)
