"""Alarms that somebody hears, and events that lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.rehearsal.wiring.fact import Fact, true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal.deployed import Deployed


def facts(deployed: Deployed) -> Iterator[Fact]:
    """Actions are topics with subscribers, targets of rules exist."""
    sns = deployed.client("sns")
    heard = {
        topic["TopicArn"]
        for topic in sns.list_topics()["Topics"]
        if sns.list_subscriptions_by_topic(TopicArn=topic["TopicArn"])["Subscriptions"]
    }
    alarms = {
        each["AlarmName"]: each
        for page in deployed.client("cloudwatch").get_paginator("describe_alarms").paginate()
        for each in page["MetricAlarms"]
    }
    for each in deployed.of("AWS::CloudWatch::Alarm"):
        found = alarms.get(each.physical)
        yield true("is there", each.where, found, "it is not")
        if found:
            topics = [action for action in found["AlarmActions"] if ":sns:" in action]
            silent = [topic for topic in topics if topic not in heard]
            # What rolls a deployment back is heard by ECS and tells nobody else.
            asked = each.body["Properties"].get("AlarmActions")
            yield true("actions", each.where, bool(topics) == bool(asked), "they are missing")
            yield true("subscribers", each.where, not silent, f"nobody hears {silent}")
    yield from _rules(deployed)


def _rules(deployed: Deployed) -> Iterator[Fact]:
    there = {each.physical for each in deployed.resources}
    events = deployed.client("events")
    for each in deployed.of("AWS::Events::Rule"):
        targets = events.list_targets_by_rule(Rule=each.physical)["Targets"]
        yield true("targets", each.where, targets, "it has none")
        for target in targets:
            arn = target["Arn"]
            known = arn in there or arn.rsplit(":", 1)[-1] in there
            yield true("target", each.where, known, f"{arn} is not there")
