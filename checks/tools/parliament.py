"""parliament: whether IAM knows a policy's actions, and whether they fit its resources."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from checks.estate import worlds
from checks.finding import Finding
from checks.outcome import Evaluation, Outcome
from checks.tools.iam_policies import policies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.outcome import Result
    from checks.template import Template
    from checks.tools.iam_policies import Policy

VALIDATOR = "parliament"
SEVERE = ("MEDIUM", "HIGH", "CRITICAL")
# Rated low, and yet IAM refuses such a policy, or what it grants is nothing.
ALWAYS = ("INVALID_SID", "UNKNOWN_ACTION", "UNKNOWN_PREFIX")
MISMATCH = "RESOURCE_MISMATCH"
# Services of which it wants every kind of resource where AWS means any of them.
WRONG = {
    "elasticloadbalancing": (
        "a listener is of an application or of a network balancer, never of both: "
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_elbv2.html"
    ),
}
Results = dict[tuple[str, str, str], "Result"]


def judge(templates: Sequence[Template]) -> Outcome:
    """Every identity policy of the templates, in each world that a deployment may make."""
    findings: set[Finding] = set()
    results: Results = {}
    failures: list[str] = []
    titles: dict[str, str] = {}
    try:
        tool = _tool()
        titles = {name: rule["title"] for name, rule in tool.config.items() if _kept(name, rule)}
        for policy in (policy for world in worlds(templates) for policy in policies(world)):
            try:
                findings.update(_judged(policy, tool, titles, results))
            except Exception as error:  # noqa: BLE001 (one that it chokes on hides no other)
                place = f"{policy.resource.stack}/{policy.resource.logical_id} {policy.path}"
                failures.append(f"{place}: parliament could not judge it: {error!r}")
    except Exception as error:  # noqa: BLE001 (whatever breaks in there is told, never thrown)
        failures.append(f"parliament could not judge: {error!r}")
    if not results and not failures:
        results = {(rule, "", ""): "not applicable" for rule in titles}
    return Outcome(
        validator=VALIDATOR,
        findings=tuple(sorted(findings)),
        evaluations=tuple(
            Evaluation(
                validator=VALIDATOR,
                rule=rule,
                title=titles[rule].strip(" ."),
                stack=stack,
                logical_id=logical_id,
                result=result,
            )
            for (rule, stack, logical_id), result in results.items()
        ),
        failures=tuple(dict.fromkeys(failures)),
    )


def _tool() -> Any:
    with warnings.catch_warnings():
        # It leaves its data files open, and finds them by what setuptools calls outdated.
        warnings.simplefilter("ignore")
        return import_module("parliament")


def _kept(name: str, rule: dict[str, Any]) -> bool:
    return rule["severity"] in SEVERE or name in ALWAYS


def _judged(
    policy: Policy, tool: Any, titles: dict[str, str], results: Results
) -> Iterator[Finding]:
    """The findings in one policy. It looks no further into one that IAM would refuse."""
    stack, logical_id = policy.resource.stack, policy.resource.logical_id
    analyzed = tool.analyze_policy_string(policy.text, ignore_private_auditors=True)
    said = [tool.enhance_finding(each) for each in analyzed.findings if each.issue in titles]
    for rule in titles if analyzed.is_valid else ():
        results.setdefault((rule, stack, logical_id), "passed")
    for each in said:
        place = (each.issue, stack, logical_id)
        detail = each.detail
        if each.issue == MISMATCH:
            detail = _mismatch(each.detail, tool)
            if not detail:
                if results.get(place) != "failed":
                    results[place] = "not applicable"
                continue
        results[place] = "failed"
        location = each.location or {}
        yield Finding(
            stack=stack,
            logical_id=logical_id,
            property=policy.place(location.get("line") or location.get("lineno") or 0),
            rule=each.issue,
            message=str(detail or each.title),
            remedy=(each.description or each.title).strip(" ."),
            sources=(each.issue,),
        )


def _mismatch(missing: list[dict[str, str]], tool: Any) -> str:
    """Which action would need which resource, but for those that one of several is enough for."""
    wanted: dict[str, set[str]] = {}
    for each in missing:
        wanted.setdefault(each["action"], set()).add(each["required_format"])
    said = []
    for action, formats in wanted.items():
        service, _, name = action.partition(":")
        if service not in WRONG or formats == _formats(service, name, tool):
            said.append(f"{action} needs {' or '.join(sorted(formats))}")
    return "; ".join(said)


def _formats(service: str, name: str, tool: Any) -> set[str]:
    """What parliament takes for necessary: the types of resources with a star."""
    known = tool.statement.get_privilege_info(service, name)
    return {
        tool.statement.get_arn_format(each["resource_type"], known["service_resources"])
        for each in known["resource_types"]
        if "*" in each["resource_type"]
    }
