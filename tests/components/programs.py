"""Two programs of ECS Fargate whose tasks are looked at closely."""

from __future__ import annotations

from pathlib import Path

from stackyard.iam import Statement
from stackyard.node import SecretValue, Wiring
from tests.components.building import REGION, Made, stack_in
from tests.components.fargate import Ground, fargate_in
from tests.components.nag import judged

URL = SecretValue(arn="arn:url", key_arn="k", region=REGION)
TOKEN = SecretValue(arn="arn:keys", key_arn="k", region=REGION, json_key="token")
AGENT = SecretValue(arn="arn:agent", key_arn="k", region=REGION)
OBJECTS, QUEUE = "arn:aws:s3:::media/*", "arn:aws:sqs:us-east-1:111111111111:jobs"
READ = Statement(actions=["s3:GetObject"], resources=[OBJECTS])
SEND = Statement(actions=["sqs:SendMessage"], resources=[QUEUE])
WEB = Wiring(
    variables={"MODE": "fast", "BUCKET": "media"},
    secrets={"URL": URL, "API_TOKEN": TOKEN},
    statements=[READ],
    wildcards={OBJECTS: "The objects of one bucket"},
)
TRACER = Wiring(secrets={"AGENT_KEY": AGENT}, statements=[SEND, READ])
SIDECARS = {
    "tracer": {
        "image": "public.ecr.aws/demo/tracer:1.2",
        "memory": 256,
        "command": "--config /etc/tracer.yaml",
        "user": "4317",
        "scratch": {},
        "traces": True,
    },
    "guard": {
        "image": "public.ecr.aws/demo/guard:3.4",
        "essential": True,
        "user": {"root": True, "reason": "Reads the processes of the task"},
        "read_only": {"off": True, "reason": "Writes its database beside itself"},
    },
}


def programs_in(folder: Path) -> Made:
    """A program with all that one can have, and a plain one with a shell, under cdk-nag."""
    stack = stack_in(folder)
    ground = Ground(stack, with_shells=True)
    fargate_in(
        ground,
        "web",
        wiring=WEB,
        beside={"tracer": TRACER, "guard": Wiring()},
        command=["serve", "--title", "two words"],
        cpu=1024,
        memory=3072,
        stop_seconds=90,
        log_days=14,
        scratch={"/tmp": 64, "/var/cache": 32},  # noqa: S108
        sidecars=SIDECARS,
        alive={"command": "curl -f localhost", "interval": 10, "retries": 5, "start": 0},
    )
    plain = {"architecture": "x86_64", "log_group": "/ecs/demo", "shell": {"reason": "A pilot"}}
    fargate_in(ground, "plain", image="other", **plain)
    return judged(stack)
