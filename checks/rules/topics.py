"""Topics: who may publish to them, who is subscribed, and whether both can."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.graph.policies import statements
from checks.rules.event_targets import TAKING, is_json, untaken
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.graph.policies import Statement
    from checks.rules.rule import Scene

SNS = "https://docs.aws.amazon.com/sns/latest"
POLICY = "AWS::SNS::TopicPolicy"
# Who publishes to a topic that it names, and by which principal.
PUBLISHERS = {
    "AWS::CloudWatch::Alarm": "cloudwatch.amazonaws.com",
    "AWS::CloudWatch::CompositeAlarm": "cloudwatch.amazonaws.com",
    "AWS::Events::Rule": "events.amazonaws.com",
    "AWS::S3::Bucket": "s3.amazonaws.com",
    "AWS::Budgets::Budget": "budgets.amazonaws.com",
    "AWS::CodeStarNotifications::NotificationRule": "codestar-notifications.amazonaws.com",
}
# These publish with the account's own rights where a topic has no policy of its own.
BY_DEFAULT = {"cloudwatch.amazonaws.com"}
ADDRESSES = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
    "email-json": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
    "https": re.compile(r"https://\S+"),
    "http": re.compile(r"http://\S+"),
    "sms": re.compile(r"\+?[\d-]{6,20}"),
}
SUBSCRIBED: dict[str, dict[str, tuple[str, ...]]] = {
    "lambda": {kind: TAKING[kind] for kind in TAKING if "::Lambda::" in kind}
    | {"AWS::Serverless::Function": ("Arn",)},
    "sqs": {"AWS::SQS::Queue": ("Arn",)},
    "firehose": {"AWS::KinesisFirehose::DeliveryStream": ("Arn",)},
    "application": {},
}


@rule(
    "topics-publishers",
    "SNS::Topic",
    title="topics let in the services that publish to them, and those of this account only",
    why="an alarm that may not publish rings unheard; without a source all accounts are let in",
    source=f"{SNS}/dg/sns-access-policy-use-cases.html",
)
def publishers(topic: Resource, scene: Scene) -> Iterator[Fault]:
    """A statement for each service that uses the topic, with the account that it acts for."""
    estate = scene.estate
    held = list(_statements(topic, estate))
    users = {PUBLISHERS[each.kind] for each in estate.users_of(topic, *PUBLISHERS)}
    for service in sorted(users):
        allowing = [each for each in held if each.allows and _admits(each, topic, service, estate)]
        if not held and service in BY_DEFAULT:
            continue
        if not allowing:
            yield wrong("", f"{service} may not publish to it", "allow it sns:Publish in a policy")
    policies = {each.holder for each in held}
    if len(policies) > 1:
        yield wrong("", "two policies for it, of which one goes", "write one policy")
    account = next((each.account for each in estate.templates if each.stack == topic.stack), None)
    for each in held:
        if each.allows and any(kind == "Service" for kind, _ in each.principals):
            yield from _sourced(each, account)


def _statements(topic: Resource, estate: Estate) -> Iterator[Statement]:
    for policy in estate.of(POLICY):
        if any(known_at(estate, each) is topic for each in listed(policy.get("Topics"))):
            yield from statements(policy.get("PolicyDocument"), policy, "PolicyDocument")


def _admits(statement: Statement, topic: Resource, service: str, estate: Estate) -> bool:
    publishing = any(
        action.lower() in ("sns:publish", "sns:*", "*") for action in statement.actions
    )
    who = any(name in (service, "*") for _, name in statement.principals)
    here = any(
        resource == "*" or known_at(estate, resource) in (topic, None)
        for resource in statement.resources
    )
    return publishing and who and here


def _sourced(statement: Statement, account: str | None) -> Iterator[Fault]:
    accounts = statement.condition("aws:SourceAccount")
    if account and any(is_literal(each) and each != account for each in accounts):
        yield Fault(
            message=f"it lets in account {accounts[0]}, not this one",
            remedy=f"ask for account {account}",
            property=f"{statement.path}.Condition",
            at=statement.holder,
        )


@rule(
    "topics-policy",
    "SNS::TopicPolicy",
    title="policies of topics say something, of a topic",
    why="SNS refuses it, or the topic has none",
    source=f"{SNS}/dg/sns-access-policy-language-key-concepts.html",
)
def policy(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A topic, and a statement about it."""
    topics = [known_at(scene.estate, each) for each in listed(resource.get("Topics"))]
    if not topics:
        yield wrong("Topics", "it is of no topic", "name one")
    held = list(statements(resource.get("PolicyDocument"), resource, "PolicyDocument"))
    if not held:
        yield wrong("PolicyDocument", "it says nothing", "write a statement")
    for each in held:
        about = [known_at(scene.estate, one) for one in each.resources]
        if None not in (*about, *topics) and not set(about) & set(topics):
            yield wrong(each.path, "it is about another topic", "name its own topic")


@rule(
    "topics-subscription",
    "SNS::Subscription",
    title="subscriptions have an address that fits their protocol",
    why="SNS takes what it can't deliver to, and alarms go nowhere",
    source="https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html",
)
def subscription(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """An address, a function, a queue; a filter that lets something through."""
    topic = known_at(scene.estate, resource.get("TopicArn"))
    if not resource.get("TopicArn") or (topic and topic.kind != "AWS::SNS::Topic"):
        yield wrong("TopicArn", "it is subscribed to no topic", "name a topic")
    if problem := _undeliverable(resource.get("Protocol"), resource.get("Endpoint"), scene.estate):
        yield wrong("Endpoint", problem, "name an address of its protocol")
    policy = resource.get("FilterPolicy")
    if isinstance(policy, str) and is_literal(policy) and not is_json(policy):
        yield wrong("FilterPolicy", "its filter is no JSON", "write a JSON object")
    if isinstance(policy, dict):
        for name, values in policy.items():
            if values == [] or (values is not None and not isinstance(values, (list, dict))):
                yield wrong(f"FilterPolicy.{name}", "nothing passes", "say a list of values")


@rule(
    "topics-inline-subscription",
    "SNS::Topic",
    title="subscriptions inside topics have an address that fits their protocol",
    why="SNS takes what it can't deliver to, and alarms go nowhere",
    source="https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html",
)
def inline(topic: Resource, scene: Scene) -> Iterator[Fault]:
    """As for subscriptions of their own."""
    for at, each in enumerate(topic.mappings("Subscription")):
        if problem := _undeliverable(each.get("Protocol"), each.get("Endpoint"), scene.estate):
            yield wrong(f"Subscription.{at}", problem, "name an address of its protocol")


def _undeliverable(protocol: Any, endpoint: Any, estate: Estate) -> str:
    if not protocol or not endpoint:
        return "it has no protocol" if not protocol else "it has no address"
    if not is_literal(protocol):
        return ""
    if protocol in SUBSCRIBED:
        literal = is_literal(endpoint) and protocol != "application"
        if literal and f":{protocol}:" not in endpoint:
            return f"{endpoint} is no ARN of {protocol}"
        return untaken(endpoint, estate, SUBSCRIBED[protocol])
    fits = ADDRESSES.get(protocol)
    if fits is None:
        return f"{protocol} is no protocol"
    known = known_at(estate, endpoint) is not None or is_literal(endpoint)
    return f"{endpoint} is none of {protocol}" if known and not fits.fullmatch(endpoint) else ""
