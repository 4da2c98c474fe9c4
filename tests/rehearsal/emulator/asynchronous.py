"""Functions that topics and rules call: tried three times, then put aside as templates say."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import eventbridge, lambda_svc, sns
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from tests.rehearsal.emulator.api import client

Made = tuple[str, dict[str, Any]]


def install() -> None:
    """Let topics and rules call functions as Lambda does it for them."""
    _keep_dead_letter_config()
    lambda_svc._route_async_failure = _put_aside(lambda_svc._route_async_failure)
    sns._lambda_svc = _Retrying()
    eventbridge._dispatch_to_lambda = _dispatch


def _keep_dead_letter_config() -> None:
    """CloudFormation's handler leaves it out."""
    handlers = _RESOURCE_HANDLERS["AWS::Lambda::Function"]
    create, update = handlers["create"], handlers["update"]

    def told(made: Made, props: dict[str, Any]) -> Made:
        config = lambda_svc._functions[made[0]]["config"]
        config["DeadLetterConfig"] = props.get("DeadLetterConfig") or {}
        return made

    def created(logical_id: str, props: dict[str, Any], stack: str) -> Made:
        return told(create(logical_id, props, stack), props)

    def updated(name: str, old: dict[str, Any], new: dict[str, Any], *more: Any) -> Made:
        return told(update(name, old, new, *more), new)

    handlers |= {"create": created, "update": updated}


def _put_aside(to_destination: Any) -> Any:
    """A dead letter is the event alone; what surrounds it belongs to destinations."""

    def put(target: str, function: str, event: Any, result: dict[str, Any]) -> None:
        config = lambda_svc._functions[function]["config"]
        if (config.get("DeadLetterConfig") or {}).get("TargetArn") != target:
            to_destination(target, function, event, result)
            return
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=target.rsplit(":", 1)[-1])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))

    return put


class _Retrying:
    """Lambda as a topic sees it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(lambda_svc, name)

    @staticmethod
    def _execute_function_with_config_scope(function: dict[str, Any], event: Any) -> None:
        lambda_svc.invoke_async_with_retry(function, event)


def _dispatch(arn: str, payload: str) -> None:
    """Call the target of a rule."""
    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if function and config:
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))
