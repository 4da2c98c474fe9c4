"""Messages about EventBridge events of CodeBuild and RDS."""

from slack_notifier import console, messages
from slack_notifier.messages import Message
from slack_notifier.values import find, items, moment, text

_BUILD_STATES = {
    "SUCCEEDED": messages.SUCCEEDED,
    "FAILED": messages.FAILED,
    "STOPPED": messages.STOPPED,
    "IN_PROGRESS": messages.RUNNING,
}
# The first category of an event that appears here decides.
_DATABASE_STATES = {
    "failure": messages.CRITICAL,
    "low storage": messages.CRITICAL,
    "failover": messages.WARNING,
    "recovery": messages.WARNING,
    "availability": messages.WARNING,
}


def from_codebuild(event: dict[str, object]) -> Message:
    """Return the message for a "CodeBuild Build State Change" event."""
    detail = find(event, "detail")
    status = text(detail, "build-status")
    project = text(detail, "project-name")
    arn = console.parse_arn(text(detail, "build-id"))
    region = text(event, "region") or arn.region
    account = text(event, "account") or arn.account
    information = find(detail, "additional-information")
    fields = {
        "Started by": text(information, "initiator"),
        "Source version": text(information, "source-version"),
    }
    return Message(
        state=_BUILD_STATES.get(status) or messages.other_state(status.replace("_", " ")),
        title=project or "(build without a project)",
        text=_failed_phases(items(information, "phases")),
        fields={name: value for name, value in fields.items() if value},
        since=moment(event, "time"),
        link=console.build(
            region=region,
            account=account,
            project=project,
            build_id=arn.resource.removeprefix("build/"),
        ),
        origin=("CodeBuild", region, account),
    )


def from_rds(event: dict[str, object]) -> Message:
    """Return the message for an "RDS DB Instance Event"."""
    detail = find(event, "detail")
    arn = console.parse_arn(text(detail, "SourceArn"))
    identifier = text(detail, "SourceIdentifier") or arn.resource.removeprefix("db:")
    region = text(event, "region") or arn.region
    categories = [text(category) for category in items(detail, "EventCategories")]
    known = [_DATABASE_STATES[name] for name in categories if name in _DATABASE_STATES]
    fields = {"Category": ", ".join(categories), "Event": text(detail, "EventID")}
    return Message(
        state=known[0] if known else messages.INFO,
        title=identifier or "(unnamed database)",
        text=text(detail, "Message"),
        fields={name: value for name, value in fields.items() if value},
        since=moment(detail, "Date") or moment(event, "time"),
        link=console.database(region=region, identifier=identifier),
        origin=("RDS", region, text(event, "account") or arn.account),
    )


def _failed_phases(phases: list[object]) -> str:
    """Return what CodeBuild says about the phases that did not succeed."""
    lines = []
    for phase in phases:
        status = text(phase, "phase-status")
        if status not in ("", "SUCCEEDED"):
            reasons = " ".join(text(reason) for reason in items(phase, "phase-context"))
            # An empty context arrives as the text " : ".
            reasons = reasons.strip(" :")
            line = f"{text(phase, 'phase-type')} {status}"
            lines.append(f"{line}: {reasons}" if reasons else line)
    return "\n".join(lines)
