"""Stacks that a deploy skips, and exports that it can't change."""

from __future__ import annotations

from typing import Any

from tests.checks.changes.building import only, resource, side, verdict

READING = {"Fn::GetStackOutput": {"StackName": "data", "OutputName": "Group"}}


def _data(description: str = "one", logical_id: str = "Group", **output: Any) -> dict[str, Any]:
    group = resource("EC2::SecurityGroup", {"GroupDescription": description})
    value = {"Fn::GetAtt": [logical_id, "GroupId"]}
    return {"Resources": {logical_id: group}, "Outputs": {"Group": {"Value": value, **output}}}


def _web(reading: Any = READING, **more: Any) -> dict[str, Any]:
    held = {"FromPort": 443, "IpProtocol": "tcp", "CidrIp": "10.0.0.0/8", "GroupId": reading}
    return {"Way": resource("EC2::SecurityGroupIngress", held), **more}


def test_a_weak_reference_to_something_replaced_needs_force() -> None:
    before = side({"data": _data("one"), "web": _web()})
    found = only(before, side({"data": _data("two"), "web": _web()}))
    assert (found.verdict, found.stack, found.fails) == ("skipped", "web", False)
    assert found.message.endswith("run cdk deploy --force web")
    assert "data/Group: GroupDescription changes" in found.message


def test_another_value_under_the_same_output_needs_force_too() -> None:
    before = side({"data": _data(), "web": _web()})
    found = verdict(before, side({"data": _data(logical_id="Other"), "web": _web()})).changes
    assert "skipped" in {each.verdict for each in found}


def test_a_stack_whose_own_template_changes_is_deployed_anyway() -> None:
    before = side({"data": _data("one"), "web": _web()})
    after = side({"data": _data("two"), "web": _web(Topic=resource("SNS::Topic"))})
    assert verdict(before, after).changes == []


def test_an_export_that_changes_while_it_is_imported_is_refused() -> None:
    importing = {"Fn::ImportValue": "data:Group"}
    export = {"Export": {"Name": "data:Group"}}
    before = side({"data": _data("one", **export), "web": _web(importing)})
    changed = only(before, side({"data": _data("two", **export), "web": _web(importing)}))
    assert (changed.verdict, changed.stack, changed.fails) == ("refused", "data", False)
    gone = verdict(before, side({"data": _data("one"), "web": _web()})).changes[0]
    assert "its export data:Group goes while it is imported by web" in gone.message
