"""Rules for alarms and those who hear them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.alarms import alarms_of, catalogue
from config.errors import listed, nearest

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings


def changes_name_alarms(environment: Environment) -> Findings:
    """A change names an alarm that exists, and its own direction."""
    alarms = {
        f"{node}.{alarm.name}": alarm
        for node, found in catalogue(environment).items()
        for alarm in found
    }
    for name, change in environment.alarms.items():
        if name not in alarms:
            hint = nearest(name, list(alarms))
            yield ("alarms", name), f"no such alarm{hint}; known: {listed(alarms)}"
            continue
        wrong = "above" if alarms[name].below else "below"
        if getattr(change, wrong) is not None:
            right = "below" if alarms[name].below else "above"
            yield ("alarms", name, wrong), f"this alarm rings `{right}` its threshold"


def channels_reach_someone(environment: Environment) -> Findings:
    """A channel has a destination, Slack needs the notifier, the notifier its webhook."""
    for tier, channel in environment.channels.items():
        if not (channel.slack or channel.email):
            yield ("channels", tier), "reaches nobody: say `slack: true` or `email: […]`"
        if channel.slack and not environment.notifier:
            yield ("channels", tier, "slack"), "needs a `notifier:`"
    notifier = environment.notifier
    if notifier and notifier.webhook not in environment.secrets:
        known = list(environment.secrets)
        message = f"no secret {notifier.webhook!r}{nearest(notifier.webhook, known)}"
        yield ("notifier", "webhook"), f"{message}; known: {listed(known)}"


def tiers_have_channels(environment: Environment) -> Findings:
    """Each tier that an alarm rings in has a channel."""
    used = {alarm.tier for node in catalogue(environment) for alarm in alarms_of(environment, node)}
    for service in environment.services.values():
        for metric in service.metrics.values():
            if metric.alarm:
                used |= {metric.alarm.tier, metric.alarm.recovery or metric.alarm.tier}
    missing = used - set(environment.channels)
    if missing:
        example = "; ".join(f"{tier}: {{email: […]}}" for tier in sorted(missing))
        message = f"alarms ring in {listed(missing)}, and nobody would hear them: add {example}"
        yield ("channels",), message


RULES = (changes_name_alarms, channels_reach_someone, tiers_have_channels)
