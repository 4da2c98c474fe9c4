"""Where ministack's handlers differ from AWS in what our templates depend on."""

from __future__ import annotations

import io
import json
import string
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from ministack.core.responses import error_response_json
from ministack.services import elasticache, lambda_svc, secretsmanager
from ministack.services.cloudformation import changesets, provisioners
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

if TYPE_CHECKING:
    from tests.rehearsal.emulator.settings import Settings

Made = tuple[str, dict[str, Any]]


def install(settings: Settings) -> None:
    """Put the repairs in place."""
    _secrets()
    _attribute("AWS::EC2::VPC", lambda props: {"CidrBlock": props["CidrBlock"]})
    provisioners._normalize_container_defs = _camel
    provisioners._cw_metric_alarm_record = _with_metric_math(provisioners._cw_metric_alarm_record)
    secretsmanager._get_secret_value = _with_empty_versions(secretsmanager._get_secret_value)
    changesets._resolve_props_for_diff = _without_what_a_condition_leaves_out(
        changesets._resolve_props_for_diff
    )
    elasticache._user_xml = _escaped(elasticache._user_xml)
    if settings.overlays:
        _overlay(settings.overlays)


def _attribute(resource_type: str, missing: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """An attribute for Fn::GetAtt that the handler forgets."""
    handlers = _RESOURCE_HANDLERS[resource_type]
    create = handlers["create"]

    def completed(logical_id: str, props: dict[str, Any], stack: str) -> Made:
        physical_id, attributes = create(logical_id, props, stack)
        return physical_id, {**missing(props), **attributes}

    handlers["create"] = completed


def _secrets() -> None:
    """Ref is the ARN, `ExcludePunctuation` excludes, and what nobody has filled is empty."""
    handlers = _RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = (handlers[each] for each in ("create", "update", "delete"))

    def name_of(arn: str) -> str:
        return str(secretsmanager._resolve(arn)[0] or arn)

    def created(logical_id: str, props: dict[str, Any], stack: str) -> Made:
        name, attributes = create(logical_id, _without_punctuation(props), stack)
        if "SecretString" not in props and "GenerateSecretString" not in props:
            # AWS gives it no version: reading it fails until somebody fills it.
            secretsmanager._secrets[name]["Versions"].clear()
        return attributes["Arn"], attributes

    def updated(
        arn: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str
    ) -> Made:
        before, after = _without_punctuation(old), _without_punctuation(new)
        _, attributes = update(name_of(arn), before, after, stack, logical_id)
        return attributes["Arn"], attributes

    handlers |= {
        "create": created,
        "update": updated,
        "update_with_logical_id": True,
        "delete": lambda arn, props: delete(name_of(arn), props),
    }


Answer = tuple[int, dict[str, Any], bytes]


def _with_empty_versions(get: Callable[[dict[str, Any]], Answer]) -> Callable[..., Answer]:
    """A version that a rotation has only begun has no value: reading it finds nothing."""

    def got(data: dict[str, Any]) -> Answer:
        answer = get(data)
        if answer[0] == 200 and not {"SecretString", "SecretBinary"} & json.loads(answer[2]).keys():
            return error_response_json(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value.",
                400,
            )
        return answer

    return got


def _without_punctuation(props: dict[str, Any]) -> dict[str, Any]:
    generate = props.get("GenerateSecretString") or {}
    if str(generate.get("ExcludePunctuation", "")).lower() != "true":
        return props
    excluded = generate.get("ExcludeCharacters", "") + string.punctuation
    return {**props, "GenerateSecretString": {**generate, "ExcludeCharacters": excluded}}


def _escaped(xml: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], str]:
    """Access strings hold `&`, which XML does not take as it is."""
    return lambda user: xml({**user, "AccessString": escape(user["AccessString"])})


def _without_what_a_condition_leaves_out(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """A change set adds what a condition lets in, though nothing else of the stack changes."""

    def resolved(template: dict[str, Any], params: dict[str, Any], *more: Any) -> Any:
        found = resolve(template, params, *more)
        if not found.get("Resources"):
            return found
        conditions = changesets._evaluate_conditions(template, params)
        present = {
            name: each
            for name, each in found["Resources"].items()
            if conditions.get(each.get("Condition"), True)
        }
        return {**found, "Resources": present}

    return resolved


Record = Callable[[str, dict[str, Any]], dict[str, Any]]


def _with_metric_math(record: Record) -> Record:
    """Alarms over expressions are kept, with state and actions; nothing evaluates them."""

    def recorded(name: str, props: dict[str, Any]) -> dict[str, Any]:
        if not props.get("Metrics"):
            return record(name, props)
        stand_in = {"MetricName": "-", "Namespace": "-", "Threshold": props.get("Threshold", 0)}
        without = {key: value for key, value in props.items() if key != "Metrics"}
        return {**record(name, {**without, **stand_in}), "Metrics": props["Metrics"]}

    return recorded


# What is a name that the person chose, and keeps its case.
FREE = ("options", "dockerLabels", "driverOpts", "labels")


def _camel(containers: Any) -> Any:
    """Container definitions as ECS's API spells them, at every depth."""
    if isinstance(containers, list):
        return [_camel(each) for each in containers]
    if not isinstance(containers, dict):
        return containers
    spelled = {key[:1].lower() + key[1:]: value for key, value in containers.items()}
    return {key: value if key in FREE else _camel(value) for key, value in spelled.items()}


def _overlay(files: dict[str, str]) -> None:
    """Replace files in the code of functions, such as the certificate authorities of RDS."""
    fetch = lambda_svc._fetch_code_from_s3

    def fetched(*args: Any, **kwargs: Any) -> bytes | None:
        code = fetch(*args, **kwargs)
        if not code:
            return code
        with zipfile.ZipFile(io.BytesIO(code)) as old:
            names = old.namelist()
            if not set(files) & set(names):
                return code
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as new:
                for name in names:
                    text = files.get(name)
                    new.writestr(old.getinfo(name), old.read(name) if text is None else text)
        return out.getvalue()

    lambda_svc._fetch_code_from_s3 = fetched
