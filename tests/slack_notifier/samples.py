"""Events as AWS sends them, shortened, and helpers to read the payloads made of them."""

import json
from typing import Any

from slack_notifier.blocks import payload
from slack_notifier.events import messages_from

ACCOUNT = "123456789012"


def metric_alarm(**changes: Any) -> dict[str, Any]:
    """Return an alarm notification of one metric."""
    return {
        "AlarmName": "database cpu/high",
        "AlarmDescription": "The database is busy.",
        "AWSAccountId": ACCOUNT,
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "NewStateReason": "Threshold Crossed: 1 datapoint was > 80.0.",
        "StateChangeTime": "2026-03-01T10:20:30.123+0000",
        "Region": "EU (Frankfurt)",
        "AlarmArn": f"arn:aws:cloudwatch:eu-central-1:{ACCOUNT}:alarm:database cpu/high",
        "Trigger": {
            "MetricName": "CPUUtilization",
            "Namespace": "AWS/RDS",
            "Dimensions": [{"name": "DBInstanceIdentifier", "value": "main-db"}],
        },
    } | changes


def sns(*bodies: str | dict[str, Any], subject: str | None = None) -> dict[str, Any]:
    """Return an event that carries each body in one SNS record."""
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "Sns": {
                    "Subject": subject,
                    "Message": body if isinstance(body, str) else json.dumps(body),
                    "Timestamp": "2026-03-01T10:20:31.000Z",
                    "TopicArn": f"arn:aws:sns:eu-central-1:{ACCOUNT}:alarms",
                },
            }
            for body in bodies
        ]
    }


def sqs(*bodies: object) -> dict[str, Any]:
    """Return an event that carries each body in one message of a queue."""
    return {
        "Records": [
            {
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:eu-central-1:{ACCOUNT}:waiting",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "2"},
            }
            for body in bodies
        ]
    }


def eventbridge(source: str, detail_type: str, detail: Any, **changes: Any) -> dict[str, Any]:
    """Return an EventBridge event."""
    return {
        "version": "0",
        "source": source,
        "detail-type": detail_type,
        "account": ACCOUNT,
        "time": "2026-03-01T10:20:30Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
    } | changes


def codebuild(status: str, **changes: Any) -> dict[str, Any]:
    """Return the event of a build that came to a status."""
    build = f"arn:aws:codebuild:eu-central-1:{ACCOUNT}:build/web app:8745a7a9-0000-4000-8000-1"
    detail = {
        "build-status": status,
        "project-name": "web app",
        "build-id": build,
        "additional-information": {
            "initiator": "codepipeline/web",
            "source-version": "main",
            "phases": [
                {"phase-type": "SUBMITTED", "phase-status": "SUCCEEDED"},
                {
                    "phase-type": "BUILD",
                    "phase-status": "FAILED",
                    "phase-context": ["COMMAND_EXECUTION_ERROR: exit status 1"],
                },
                {"phase-type": "COMPLETED"},
            ],
        },
    }
    return eventbridge("aws.codebuild", "CodeBuild Build State Change", detail, **changes)


def rds(category: str, message: str) -> dict[str, Any]:
    """Return an event of a database instance."""
    detail = {
        "EventCategories": [category],
        "SourceType": "DB_INSTANCE",
        "SourceArn": f"arn:aws:rds:eu-central-1:{ACCOUNT}:db:main-db",
        "Date": "2026-03-01T10:15:00.000Z",
        "Message": message,
        "SourceIdentifier": "main-db",
        "EventID": "RDS-EVENT-0049",
    }
    return eventbridge("aws.rds", "RDS DB Instance Event", detail)


def payload_of(event: object) -> dict[str, Any]:
    """Return the payload of an event that makes one message."""
    (message,) = messages_from(event)
    return payload(message)


def header_of(event: object) -> str:
    """Return the heading that an event leads to."""
    header: str = payload_of(event)["blocks"][0]["text"]["text"]
    return header


def texts_of(event: object) -> str:
    """Return every text below the heading, one per line."""
    texts = []
    for block in payload_of(event)["blocks"][1:]:
        objects = block.get("fields", []) + block.get("elements", []) + [block.get("text")]
        texts += [text["text"] for text in objects if text]
    return "\n".join(texts)
