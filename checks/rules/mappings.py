"""Queues that start functions: what fails comes back alone, and nothing waits for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.grants import grants
from checks.rules.queues import dead_letter_queues
from checks.rules.rule import Fault, rule
from checks.rules.service_roles import lacking, lacks
from checks.rules.values import is_false, is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
MAPPING, FUNCTION, QUEUE = "Lambda::EventSourceMapping", "AWS::Lambda::Function", "AWS::SQS::Queue"
TAKING = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
UNSAID_BATCH = 10


def _queue_of(mapping: Resource, scene: Scene) -> Resource | None:
    source = scene.estate.at(mapping.get("EventSourceArn"))
    return source if source and source.kind == QUEUE else None


def _function_of(mapping: Resource, scene: Scene) -> Resource | None:
    found = scene.estate.at(mapping.get("FunctionName"))
    return found if found and found.kind == FUNCTION else None


@rule(
    "permissions-poll",
    MAPPING,
    title="a function may take the messages that its queue is to hand it",
    why="Lambda reads the queue with the function's role: it is refused, and messages grow old",
    source=f"{LAMBDA}/services-sqs-configure.html#events-sqs-permissions",
)
def poll(mapping: Resource, scene: Scene) -> Iterator[Fault]:
    """Receiving, deleting, and reading the queue's attributes."""
    found = grants(scene.estate)
    queue, function = _queue_of(mapping, scene), _function_of(mapping, scene)
    role = found.role(function.get("Role")) if function else None
    if queue and role:
        missing = lacking(found, role, TAKING, queue)
        yield from lacks(role, missing, f" on {queue.logical_id}", "EventSourceArn")


@rule(
    "durability-batch-failures",
    MAPPING,
    title="a message that fails brings back no other of its batch",
    why="the others are done again each time, and end as dead letters together with it",
    source=f"{LAMBDA}/services-sqs-errorhandling.html#services-sqs-batchfailurereporting",
)
def batch_failures(mapping: Resource, scene: Scene) -> Iterator[Fault]:
    """One message at a time, or the function says which failed."""
    size = number(mapping.get("BatchSize", UNSAID_BATCH))
    told = listed(mapping.get("FunctionResponseTypes"))
    if _queue_of(mapping, scene) and size is not None and size > 1 and not told:
        yield Fault(
            message=f"one of {size:g} messages that fails brings back all of them",
            remedy="set BatchSize to 1, or let the function report with ReportBatchItemFailures",
            property="FunctionResponseTypes",
        )


@rule(
    "limits-queue-calls",
    MAPPING,
    title="a queue starts a limited number of calls at once",
    why="a flood of messages takes all calls that the account may make, and a new account has 10",
    source=f"{LAMBDA}/services-sqs-scaling.html",
    severity="warning",
)
def calls(mapping: Resource, scene: Scene) -> Iterator[Fault]:
    """By the mapping, or by what is reserved for the function."""
    function = _function_of(mapping, scene)
    if (
        _queue_of(mapping, scene)
        and function
        and mapping.get("ScalingConfig.MaximumConcurrency") is None
        and function.get("ReservedConcurrentExecutions") is None
    ):
        yield Fault(
            message=f"it starts {function.logical_id} as often as the account allows",
            remedy="set ScalingConfig.MaximumConcurrency",
            property="ScalingConfig.MaximumConcurrency",
        )


@rule(
    "durability-redelivery",
    "SQS::Queue",
    title="what waits in a dead-letter queue that has one of its own is tried again",
    why="nobody is told of what waits there: messages move on only when they are taken",
    source=f"{LAMBDA}/invocation-async-retain-records.html",
)
def redelivery(queue: Resource, scene: Scene) -> Iterator[Fault]:
    """A mapping that is not switched off hands it to a function, or a pipe takes it."""
    if not queue.get("RedrivePolicy") or queue not in dead_letter_queues(scene.estate):
        return
    users = scene.estate.users_of(queue, f"AWS::{MAPPING}", "AWS::Pipes::Pipe")
    if not any(_takes(each, scene) for each in users):
        yield Fault(
            message="nobody takes what waits here",
            remedy="give it to a function by a Lambda::EventSourceMapping",
        )


def _takes(user: Resource, scene: Scene) -> bool:
    worker = user.get("FunctionName")
    known = scene.estate.at(worker) is not None or not is_literal(worker)
    return known and not is_false(user.get("Enabled"))
