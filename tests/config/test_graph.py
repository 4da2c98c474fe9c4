"""The derived graph: edges, endpoints and credentials, of a real system and of a small one."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.credentials import Credential, credentials
from config.graph import Edge, edges, edges_from, endpoints, ports_of, tiers
from config.load import load_environment
from config.model.environment import Environment
from config.nodes import links
from config.ranges import CLOUDFLARE
from tests.config.files import GOOD, changed, loaded

SMALL = """\
environment: prod
production: false
account: "111111111111"
region: eu-west-1
network:
  cidr: 10.0.0.0/20
  zones: {eu-west-1a: euw1-az1, eu-west-1b: euw1-az2}
  nat: single
images: {web: {repository: small-web}, worker: {repository: small-worker}}
secrets: {hook: {brought: true, description: Where events go}}
externals:
  events: {hosts: [events.example.com], port: 8443, secret: hook}
stores:
  database: {kind: postgres, version: "18.6", class: t4g.micro, database: small}
  files: {kind: bucket}
services:
  web:
    kind: app-runner
    existing_customer: true
    image: web
    port: 80
    health: {path: /}
    uses:
      database: {env: DATABASE_URL}
      files: {access: read, env: BUCKET}
      hook: {env: HOOK}
  worker:
    kind: app-runner
    existing_customer: true
    image: worker
    port: 80
    health: {path: /}
    uses:
      database: {as: owner, env: DATABASE_URL, login: worker, secret: small/worker}
      events: {env: EVENTS_HOST}
      internet: {reason: Fetches whatever address a customer gives}
channels:
  critical: {email: [team@example.com]}
  warning: {email: [team@example.com]}
"""


@pytest.fixture(scope="module")
def real() -> Environment:
    """The system daadaar in production."""
    return load_environment("daadaar", "prod")


@pytest.fixture
def small(tmp_path: Path) -> Environment:
    """Two services, a database and a bucket, with a NAT."""
    return loaded(tmp_path, SMALL)


def test_the_edges_of_daadaar(real: Environment):
    assert edges(real) == (
        Edge("backend", "cache", (6379, 6380)),
        Edge("backend", "database", (5432,)),
        Edge("backend", "endpoint:email-smtp", (587,)),
        Edge("backend", "endpoint:lambda", (443,)),
        Edge("backend", "endpoint:s3", (443,)),
        Edge("database-admin", "database", (5432,)),
        Edge("database-admin", "endpoint:secretsmanager", (443,)),
        Edge("migrations", "database", (5432,)),
        Edge("migrations", "endpoint:ecr.api", (443,)),
        Edge("migrations", "endpoint:ecr.dkr", (443,)),
        Edge("migrations", "endpoint:logs", (443,)),
        Edge("migrations", "endpoint:s3", (443,)),
        Edge("migrations", "endpoint:secretsmanager", (443,)),
    )


def test_the_endpoints_of_daadaar_stand_in_the_zones_that_offer_them(real: Environment):
    everywhere = ("us-east-1a", "us-east-1c", "us-east-1d")

    assert endpoints(real) == {
        "ecr.api": everywhere,
        "ecr.dkr": everywhere,
        "email-smtp": ("us-east-1a", "us-east-1d"),
        "lambda": everywhere,
        "logs": everywhere,
        "s3": everywhere,
        "secretsmanager": everywhere,
    }


def test_the_credentials_of_daadaar(real: Environment):
    query = {"sslmode": "require"}

    assert credentials(real, "database") == (
        Credential("database", "app", "application", query, "daadaar/prod/database-url"),
        Credential("database", "owner", "owner", query, None),
    )


def test_the_links_of_daadaar(real: Environment):
    assert [(source, target) for source, target, _ in links(real)] == [
        ("backend", "database"),
        ("backend", "cache"),
        ("backend", "media"),
        ("backend", "email"),
        ("backend", "notifier"),
        ("backend", "sentry"),
        ("backend", "posthog"),
        ("migrations", "database"),
        ("cloudflare", "media"),
    ]


def test_the_edges_of_a_small_system(small: Environment):
    assert edges(small) == (
        Edge("database-admin", "database", (5432,)),
        Edge("database-admin", "endpoint:secretsmanager", (443,)),
        Edge("web", "database", (5432,)),
        Edge("web", "endpoint:s3", (443,)),
        Edge("worker", "database", (5432,)),
        Edge("worker", "internet", (443,)),
        Edge("worker", "internet", (8443,)),
    )


def test_edges_from_a_node_are_its_own(small: Environment):
    assert edges_from(small, "web") == edges(small)[2:4]
    assert edges_from(small, "files") == ()


def test_each_login_of_a_small_system_is_a_credential(small: Environment):
    assert credentials(small, "database") == (
        Credential("database", "app", "application", {}, None),
        Credential("database", "worker", "owner", {}, "small/worker"),
    )


def test_the_endpoints_of_a_small_system(small: Environment):
    both = ("eu-west-1a", "eu-west-1b")

    assert endpoints(small) == {"s3": both, "secretsmanager": both}


def test_stores_answer_on_their_ports(tmp_path: Path):
    stores = loaded(tmp_path, GOOD).stores

    assert {name: ports_of(store) for name, store in stores.items()} == {
        "database": (5432,),
        "cache": (6379, 6380),
        "media": (),
    }


def test_programs_run_behind_the_nat_where_there_is_one(real: Environment, small: Environment):
    assert (tiers(real), real.network.workload_tier) == (("isolated",), "isolated")
    assert tiers(small) == ("public", "private", "isolated")
    assert small.network.workload_tier == "private"


def test_known_addresses_are_taken_by_their_name(tmp_path: Path):
    text = changed(('cidrs: [192.0.2.0/24, "2001:db8::/32"]', "cidrs: cloudflare"))

    assert [*map(str, loaded(tmp_path, text).externals["edge"].cidrs)] == [*CLOUDFLARE]
