"""What stands between the balancer and a service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stackyard.targets import LOOK
from tests.components.building import Made, role_of, stack_in, statements, trust_of
from tests.components.fargate import Ground, fargate_in, service_of
from tests.components.nag import acknowledged, judged, needed

GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
HEALTH = {"path": "/up", "interval": 15, "timeout": 4, "unhealthy": 5, "codes": "200-299"}
ROUTES = [
    {"host": "app.example.com"},
    {"host": "*.example.com", "path": "/api/*"},
    {"path": "/hooks"},
    {"path": "/*"},
]


@pytest.fixture(scope="module")
def targets(folder: Path) -> Made:
    """A service whose tasks are replaced one by one, and one that shifts its traffic."""
    stack = stack_in(folder)
    ground = Ground(stack)
    balancer = ground.balancer()
    fargate_in(
        ground,
        "web",
        balancer=balancer,
        priorities=[10, 20, 30, 40],
        port=8080,
        routes=ROUTES,
        health=HEALTH,
        draining=45,
        sticky_hours=2,
    )
    shifting = {"rollout": {"kind": "canary"}, "routes": [{"path": "/v2/*"}]}
    fargate_in(ground, "api", balancer=balancer, priorities=[50], port=9000, **shifting)
    return judged(stack)


def rule(targets: Made, priority: int) -> dict[str, Any]:
    """The rule of a priority."""
    return targets.only(RULE, Priority=priority)


def group(targets: Made, name: str) -> str:
    """The logical id of a target group."""
    (found,) = [each for each in targets.whole(GROUP) if each.startswith(name)]
    return found


def listener(targets: Made) -> str:
    return targets.name_of("AWS::ElasticLoadBalancingV2::Listener", Port=443)


def test_tasks_are_targets_by_their_own_address(targets: Made) -> None:
    web = targets.only(GROUP, Port=8080)
    assert (web["TargetType"], web["Protocol"], web["VpcId"]) == ("ip", "HTTP", "vpc-1")


def test_the_balancer_judges_a_task_as_the_file_says(targets: Made) -> None:
    web = targets.only(GROUP, Port=8080)
    assert {key: web[key] for key in web if "ealth" in key or key == "Matcher"} == {
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": "/up",
        "HealthCheckIntervalSeconds": 15,
        "HealthCheckTimeoutSeconds": 4,
        "HealthyThresholdCount": 2,
        "UnhealthyThresholdCount": 5,
        "Matcher": {"HttpCode": "200-299"},
    }


def test_without_a_path_the_balancer_asks_as_it_does_by_default(targets: Made) -> None:
    api = targets.whole(GROUP)[group(targets, "ApiTargetsBlue")]["Properties"]
    assert not [key for key in api if "ealth" in key]


def test_connections_drain_and_clients_stick_for_as_long_as_the_file_says(targets: Made) -> None:
    web = targets.only(GROUP, Port=8080)["TargetGroupAttributes"]
    assert {each["Key"]: each["Value"] for each in web} == {
        "deregistration_delay.timeout_seconds": "45",
        "stickiness.enabled": "true",
        "stickiness.type": "lb_cookie",
        "stickiness.lb_cookie.duration_seconds": "7200",
    }
    api = targets.whole(GROUP)[group(targets, "ApiTargetsGreen")]["Properties"]
    expected = [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
    assert api["TargetGroupAttributes"] == expected


@pytest.mark.parametrize(
    ("priority", "conditions"),
    [
        (10, {"host-header": ["app.example.com"]}),
        (20, {"host-header": ["*.example.com"], "path-pattern": ["/api", "/api/*"]}),
        (30, {"path-pattern": ["/hooks"]}),
        # A rule needs a condition, even one that everything fulfils.
        (40, {"path-pattern": ["/*"]}),
        (50, {"path-pattern": ["/v2", "/v2/*"]}),
    ],
)
def test_a_route_takes_its_host_and_its_paths_at_its_priority(
    targets: Made, priority: int, conditions: dict[str, list[str]]
) -> None:
    found = rule(targets, priority)
    assert found["ListenerArn"] == f"<{listener(targets)}>"
    fields = {"host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig"}
    assert found["Conditions"] == [
        {"Field": field, fields[field]: {"Values": values}} for field, values in conditions.items()
    ]


def test_all_routes_of_a_service_lead_to_its_one_group(targets: Made) -> None:
    blue = {"Type": "forward", "TargetGroupArn": f"<{group(targets, 'WebTargetsBlue')}>"}
    assert [rule(targets, each)["Actions"] for each in (10, 20, 30, 40)] == [[blue]] * 4
    assert len([each for each in targets.whole(GROUP) if each.startswith("Web")]) == 1


def test_where_traffic_shifts_the_template_always_says_the_same_weights(targets: Made) -> None:
    """ECS moves them; a template that said others would put traffic on an empty group."""
    blue, green = group(targets, "ApiTargetsBlue"), group(targets, "ApiTargetsGreen")
    weights = [
        {"TargetGroupArn": f"<{blue}>", "Weight": 100},
        {"TargetGroupArn": f"<{green}>", "Weight": 0},
    ]
    (action,) = rule(targets, 50)["Actions"]
    assert action == {"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}


def test_both_groups_of_a_shift_are_alike(targets: Made) -> None:
    blue, green = (
        targets.whole(GROUP)[group(targets, f"ApiTargets{c}")] for c in ("Blue", "Green")
    )
    assert blue["Properties"] == green["Properties"]


def test_ecs_registers_the_containers_port(targets: Made) -> None:
    blue = f"<{group(targets, 'WebTargetsBlue')}>"
    assert service_of(targets, "web")["LoadBalancers"] == [
        {"ContainerName": "app", "ContainerPort": 8080, "TargetGroupArn": blue}
    ]


def test_ecs_shifts_between_the_two_groups_on_the_services_rule(targets: Made) -> None:
    (found,) = service_of(targets, "api")["LoadBalancers"]
    advanced = found["AdvancedConfiguration"]
    assert found["TargetGroupArn"] == f"<{group(targets, 'ApiTargetsBlue')}>"
    assert advanced["AlternateTargetGroupArn"] == f"<{group(targets, 'ApiTargetsGreen')}>"
    assert advanced["ProductionListenerRule"] == f"<{targets.name_of(RULE, Priority=50)}>"
    role = role_of(targets, advanced["RoleArn"])
    assert trust_of(role)["Principal"] == {"Service": "ecs.amazonaws.com"}
    # ECS's documents give this role no condition, and nothing says that it would fulfil one.
    assert "Condition" not in trust_of(role)


def test_who_shifts_touches_this_services_groups_and_rule_only(targets: Made) -> None:
    (found,) = service_of(targets, "api")["LoadBalancers"]
    role = role_of(targets, found["AdvancedConfiguration"]["RoleArn"])
    elb = "elasticloadbalancing"
    groups = [f"<{group(targets, f'ApiTargets{each}')}>" for each in ("Blue", "Green")]
    assert [(each["Action"], each["Resource"]) for each in statements(role)] == [
        (LOOK, "*"),
        ([f"{elb}:DeregisterTargets", f"{elb}:RegisterTargets"], groups),
        (f"{elb}:ModifyListener", f"<{listener(targets)}>"),
        (f"{elb}:ModifyRule", f"<{targets.name_of(RULE, Priority=50)}>"),
    ]
    assert all(action.startswith(f"{elb}:Describe") for action in LOOK)


def test_the_way_from_the_balancer_is_open_at_both_ends(targets: Made) -> None:
    balancer = targets.name_of("AWS::EC2::SecurityGroup", GroupDescription="Balancer of demo-prod")
    for node, port in {"web": 8080, "api": 9000}.items():
        own = targets.name_of(
            "AWS::EC2::SecurityGroup", GroupDescription=f"Service {node} on Fargate"
        )
        ends = (f"<{balancer}.GroupId>", f"<{own}.GroupId>")
        way = {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "Description": f"balancer to {node} on {port}",
        }
        out = targets.only("AWS::EC2::SecurityGroupEgress", FromPort=port)
        assert out == {**way, "GroupId": ends[0], "DestinationSecurityGroupId": ends[1]}
        into = targets.only("AWS::EC2::SecurityGroupIngress", FromPort=port)
        assert into == {**way, "GroupId": ends[1], "SourceSecurityGroupId": ends[0]}


def test_groups_and_rules_are_there_before_the_first_release(targets: Made) -> None:
    for kind in (GROUP, RULE, "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"):
        assert not [each for each in targets.whole(kind).values() if "Condition" in each]


def test_looking_at_balancers_is_the_one_thing_to_accept(targets: Made, folder: Path) -> None:
    assert targets
    assert acknowledged(folder) == needed(folder)
    here = {each for each in acknowledged(folder) if "/Targets/" in each[0]}
    assert here == {("Api/Targets/ShiftRole", "IAM5[Resource::*]")}
