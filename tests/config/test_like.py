"""`like`: what a service or task takes over from another one, and whose mistake it then is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.document import read
from config.like import COPIED, LIKE, resolve_likes
from config.load import load_environment
from config.model.fargate import Fargate, FargateTask
from config.model.programs import Program
from tests.config.files import (
    FARGATE,
    FILE,
    GOOD,
    changed,
    line_of,
    loaded,
    places_of,
    problems_of,
    written,
)

WORKER = "    like: web\n    command: node worker.js"
# What the model says, what the node says beside `like`, what comes of both.
RULES: dict[str, tuple[str, str, Any]] = {
    "what the program is": ("{image: a, cpu: 512}", "{}", {"image": "a", "cpu": 512}),
    "not how it is reached": ("{image: a, port: 80, routes: [x], health: y}", "{}", {"image": "a"}),
    "not how it is scaled or replaced": ("{scale: x, rollout: y, spot: z}", "{}", {}),
    "not what it is called": ("{name: x, family: y, log_group: z}", "{}", {}),
    "not what it runs": ("{image: a, command: x, alive: y}", "{}", {"image": "a"}),
    "not what is watched of it": ("{probe: x, metrics: y, shell: z}", "{}", {}),
    "its own keys": ("{image: a}", "{port: 1}", {"image": "a", "port": 1}),
    "its own keys over the others": ("{image: a, cpu: 1}", "{cpu: 2}", {"image": "a", "cpu": 2}),
    "mappings merge": ("{env: {A: a, B: b}}", "{env: {B: c}}", {"env": {"A": "a", "B": "c"}}),
    "mappings merge at any depth": (
        "{uses: {db: {env: A, query: {x: y}}}}",
        "{uses: {db: {env: B}}}",
        {"uses": {"db": {"env": "B", "query": {"x": "y"}}}},
    ),
    "null removes a key": ("{cpu: 1, group: g}", "{group: null}", {"cpu": 1}),
    "null removes a link": ("{uses: {db: , bus: }}", "{uses: {db: null}}", {"uses": {"bus": None}}),
    "null removes sidecars": ("{sidecars: {a: {}}}", "{sidecars: null}", {}),
}


@pytest.mark.parametrize(("model", "own", "merged"), RULES.values(), ids=RULES)
@pytest.mark.parametrize("section", ["services", "tasks"])
def test_a_node_takes_over(model: str, own: str, merged: Any, section: str, tmp_path: Path):
    top = own.replace("{", "{like: web, ", 1)
    file = tmp_path / "a.yaml"
    services = {"web": yaml.safe_load(model)}
    data: dict[str, Any] = {"services": services}
    data.setdefault(section, {})["copy"] = yaml.safe_load(top)
    file.write_text(yaml.safe_dump(data, sort_keys=False))

    document = resolve_likes(read(file, name="a.yaml"))

    assert document.data[section]["copy"] == merged
    assert document.data["services"]["web"] == services["web"]


def test_every_field_of_a_program_is_taken_over_or_left(tmp_path: Path):
    left = {"command", "family", "log_group"}

    assert set(COPIED) | left == {*Program.model_fields, "kind"}
    assert LIKE not in {*Fargate.model_fields, *FargateTask.model_fields}


def test_a_task_may_be_like_a_service(tmp_path: Path):
    environment = loaded(tmp_path, FARGATE)
    web, report = environment.services["web"], environment.tasks["report"]

    assert isinstance(web, Fargate)
    assert isinstance(report, FargateTask)
    assert report.uses.keys() == web.uses.keys() - {"api"}
    assert (report.sidecars, report.scratch, report.env) == (web.sidecars, web.scratch, web.env)
    assert report.command == ("node", "report.js")


def test_a_service_may_be_like_a_task(tmp_path: Path):
    text = changed((WORKER, WORKER.replace("web", "migrate")), of=FARGATE).replace(
        "    uses: {payments: null}\n", "    uses: {broker: {env: QUEUE_URL}}\n"
    )
    worker = loaded(tmp_path, text).services["worker"]

    assert isinstance(worker, Fargate)
    assert (worker.image, set(worker.uses)) == ("tools", {"database", "broker"})


def test_a_service_may_stand_before_the_one_that_it_is_like(tmp_path: Path):
    text = changed(("services:\n", "services:\n  first:\n    like: web\n"), of=FARGATE)
    environment = loaded(tmp_path, text)

    assert next(iter(environment.services)) == "first"
    assert environment.services["first"].uses == environment.services["web"].uses


def test_app_runner_services_may_be_alike(tmp_path: Path):
    other = (
        "services:\n  other: {like: backend, port: 81, existing_customer: true, public: false}\n"
    )
    (problem,) = problems_of(tmp_path, changed(("services:\n", other)))

    assert problem.path == "services.other.public"


REFUSED = {
    "an unknown node": ("wbe", "names no service or task; did you mean 'web'?; known: admin, api"),
    "a store": ("broker", "names no service or task; known: admin, api, migrate, web"),
    "itself": ("worker", "worker is itself like another: name that one; known: admin, api"),
    "one that is like another": ("beat", "beat is itself like another: name that one"),
    "nothing": ("null", "names no service or task; known: "),
    "a list": ("[web]", "names no service or task; known: "),
    "a number": ("7", "names no service or task; known: "),
}


@pytest.mark.parametrize(("name", "message"), REFUSED.values(), ids=REFUSED)
def test_a_node_is_not_like(name: str, message: str, tmp_path: Path):
    text = changed((WORKER, f"    like: {name}  # here"), of=FARGATE)
    (problem,) = problems_of(tmp_path, text)

    assert (problem.line, problem.path) == (line_of(text, "# here"), "services.worker.like")
    assert problem.message.startswith(message)


def test_all_wrong_likes_are_told_at_once(tmp_path: Path):
    text = FARGATE.replace("like: web", "like: nobody")

    assert [path for _, _, path in places_of(problems_of(tmp_path, text))] == [
        "services.worker.like",
        "services.beat.like",
        "tasks.report.like",
    ]


def test_like_is_among_the_keys_that_are_allowed(tmp_path: Path):
    text = changed((WORKER, f"{WORKER}\n    lik: web"), of=FARGATE)
    (problem,) = problems_of(tmp_path, text)

    assert problem.message.startswith("unknown key; did you mean 'like'?; allowed: alive, arch")


def test_a_mistake_is_told_where_it_was_written_and_once(tmp_path: Path):
    text = changed(("cpu: 512", "cpu: 500"), of=FARGATE)

    assert places_of(problems_of(tmp_path, text)) == [
        (FILE, line_of(text, "cpu: 500"), "services.web.cpu")
    ]


def test_a_mistake_of_the_copy_alone_is_told_with_its_own_name(tmp_path: Path):
    text = changed((WORKER, f"{WORKER}\n    cpu: 4096"), of=FARGATE)

    # The memory is the model's and would do there.
    assert places_of(problems_of(tmp_path, text)) == [
        (FILE, line_of(text, "    memory: 1024"), "services.worker.memory")
    ]


def test_a_copy_s_own_value_is_told_at_its_own_line(tmp_path: Path):
    text = changed((WORKER, f"{WORKER}\n    env: {{MODE: 3}}"), of=FARGATE)

    assert places_of(problems_of(tmp_path, text)) == [
        (FILE, line_of(text, "env: {MODE: 3}"), "services.worker.env.MODE")
    ]


def test_a_value_is_told_in_the_file_that_it_comes_from(tmp_path: Path):
    base = changed(("environment: prod\n", ""), ("cpu: 512", "cpu: 500"), of=FARGATE)
    written(tmp_path, base, name="base.yaml")
    top = "environment: prod\nextends: base.yaml\nservices: {more: {like: web}, web: {cpu: null}}\n"

    # What `extends` takes away from the model is not there for those that are like it.
    root = written(tmp_path, top)
    assert load_environment("demo", "prod", root=root).services["more"].cpu == 512

    problems = problems_of(tmp_path, top.replace(", web: {cpu: null}", ""))
    assert places_of(problems) == [
        ("systems/demo/base.yaml", line_of(base, "cpu: 500"), "services.web.cpu")
    ]


def test_like_may_be_taken_back_by_an_extending_file(tmp_path: Path):
    written(tmp_path, changed(("environment: prod\n", ""), of=FARGATE), name="base.yaml")
    worker = "{like: null, kind: fargate, image: tools, uses: {payments: {}, broker: {env: Q}}}"
    root = written(
        tmp_path, f"environment: prod\nextends: base.yaml\nservices: {{worker: {worker}}}\n"
    )

    assert load_environment("demo", "prod", root=root).services["worker"].image == "tools"


@pytest.mark.parametrize("services", ["[]", "web", "{web: 3}", "{web: {like: web}}", "{web: null}"])
def test_what_is_no_mapping_is_nobody_s_model(services: str, tmp_path: Path):
    text = GOOD.partition("services:")[0] + f"services: {services}\n"

    assert problems_of(tmp_path, text)
