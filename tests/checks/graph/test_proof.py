"""The proof holds for every environment and mix, and nothing that differs passes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checks.assembly import find
from checks.estate import worlds
from checks.figures.proof import compare
from checks.graph.proof import prove
from tests.assemblies import ENVIRONMENTS, environment_of, synthesize, synthesized
from tests.checks.planting import Garden, garden
from tests.components.mixes import MIXES

RULE = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}


def said(planted: Garden) -> str:
    return "\n".join(f"{each.rule} {each.message}" for each in planted.proof())


@pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)
def test_every_environment_holds_its_graph_and_its_figures(system: str, environment: str) -> None:
    assembly = synthesized(system, environment)
    (group,) = find(assembly.folder).groups
    assert list(prove(worlds(group), assembly.environment)) == []
    assert list(compare(worlds(group), assembly.environment)) == []


@pytest.mark.parametrize("mix", MIXES)
def test_every_mix_holds_its_graph_and_its_figures(mix: str, tmp_path: Path) -> None:
    environment = environment_of(MIXES[mix], tmp_path, system=mix)
    assembly = synthesize(environment, outdir=tmp_path / "out")
    (group,) = find(assembly.folder).groups
    assert list(prove(worlds(group), environment)) == []
    assert list(compare(worlds(group), environment)) == []


def test_a_rule_that_bypasses_the_graph_is_told_with_its_path() -> None:
    planted = garden()
    group = planted.one("EC2::SecurityGroup", "jobs")["Properties"]
    stack, app = planted.reference("EC2::SecurityGroup", "app", "GroupId")
    output = {"Value": app}
    next(t for t in planted.templates if t.stack == stack).body["Outputs"]["Planted"] = output
    peer = {"Fn::GetStackOutput": {"StackName": stack, "OutputName": "Planted"}}
    group["SecurityGroupIngress"] = [{**RULE, "SourceSecurityGroupId": peer}]
    assert "internet → balancer:443 → app:3000 → jobs:5432: no link declares this" in said(planted)


def test_a_group_that_is_open_to_everybody_is_told() -> None:
    planted = garden()
    group = planted.one("EC2::SecurityGroup", "database")["Properties"]
    group["SecurityGroupIngress"] = [{**RULE, "CidrIp": "0.0.0.0/0"}]
    assert "graph-undeclared-way internet → database:5432: no link" in said(planted)


def test_a_block_of_the_network_is_nobody() -> None:
    planted = garden()
    group = planted.one("EC2::SecurityGroup", "database")["Properties"]
    group["SecurityGroupIngress"] = [{**RULE, "CidrIp": "10.0.0.0/16"}]
    assert "10.0.0.0/16 → database:5432: no link" in said(planted)


def test_a_wider_range_of_ports_is_not_the_declared_one() -> None:
    planted = garden()
    for rule in planted.resources("EC2::SecurityGroupIngress"):
        if rule["Properties"]["FromPort"] == 5432:
            rule["Properties"]["FromPort"] = 5000
    assert "app:3000 → database:5000-5432: no link" in said(planted)
    planted = garden()
    planted.one("EC2::SecurityGroup", "app")["Properties"]["SecurityGroupEgress"] = []
    assert "app:3000 → internet:every port: no link" in said(planted)


def test_a_way_that_is_shut_is_told_with_what_shuts_it() -> None:
    planted = garden()
    compute = planted.stack("compute")
    for name in [n for n, r in compute.items() if r["Type"] == "AWS::EC2::SecurityGroupIngress"]:
        if compute[name]["Properties"]["FromPort"] == 5432:
            del compute[name]
    assert "app → database:5432 is declared, but database's group does not let it in" in said(
        planted
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("EC2::NatGateway", "app → internet:443 is declared, but no route leads out of"),
        ("EC2::InternetGateway", "internet → balancer:443 is declared, but no internet gateway"),
        ("ElasticLoadBalancingV2::Listener", "balancer:443 is declared, but no listener answers"),
        ("ElasticLoadBalancingV2::ListenerRule", "no rule of a listener leads to its targets"),
    ],
)
def test_a_piece_of_the_way_that_is_gone_is_told(kind: str, words: str) -> None:
    planted = garden()
    for template in planted.templates:
        resources = template.body["Resources"]
        for name in [n for n, r in resources.items() if r["Type"] == f"AWS::{kind}"]:
            del resources[name]
    assert words in said(planted)


def test_an_endpoint_without_its_route_or_its_name_is_no_way() -> None:
    planted = garden()
    for endpoint in planted.resources("EC2::VPCEndpoint"):
        if endpoint["Properties"].get("RouteTableIds"):
            endpoint["Properties"]["RouteTableIds"] = []
        else:
            endpoint["Properties"]["PrivateDnsEnabled"] = False
    assert "app → endpoint:s3:443 is declared, but no gateway endpoint is in the routes" in said(
        planted
    )
    assert "endpoint:secretsmanager:443 is declared, but the endpoint has no private name" in said(
        planted
    )


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", "Principal": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"},
    ],
    ids=["another service", "nobody"],
)
def test_an_endpoint_whose_policy_lets_nobody_through_is_no_way(statement: dict[str, Any]) -> None:
    planted = garden()
    for endpoint in planted.resources("EC2::VPCEndpoint"):
        endpoint["Properties"]["PolicyDocument"] = {"Statement": [statement]}
    told = said(planted)
    for service in ("s3", "secretsmanager"):
        assert f"app → endpoint:{service}:443 is declared, but the endpoint's policy" in told


def test_a_public_address_in_a_public_subnet_is_an_entry() -> None:
    planted = garden()
    configuration = planted.one("ECS::Service", "worker")["Properties"]["NetworkConfiguration"]
    public = planted.one("ElasticLoadBalancingV2::LoadBalancer")["Properties"]["Subnets"]
    configuration["AwsvpcConfiguration"].update(AssignPublicIp="ENABLED", Subnets=public)
    assert "internet → worker: it has a public address in a subnet" in said(planted)


def test_a_host_that_leads_to_another_service_is_told() -> None:
    planted = garden("daadaar-fargate", "prod")
    rules = list(planted.resources("ElasticLoadBalancingV2::ListenerRule"))
    first, second = (rule["Properties"] for rule in rules)
    first["Actions"], second["Actions"] = second["Actions"], first["Actions"]
    assert "graph-route api.daadaar.com/ → web: leads there and no route declares it" in said(
        planted
    )
    assert "www.daadaar.com/ → web: is declared and no rule leads there" in said(planted)


def statement(action: str | list[str], resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def allow(planted: Garden, node: str, added: dict[str, Any], *, service: str = "ecs-tasks") -> None:
    """One more statement in each role of a node that a service takes."""
    for role in planted.resources("IAM::Role", node):
        if service in json.dumps(role["Properties"]["AssumeRolePolicyDocument"]):
            for policy in role["Properties"].get("Policies", []):
                policy["PolicyDocument"]["Statement"].append(added)


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (statement("*", "*"), "app → * → *: nothing in the file lets app do this"),
        (statement("s3:*", "arn:aws:s3:::*"), "app → s3:* →"),
        (statement("dynamodb:Scan", "*"), "app → dynamodb:Scan → *"),
        (statement("iam:PassRole", "*"), "app → iam:PassRole → *"),
        (statement("kms:Decrypt", "*"), "app → kms:Decrypt → *"),
        (statement("sts:AssumeRole", "arn:aws:iam::222222222222:role/x"), "app → sts:AssumeRole"),
        (
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
            "app may do everything but what a NotAction",
        ),
    ],
    ids=["all", "bucket", "other service", "pass role", "any key", "other account", "not action"],
)
def test_a_right_that_no_link_declares_is_told(added: dict[str, Any], words: str) -> None:
    planted = garden()
    allow(planted, "app", added)
    assert words in said(planted)


@pytest.mark.parametrize("login", ["owner", "master"])
def test_the_application_may_not_read_another_login(login: str) -> None:
    planted = garden()
    stack, secret = planted.reference("SecretsManager::Secret", f"database/{login}")
    next(t for t in planted.templates if t.stack == stack).body["Outputs"]["Planted"] = {
        "Value": secret
    }
    there = {"Fn::GetStackOutput": {"StackName": stack, "OutputName": "Planted"}}
    allow(planted, "app", statement("secretsmanager:GetSecretValue", there))
    assert f"app → secretsmanager:GetSecretValue → database/{login}: nothing" in said(planted)


def test_a_managed_policy_of_aws_is_told() -> None:
    planted = garden()
    role = planted.one("IAM::Role", "app")["Properties"]
    role["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert "app may do all that arn:aws:iam::aws:policy/AdministratorAccess ever allows" in said(
        planted
    )


def test_a_bucket_that_another_account_may_read_is_told() -> None:
    planted = garden()
    policy = planted.one("S3::BucketPolicy")["Properties"]["PolicyDocument"]
    principal = {"AWS": "arn:aws:iam::222222222222:root"}
    policy["Statement"].append(statement("s3:GetObject", "*", Principal=principal))
    assert "arn:aws:iam::222222222222:root → s3:GetObject →" in said(planted)


def test_a_function_takes_from_its_own_queues_only() -> None:
    planted = garden("daadaar", "prod")
    for queue in planted.resources("SQS::Queue", "notifier"):
        queue["Metadata"]["Stackyard::Node"] = "backend"
    found = said(planted)
    assert "notifier → sqs:ReceiveMessage → backend: nothing in the file lets notifier" in found
    assert "notifier → sqs:DeleteMessage → backend: nothing" in found


def test_a_link_that_is_not_allowed_is_told() -> None:
    planted = garden()
    for role in planted.resources("IAM::Role", "app"):
        for policy in role["Properties"].get("Policies", []):
            document = policy["PolicyDocument"]
            document["Statement"] = [
                each
                for each in document["Statement"]
                if not json.dumps(each["Action"]).startswith(('["s3:Get', '"kms', '["kms'))
            ]
    assert "app → s3:GetObject → uploads is declared and not allowed" in said(planted)
    assert "app may read database/app and not decrypt it with its key" in said(planted)


def test_what_names_no_node_or_another_one_is_told() -> None:
    planted = garden()
    del planted.one("IAM::Role", "worker")["Metadata"]
    planted.one("S3::Bucket", "uploads")["Metadata"]["Stackyard::Node"] = "nobody"
    group = planted.one("EC2::SecurityGroup", "worker")
    group["Metadata"]["Stackyard::Node"] = "app"
    found = said(planted)
    assert "does not say which node it belongs to" in found
    assert "names 'nobody', which is no node of the file" in found
    assert "graph-foreign-group worker stands behind the security group of app" in found
    assert "graph-named-twice" in found


def test_the_default_group_is_told() -> None:
    planted = garden()
    configuration = planted.one("ECS::Service", "app")["Properties"]["NetworkConfiguration"]
    del configuration["AwsvpcConfiguration"]["SecurityGroups"]
    assert "graph-default-group app takes the network's default group" in said(planted)


@pytest.mark.parametrize("kind", ["AWS::EC2::VPCPeeringConnection", "AWS::IAM::AccessKey"])
def test_a_way_that_cannot_be_followed_is_told(kind: str) -> None:
    planted = garden()
    planted.stack("network")["Planted"] = {"Type": kind, "Properties": {}}
    assert "graph-unfollowed Planted opens a way to" in said(planted)


def test_what_exists_only_before_the_first_release_is_judged_too() -> None:
    planted = garden()
    compute = planted.stack("compute")
    compute["Planted"] = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Condition": "AppReleaseMissing",
        "Properties": {
            **RULE,
            "GroupId": planted.reference("EC2::SecurityGroup", "app", "GroupId")[1],
            "CidrIp": "0.0.0.0/0",
        },
    }
    assert "→ app:5432: no link declares this" in said(planted)
