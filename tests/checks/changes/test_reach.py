"""Ways that open, and what becomes public."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.changes.building import resource, verdict


def _rule(peer: str, first: int = 443, last: int = 443, protocol: str = "tcp") -> dict[str, Any]:
    return {"IpProtocol": protocol, "FromPort": first, "ToPort": last, "CidrIp": peer}


def _group(*rules: dict[str, Any], out: Any = ()) -> dict[str, Any]:
    held = {"SecurityGroupIngress": list(rules), "SecurityGroupEgress": list(out)}
    return {"Group": resource("EC2::SecurityGroup", held, node="web")}


def _broader(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    changes = verdict(before, after).changes
    assert not any(each.fails for each in changes)
    return [each.message for each in changes if each.verdict == "broader"]


def test_a_new_way_in_is_told() -> None:
    office, world = _rule("203.0.113.0/24"), _rule("0.0.0.0/0")
    assert _broader(_group(office), _group(office, world)) == ["now lets in tcp 443 from 0.0.0.0/0"]
    assert _broader(_group(office, world), _group(office)) == []


def test_ports_and_ranges_inside_old_ones_are_nothing_new() -> None:
    wide = _group(_rule("10.0.0.0/8", 1, 1000))
    assert _broader(wide, _group(_rule("10.1.0.0/16", 443, 444))) == []
    assert len(_broader(_group(_rule("10.1.0.0/16", 443, 444)), wide)) == 1
    every = _group({"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"})
    assert _broader(every, wide) == []
    assert _broader(wide, every) == ["now lets in everything from 0.0.0.0/0"]


def test_a_rule_beside_its_group_counts_like_one_inside() -> None:
    inside = _group(_rule("10.0.0.0/8"))
    held = {"GroupId": {"Fn::GetAtt": ["Group", "GroupId"]}, **_rule("10.0.0.0/8")}
    beside = {**_group(), "Rule": resource("EC2::SecurityGroupIngress", held)}
    assert _broader(inside, beside) == []
    assert _broader(_group(), beside) == ["now lets in tcp 443 from 10.0.0.0/8"]


def test_without_a_word_about_it_a_group_lets_out_everything() -> None:
    silent = {"Group": resource("EC2::SecurityGroup", {})}
    assert _broader(_group(), silent) == ["now lets out everything to 0.0.0.0/0"]
    closed = _group(out=[_rule("255.255.255.255/32", 252, 86, "icmp")])
    assert _broader(_group(), closed) == []


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("RDS::DBInstance", {"PubliclyAccessible": False}, {"PubliclyAccessible": True}),
        ("EC2::Subnet", {}, {"MapPublicIpOnLaunch": True}),
        ("ElasticLoadBalancingV2::LoadBalancer", {"Scheme": "internal"},
         {"Scheme": "internet-facing"}),
        ("ECS::Service",
         {"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "DISABLED"}}},
         {"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}}}),
        ("S3::Bucket", {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": True}},
         {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": False}}),
    ],
)  # fmt: skip
def test_what_becomes_public_is_told(
    kind: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    old, new = {"It": resource(kind, before)}, {"It": resource(kind, after)}
    assert len(_broader(old, new)) == 1
    assert _broader(new, old) == []
    assert _broader(new, new) == []
