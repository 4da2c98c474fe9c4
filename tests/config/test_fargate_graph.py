"""What links derive on ECS Fargate: edges, endpoints only where needed, groups, order."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.credentials import credentials
from config.graph import Edge, edges, edges_from, endpoints, ports_out, tiers
from config.model.environment import Environment
from config.model.fargate import Fargate
from config.nodes import service_name
from config.programs import (
    called,
    fargate_services,
    group_uses,
    groups,
    in_circle,
    in_order,
    queues,
)
from tests.config.files import FARGATE, changed, loaded, places_of, problems_of

HEAD = """\
environment: prod
production: false
account: "111111111111"
region: eu-west-1
images: {app: {repository: app}}
channels:
  critical: {email: [team@example.com]}
  warning: {email: [team@example.com]}
  info: {email: [team@example.com]}
network:
  cidr: 10.0.0.0/20
  zones: {eu-west-1a: euw1-az1, eu-west-1b: euw1-az2}
"""
PULLED = ("ecr.api", "ecr.dkr", "logs", "s3")
OUT = "internet: {reason: It calls whomever it likes}"


def system(folder: Path, nat: str, rest: str) -> Environment:
    """A small system with a way out and some nodes."""
    return loaded(folder, f"{HEAD}  nat: {nat}\n{rest}")


def to_endpoints(source: str, *services: str) -> set[Edge]:
    """The edges to some endpoints."""
    return {Edge(source, f"endpoint:{service}", (443,)) for service in services}


def test_a_worker_without_a_way_out_has_what_its_platform_needs(tmp_path: Path):
    environment = system(tmp_path, "none", "services: {worker: {kind: fargate, image: app}}\n")

    assert set(edges(environment)) == to_endpoints("worker", *PULLED)
    assert set(endpoints(environment)) == set(PULLED)
    assert tiers(environment) == ("isolated",)


def test_a_worker_with_a_way_out_has_no_endpoints_but_the_one_that_costs_nothing(tmp_path: Path):
    worker = f"services: {{worker: {{kind: fargate, image: app, uses: {{{OUT}}}}}}}\n"
    environment = system(tmp_path, "single", worker)

    assert set(edges(environment)) == {
        Edge("worker", "internet", (443,)),
        *to_endpoints("worker", "s3"),
    }
    assert tiers(environment) == ("public", "private", "isolated")


def test_an_endpoint_that_one_needs_is_everybody_s(tmp_path: Path):
    environment = system(
        tmp_path,
        "single",
        f"""
services:
  open: {{kind: fargate, image: app, uses: {{{OUT}}}}}
  shut: {{kind: fargate, image: app}}
""",
    )

    assert set(edges(environment)) == {
        Edge("open", "internet", (443,)),
        *to_endpoints("open", *PULLED),
        *to_endpoints("shut", *PULLED),
    }


def test_a_way_out_on_another_port_is_none_to_aws(tmp_path: Path):
    environment = system(
        tmp_path,
        "single",
        """
externals: {cache: {hosts: [cache.example.com], port: 6379}}
services: {worker: {kind: fargate, image: app, uses: {cache: {env: {HOST: host}}}}}
""",
    )

    assert set(edges(environment)) == {
        Edge("worker", "internet", (6379,)),
        *to_endpoints("worker", *PULLED),
    }
    assert ports_out(environment) == (443, 6379)


def test_secrets_shells_and_traces_need_endpoints_of_their_own(tmp_path: Path):
    environment = system(
        tmp_path,
        "none",
        """
secrets: {key: {generate: true, description: Signs}}
services:
  secret: {kind: fargate, image: app, uses: {key: {env: KEY}}}
  shell:
    kind: fargate
    image: app
    shell: {reason: Nobody can see otherwise}
    read_only: {off: true, reason: The shell writes somewhere}
""",
    )

    assert set(edges_from(environment, "secret")) == to_endpoints(
        "secret", *PULLED, "secretsmanager"
    )
    assert set(edges_from(environment, "shell")) == to_endpoints(
        "shell", *PULLED, "ssmmessages", "kms"
    )


def test_a_variable_that_is_no_secret_needs_none(tmp_path: Path):
    environment = system(
        tmp_path,
        "none",
        """
stores: {database: {kind: postgres, version: "18.6", class: t4g.micro, database: small}}
services: {web: {kind: fargate, image: app, uses: {database: {env: {HOST: host}}}}}
tasks: {make: {kind: fargate, image: app, uses: {database: {as: owner, env: URL}}}}
""",
    )

    assert set(edges_from(environment, "web")) == {
        Edge("web", "database", (5432,)),
        *to_endpoints("web", *PULLED),
    }
    assert set(edges_from(environment, "make")) == {
        Edge("make", "database", (5432,)),
        *to_endpoints("make", *PULLED, "secretsmanager"),
    }


def test_the_balancer_stands_between_the_internet_and_its_services(tmp_path: Path):
    arn = "arn:aws:acm:eu-west-1:111111111111:certificate/1"
    environment = system(
        tmp_path,
        "none",
        f"""
balancer: {{certificate: {arn}}}
services:
  web:
    kind: fargate
    image: app
    port: 3000
    routes: [{{path: /*}}]
    health: {{path: /}}
    uses: {{api: {{env: API}}}}
  api: {{kind: fargate, image: app, port: 9000}}
""",
    )

    assert set(edges(environment)) == {
        Edge("internet", "balancer", (80, 443)),
        Edge("balancer", "web", (3000,)),
        Edge("web", "api", (9000,)),
        *to_endpoints("web", *PULLED),
        *to_endpoints("api", *PULLED),
    }
    assert tiers(environment) == ("public", "isolated")
    assert called(environment) == {"api"}
    assert list(fargate_services(environment)) == ["api", "web"]


def test_a_nat_instance_lets_out_what_nodes_ask_for(tmp_path: Path):
    environment = system(
        tmp_path,
        "instance",
        f"""
externals: {{mail: {{hosts: [mail.example.com], port: 587}}}}
services: {{worker: {{kind: fargate, image: app, uses: {{mail: {{env: MAIL}}, {OUT}}}}}}}
""",
    )

    assert Edge("nat", "internet", (443, 587)) in edges(environment)


def test_gateways_are_no_node(tmp_path: Path):
    worker = f"services: {{worker: {{kind: fargate, image: app, uses: {{{OUT}}}}}}}\n"

    assert edges_from(system(tmp_path, "regional", worker), "nat") == ()


def test_a_proxy_is_between_its_users_and_the_database(tmp_path: Path):
    environment = loaded(tmp_path, FARGATE)
    database = (5432,)

    assert {edge for edge in edges(environment) if "database" in edge.target} == {
        Edge("web", "database-proxy", database),
        Edge("worker", "database-proxy", database),
        Edge("beat", "database-proxy", database),
        Edge("report", "database-proxy", database),
        Edge("database-proxy", "database", database),
        Edge("database-admin", "database", database),
        Edge("admin", "database", database),
        Edge("migrate", "database", database),
    }
    assert {(found.login, found.via) for found in credentials(environment, "database")} == {
        ("app-proxy", "proxy"),
        ("app-reader", "reader"),
        ("owner", None),
    }


def test_the_depth_of_a_queue_is_measured_where_it_is_followed(tmp_path: Path):
    environment = loaded(tmp_path, FARGATE)

    assert list(queues(environment, "broker")) == ["worker"]
    assert queues(environment, "cache") == {}
    assert Edge("broker-depth", "broker", (6379,)) in edges(environment)
    assert Edge("broker-depth", "endpoint:secretsmanager", (443,)) in edges(environment)
    assert edges_from(environment, "cache-depth") == ()


def test_a_sidecar_s_links_are_its_program_s(tmp_path: Path):
    environment = loaded(tmp_path, FARGATE)

    assert Edge("web", "endpoint:secretsmanager", (443,)) in edges(environment)
    # Whoever may reach the internet sends traces that way, and nobody else does.
    assert not [edge for edge in edges(environment) if edge.target == "endpoint:xray"]


def test_groups_stand_after_those_that_they_use(tmp_path: Path):
    environment = system(
        tmp_path,
        "none",
        """
services:
  front: {kind: fargate, image: app, group: front, uses: {back: {env: BACK}, core: {env: CORE}}}
  back: {kind: fargate, image: app, group: back, port: 9000}
  core: {kind: fargate, image: app, port: 9001}
""",
    )

    assert groups(environment) == (None, "back", "front")
    assert group_uses(environment) == {None: set(), "back": {None}, "front": {None, "back"}}


def test_a_circle_of_services_is_told_at_each_of_its_links(tmp_path: Path):
    tokens = "      tokens: {env: TOKEN_KEY}"
    text = changed((tokens, f"{tokens}\n      web: {{env: WEB}}"), of=FARGATE)

    problems = problems_of(tmp_path, text)

    assert [path for _, _, path in places_of(problems)] == [
        "services.web.uses.api",
        "services.api.uses.web",
    ]
    assert {problem.message for problem in problems} == {
        "goes round in a circle (api, web): ECS tells names to those that start later"
    }


def test_a_circle_of_groups_is_told_at_each_link_that_crosses(tmp_path: Path):
    text = f"""{HEAD}  nat: none
services:
  a: {{kind: fargate, image: app, group: one, port: 9000}}
  b: {{kind: fargate, image: app, group: two, port: 9000, uses: {{a: {{env: A}}}}}}
  c: {{kind: fargate, image: app, group: one, uses: {{b: {{env: B}}}}}}
"""

    assert [(problem.path, problem.message) for problem in problems_of(tmp_path, text)] == [
        (
            "services.b.uses.a",
            "is in group 'one', which uses group 'two' in turn: put them into one",
        ),
        (
            "services.c.uses.b",
            "is in group 'two', which uses group 'one' in turn: put them into one",
        ),
    ]


@pytest.mark.parametrize(
    ("uses", "circle"),
    [
        ({}, set()),
        ({"a": ["b"], "b": []}, set()),
        ({"a": ["a"]}, {"a"}),
        ({"a": ["b"], "b": ["a"], "c": ["a"]}, {"a", "b"}),
        ({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["c"]}, {"a", "b", "c"}),
    ],
)
def test_a_circle_is_those_who_are_in_it(uses: dict[str, list[str]], circle: set[str]):
    assert set(in_circle(uses)) == circle
    assert set(in_order(uses)) == set(uses)


def test_names_on_fargate_are_their_cluster_s(tmp_path: Path):
    environment = loaded(tmp_path, FARGATE)

    assert service_name(environment, "web") == "demo-web"
    assert service_name(environment, "worker") == "worker"


BOUNDS = {
    "as its scale says": ("scale: {min: 3, max: 9, cpu: 50}", (3, 9)),
    "one with a reason": ("scale: {min: {min: 1, reason: It may wait}, max: 4, cpu: 50}", (1, 4)),
    "two where nothing is said": ("log_days: 30", (2, 2)),
    "one as a singleton": ("singleton: {lock: queue}", (1, 1)),
}


@pytest.mark.parametrize(("says", "bounds"), BOUNDS.values(), ids=BOUNDS)
def test_a_service_has_as_many_tasks(says: str, bounds: tuple[int, int], tmp_path: Path):
    environment = system(
        tmp_path,
        "none",
        f"""
stores: {{queue: {{kind: valkey, topology: nodes, holds: queue, class: t4g.small}}}}
services:
  worker:
    kind: fargate
    image: app
    uses: {{queue: {{env: REDIS}}}}
    {says}
""",
    )
    worker = environment.services["worker"]

    assert isinstance(worker, Fargate)
    assert worker.bounds == bounds


MOVED = {
    "always": ("log_days: 30", True),
    "not as the file says": ("rebalance: false", False),
    "not without room": ("rollout: {kind: rolling, min_percent: 50, max_percent: 100}", False),
    "not alone": ("singleton: {lock: queue}", False),
}


@pytest.mark.parametrize(("says", "moved"), MOVED.values(), ids=MOVED)
def test_tasks_are_moved_between_zones(says: str, moved: bool, tmp_path: Path):
    environment = system(
        tmp_path,
        "none",
        f"""
stores: {{queue: {{kind: valkey, topology: nodes, holds: queue, class: t4g.small}}}}
services:
  worker:
    kind: fargate
    image: app
    uses: {{queue: {{env: REDIS}}}}
    {says}
""",
    )
    worker = environment.services["worker"]

    assert isinstance(worker, Fargate)
    assert worker.rebalanced == moved


def test_all_zones_but_one_are_too_few_for_a_balancer(tmp_path: Path):
    text = changed(("    us-east-1b: use1-az1\n", ""), of=FARGATE)

    assert [problem.message for problem in problems_of(tmp_path, text)] == [
        f"1 zone(s) are fewer than the 2 that {who} needs"
        for who in (
            "postgres database",
            "the balancer",
            "valkey broker",
            "valkey fast",
        )
    ]


def test_development_may_stand_on_less(tmp_path: Path):
    text = changed(
        ("region: us-east-1\nregions:", "production: false\nregion: us-east-1\nregions:"),
        ("nat: {kind: single, reason: Everything can wait for a new gateway}", "nat: instance"),
        ("scale: {min: {min: 1, reason: Nobody waits for it}, max: 1}", "scale: {min: 1, max: 1}"),
        of=FARGATE,
    )

    assert loaded(tmp_path, text).network.way_out == "instance"


def test_a_task_may_run_an_image_that_no_service_runs(tmp_path: Path):
    environment = loaded(tmp_path, FARGATE)

    assert environment.tasks["migrate"].image == "tools"
    assert "tools" not in {service.image for service in environment.services.values()}
