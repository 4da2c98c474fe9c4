"""Rules for nodes and the links between them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from config.attributes import INTERNET, NOTIFIER, attributes_of
from config.errors import listed, nearest
from config.graph import links, login_of, runners
from config.model.stores import Bucket, Postgres, Valkey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.model.environment import Environment
    from config.model.links import Link
    from config.rules.finding import Findings


SECTIONS = ("services", "tasks", "stores", "externals", "secrets")


def section_of(environment: Environment, node: str) -> str:
    """The section of the file that declares a node."""
    return next(name for name in SECTIONS if node in getattr(environment, name))


def targets(environment: Environment) -> list[str]:
    """What a link may name."""
    declared = [*environment.stores, *environment.externals, *environment.secrets, INTERNET]
    return [*declared, NOTIFIER] if environment.notifier else declared


def names_are_unique(environment: Environment) -> Findings:
    """One name is one node, whatever section it stands in."""
    found = Counter(node for section in SECTIONS for node in getattr(environment, section))
    for section in SECTIONS:
        for node in getattr(environment, section):
            if found[node] > 1:
                yield (section, node), "the name is used in more than one section; nodes share one"
            if node in (INTERNET, NOTIFIER):
                yield (section, node), f"the name {node!r} is the system's own"


def links_lead_to_nodes(environment: Environment) -> Findings:
    """A link names a node that exists and can be used."""
    known = targets(environment)
    for source, target, _ in links(environment):
        if target not in known:
            path = (section_of(environment, source), source, "uses", target)
            yield path, f"no such node{nearest(target, known)}; known: {listed(known)}"


def details_fit_their_target(environment: Environment) -> Findings:
    """Each detail of a link means something for the kind of its target."""
    known = targets(environment)
    for source, target, link in links(environment):
        if target in known:
            path = (section_of(environment, source), source, "uses", target)
            yield from ((path, message) for message in _misfits(environment, target, link))
            yield from _unknown_attributes(environment, path, target, link)


def _misfits(environment: Environment, target: str, link: Link) -> Iterator[str]:
    store = environment.stores.get(target)
    external = environment.externals.get(target)
    allowed = {"env", "reason"}
    if isinstance(store, Postgres):
        allowed |= {"role", "login", "query", "secret"}
    if isinstance(store, Bucket) or target == NOTIFIER:
        allowed.add("access")
    if external and external.hosts:
        allowed.add("unreachable")
    for name in sorted(link.model_fields_set - allowed):
        shown = type(link).model_fields[name].alias or name
        yield f"`{shown}` has no meaning for this node"
    if isinstance(store, Bucket) and link.access not in ("read", "write", "read-write"):
        yield "needs `access: read`, `write` or `read-write`"
    if target == NOTIFIER and link.access not in (None, "invoke"):
        yield "the only `access` to the notifier is `invoke`"
    if target == INTERNET and not link.reason:
        yield "a way out to the internet needs a `reason`"


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
        seen = dict.fromkeys(runner.env, "env")
        for target, link in runner.uses.items():
            for variable in link.env:
                if variable in seen:
                    path = (section_of(environment, source), source, "uses", target, "env")
                    yield (*path, variable), f"{variable} is already set by {seen[variable]}"
                seen[variable] = f"the link to {target}"


def a_login_is_one_credential(environment: Environment) -> Findings:
    """Links that share a login agree on its role, its query and its secret."""
    first: dict[tuple[str, str], Link] = {}
    for source, target, link in links(environment):
        if isinstance(environment.stores.get(target), Postgres):
            known = first.setdefault((target, login_of(link)), link)
            if (known.role, known.query, known.secret) != (link.role, link.query, link.secret):
                path = (section_of(environment, source), source, "uses", target)
                yield (
                    path,
                    (
                        f"login {login_of(link)!r} is used elsewhere with another role, query or"
                        " secret: give this link a `login:` of its own"
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
    for source, target, link in links(environment):
        if isinstance(environment.stores.get(target), Valkey | Postgres) and not link.env:
            path = (section_of(environment, source), source, "uses", target)
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
