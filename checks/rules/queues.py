"""Messages that nobody could handle, and jobs in caches: none is thrown away."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import listed, texts
from checks.rules.rule import Fault, rule
from checks.rules.senders import sendings
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
SQS = f"{DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide"
DEFAULT_SECONDS = 345_600
LONGEST_SECONDS = 1_209_600
FEWEST_SECONDS = 345_600
UNSAID_VISIBILITY = 30
# Variables by which programs name the cache that holds their jobs.
BROKERS = re.compile(r"(^|_)(BROKER|QUEUES?|CELERY|BULL|SIDEKIQ|RESQUE|JOBS)(_|$)")


@lru_cache(maxsize=8)
def dead_letter_queues(estate: Estate) -> dict[Resource, list[Resource]]:
    """Queues that take what could not be handled, with those whose messages they take."""
    found: dict[Resource, list[Resource]] = {}
    for path, kind in (
        ("RedrivePolicy.deadLetterTargetArn", "AWS::SQS::Queue"),
        ("DeadLetterConfig.TargetArn", "AWS::Lambda::Function"),
        ("DestinationConfig.OnFailure.Destination", "AWS::Lambda::EventInvokeConfig"),
        ("RedrivePolicy.deadLetterTargetArn", "AWS::SNS::Subscription"),
        ("Target.DeadLetterConfig.Arn", "AWS::Scheduler::Schedule"),
    ):
        for source in estate.of(kind):
            if target := estate.at(source.get(path)):
                found.setdefault(target, []).append(source)
    for each in estate.of("AWS::Events::Rule"):
        for to in each.mappings("Targets"):
            config = to.get("DeadLetterConfig")
            if target := estate.at(config.get("Arn") if isinstance(config, dict) else None):
                found.setdefault(target, []).append(each)
    return found


@rule(
    "durability-function-dead-letters",
    "Lambda::Function",
    title="events that a function could not handle are kept",
    why="Lambda tries three times and forgets them: an outage of minutes loses what came meanwhile",
    source=f"{DOCS}/lambda/latest/dg/invocation-async-retain-records.html",
    production=True,
)
def function_dead_letters(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A queue or topic for what topics, buckets and rules send; what repeats itself needs none."""
    estate = scene.estate
    senders = [each for each in sendings(estate).get(resource, []) if not each.fixed]
    lost = [each for each in senders if each.service in ("sns", "s3", "events")]
    configs = estate.users_of(resource, "AWS::Lambda::EventInvokeConfig")
    places = [resource.get("DeadLetterConfig.TargetArn")]
    places += [each.get("DestinationConfig.OnFailure.Destination") for each in configs]
    kept = any(each and not (is_literal(each) and "arn:" not in each) for each in places)
    if lost and not kept:
        yield Fault(
            message=f"what {lost[0].by.logical_id} sends is lost when it fails",
            remedy="set DeadLetterConfig to a queue",
            property="DeadLetterConfig",
        )


@rule(
    "durability-queue-dead-letters",
    "SQS::Queue",
    title="messages that nobody can handle leave their queue for another",
    why="they come back again and again, until they are thrown away unread",
    source=f"{SQS}/sqs-dead-letter-queues.html",
)
def queue_dead_letters(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A redrive policy, but for queues that are such a place themselves."""
    policy = resource.get("RedrivePolicy")
    said = resource.get("RedrivePolicy.maxReceiveCount")
    # What can't be read may be right; what is not said is none.
    tries = 0 if isinstance(policy, dict) and said is None else number(said)
    if not policy and resource not in dead_letter_queues(scene.estate):
        yield Fault(
            message="messages that nobody can handle are lost",
            remedy="set RedrivePolicy to a queue that keeps them",
            property="RedrivePolicy",
        )
    elif scene.estate.at(resource.get("RedrivePolicy.deadLetterTargetArn")) is resource:
        yield Fault(
            message="it is its own dead-letter queue",
            remedy="name another queue, which keeps them",
            property="RedrivePolicy.deadLetterTargetArn",
        )
    elif tries is not None and not 1 <= tries <= 1000:
        yield Fault(
            message=f"SQS takes no maxReceiveCount of {tries:g}",
            remedy="take 3 to 5",
            property="RedrivePolicy.maxReceiveCount",
        )


@rule(
    "durability-dead-letter-retention",
    "SQS::Queue",
    title="what could not be handled is kept for four days or more",
    why="a weekend is longer than less, and a message keeps the age that it had before",
    source=f"{SQS}/sqs-dead-letter-queues.html#understanding-message-retention-periods",
)
def dead_letter_retention(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Longer than the queue that it comes from, as far as SQS goes."""
    sources = dead_letter_queues(scene.estate).get(resource, [])
    kept = number(resource.get("MessageRetentionPeriod", DEFAULT_SECONDS))
    before = [
        number(each.get("MessageRetentionPeriod", DEFAULT_SECONDS)) or 0
        for each in sources
        if each.kind == "AWS::SQS::Queue"
    ]
    if kept is None or not (sources or kept > LONGEST_SECONDS):
        return
    if kept < FEWEST_SECONDS or kept > LONGEST_SECONDS or any(kept < each for each in before):
        yield Fault(
            message=f"it keeps messages for {kept / 86400:.1f} days",
            remedy="set MessageRetentionPeriod to 1209600, two weeks",
            property="MessageRetentionPeriod",
        )


@rule(
    "durability-redrive-time",
    "SQS::Queue",
    title="a message reaches its dead-letter queue in time to be looked at",
    why="it keeps its age: what is tried for too long expires before, or soon after",
    source=f"{SQS}/setting-up-dead-letter-queue-retention.html",
)
def redrive_time(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """All tries together end before the queue's retention, and in half of the other's."""
    letters = scene.estate.at(resource.get("RedrivePolicy.deadLetterTargetArn"))
    tries = number(resource.get("RedrivePolicy.maxReceiveCount"))
    hidden = number(resource.get("VisibilityTimeout", UNSAID_VISIBILITY))
    kept = number(resource.get("MessageRetentionPeriod", DEFAULT_SECONDS))
    after = number(letters.get("MessageRetentionPeriod", DEFAULT_SECONDS)) if letters else None
    if tries is None or hidden is None or kept is None or after is None:
        return
    longest = min(kept, after / 2)
    if tries * hidden > longest:
        yield Fault(
            message=f"{tries:g} tries take {tries * hidden / 86400:.1f} days,"
            f" and {longest / 86400:.1f} are left for them",
            remedy="try less often, or keep messages for longer",
            property="RedrivePolicy.maxReceiveCount",
        )


def _holds_jobs(cache: Resource, scene: Scene) -> bool:
    """Whether a cache holds jobs: the file says so, or a variable of a program does."""
    stores = scene.environment.stores if scene.environment else {}
    if cache.node in stores:
        return getattr(stores[cache.node], "holds", None) == "queue"
    return cache in _brokers(scene.estate)


@lru_cache(maxsize=8)
def _brokers(estate: Estate) -> set[Resource]:
    found: set[Resource] = set()
    for task in estate.of("AWS::ECS::TaskDefinition"):
        for container in task.mappings("ContainerDefinitions"):
            for name in ("Environment", "Secrets"):
                for each in listed(container.get(name)):
                    if isinstance(each, dict) and BROKERS.search(str(each.get("Name")).upper()):
                        found |= set(_behind(estate, each))
    return found


def _behind(estate: Estate, value: Any) -> Iterator[Resource]:
    """What a value names, and what the secrets among it name."""
    for resource in estate.named(list(texts(value))):
        yield resource
        if resource.kind == "AWS::SecretsManager::Secret":
            yield from estate.named(resource.get("SecretString"))


@rule(
    "durability-queue-eviction",
    "ElastiCache::ReplicationGroup",
    title="a cache that holds jobs evicts nothing",
    why="when its memory is full, jobs disappear that nobody has done",
    source="https://docs.bullmq.io/guide/going-to-production#max-memory-policy",
)
def queue_eviction(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Its parameter group says noeviction; without one volatile-lru evicts."""
    if not _holds_jobs(resource, scene):
        return
    said = resource.get("CacheParameterGroupName")
    group = scene.estate.at(said)
    if said is not None and group is None and not str(said).startswith("default."):
        return
    policy = group.get("Properties.maxmemory-policy") if group else None
    found = group.get("Properties") if group else None
    policy = found.get("maxmemory-policy") if isinstance(found, dict) else policy
    policy = "volatile-lru" if policy is None else policy
    if isinstance(policy, str) and "<" not in policy and policy != "noeviction":
        yield Fault(
            message=f"it holds jobs and evicts them ({policy})",
            remedy="set maxmemory-policy to noeviction in its parameter group",
            property="CacheParameterGroupName",
        )
