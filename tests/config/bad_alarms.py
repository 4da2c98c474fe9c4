"""Mistakes in alarms, channels and the notifier."""

from __future__ import annotations

from tests.config.files import bad

CASES = {
    "a notifier's webhook that is missing": bad(
        ("notifier: {webhook: webhook}", "notifier: {webhook: webhok}"),
        path="notifier.webhook",
        says="no secret 'webhok'; did you mean 'webhook'?; known: smtp, webhook",
    ),
    "a channel that reaches nobody": bad(
        ("info: {email: [team@example.com]}", "info: {}"),
        path="channels.info",
        says="reaches nobody: say `slack: true` or `email: […]`",
    ),
    "an address that is none": bad(
        ("team@example.com", "team"),
        path="channels.info.email.0",
        says="found 'team', must be an address such as ops@example.com",
        at="info: {email",
    ),
    "Slack without a notifier": bad(
        ("notifier: {webhook: webhook}\n", ""),
        ("      notifier: {env: NOTIFIER}\n", ""),
        ("critical: {slack: true}", "critical: {email: [team@example.com]}"),
        path="channels.warning.slack",
        says="needs a `notifier:`",
        at="warning: {slack",
    ),
    "a tier without a channel": bad(
        ("  info: {email: [team@example.com]}\n", ""),
        path="channels",
        says="alarms ring in info, and nobody would hear them",
        at="channels:",
    ),
    "a recovery without a channel": bad(
        ("  info: {email: [team@example.com]}\n", ""),
        ("tier: info,", "tier: warning, recovery: info,"),
        path="channels",
        says="alarms ring in info",
        at="channels:",
    ),
    "a change of an unknown alarm": bad(
        ("backend.cpu: {above: 90}", "backend.cup: {above: 90}"),
        path="alarms.backend.cup",
        says=("no such alarm; did you mean 'backend.cpu'?", "known: backend.cpu, backend."),
    ),
    "a change of an unknown node's alarm": bad(
        ("backend.cpu: {above: 90}", "front.cpu: {above: 90}"),
        path="alarms.front.cpu",
        says="no such alarm",
    ),
    "above, for an alarm that rings below": bad(
        ("{below: 10, minutes: 10, tier: warning}", "{above: 10}"),
        path="alarms.database.storage.above",
        says="this alarm rings `below` its threshold",
        at="database.storage:",
    ),
    "below, for an alarm that rings above": bad(
        ("backend.cpu: {above: 90}", "backend.cpu: {below: 90}"),
        path="alarms.backend.cpu.below",
        says="this alarm rings `above` its threshold",
    ),
    "an alarm that holds for no time": bad(
        ("backend.cpu: {above: 90}", "backend.cpu: {minutes: 0}"),
        path="alarms.backend.cpu.minutes",
        says="found 0, must be greater than or equal to 1",
    ),
}
