"""A stack to put a construct into, and its template as plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct, IConstruct
from pydantic import BaseModel

from config.model.services import AppRunner
from stackyard.app_runner import AppRunnerService
from stackyard.edges import Way
from stackyard.node import Wiring
from stackyard.placement import Placement
from stackyard.release import Release
from stackyard.stack import EnvironmentStack
from tests.assemblies import new_app

ACCOUNT, REGION, STACK = "111111111111", "us-east-1", "demo-prod-test"
ZONES = ("us-east-1a", "us-east-1b")
PARAMETER = "/demo/prod/web/image-digest"
Model = TypeVar("Model", bound=BaseModel)
Properties = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """A template in which `<Id>` stands for a Ref and `<Id.Attribute>` for an attribute."""

    template: dict[str, Any]

    def section(self, name: str) -> dict[str, Any]:
        """A section of the template, which may be missing."""
        found: dict[str, Any] = self.template.get(name, {})
        return found

    def whole(self, kind: str) -> dict[str, dict[str, Any]]:
        """All resources of a type, by logical id."""
        resources = self.section("Resources").items()
        return {name: each for name, each in resources if each["Type"] == kind}

    def of(self, kind: str) -> list[Properties]:
        """The properties of all resources of a type."""
        return [each.get("Properties", {}) for each in self.whole(kind).values()]

    def only(self, kind: str, **properties: Any) -> Properties:
        """The properties of the one resource of a type that has these properties."""
        (found,) = [each for each in self.of(kind) if properties.items() <= each.items()]
        return found

    def name_of(self, kind: str, **properties: Any) -> str:
        """The logical id of the one resource of a type that has these properties."""
        found = self.whole(kind).items()
        (name,) = [n for n, each in found if properties.items() <= each["Properties"].items()]
        return name


def stack_in(
    folder: Path, name: str = STACK, *, app: cdk.App | None = None, scope: Construct | None = None
) -> EnvironmentStack:
    """An empty stack of an app with the project's context."""
    return EnvironmentStack(
        scope or app or new_app(folder),
        name,
        stack_name=name,
        description="A test",
        account=ACCOUNT,
        region=REGION,
        zones=ZONES,
        protected=False,
    )


def made(stack: cdk.Stack) -> Made:
    """Synthesize the stack's app, once, and read the stack's template."""
    app = stack.node.root
    assert isinstance(app, cdk.App)
    file = app.synth().get_stack_by_name(stack.stack_name).template_full_path
    return Made(plain(json.loads(Path(file).read_text())))


def plain(value: Any) -> Any:
    """A value of a template with its references as text."""
    found = value
    match value:
        case list():
            found = [plain(each) for each in value]
        case {"Ref": name}:
            found = f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            found = f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            found = separator.join(plain(parts))
        case {"Fn::If": [condition, then, otherwise]}:
            found = f"<{condition} ? {plain(then)} : {plain(otherwise)}>"
        case {"Fn::GetStackOutput": {"StackName": name, "OutputName": output}}:
            found = f"<{name}/{output}>"
        case dict():
            found = {key: plain(each) for key, each in value.items()}
    return found


def resolved(scope: IConstruct, value: Any) -> Any:
    """What a value with references says, as its construct's template would have it."""
    return plain(cdk.Stack.of(scope).resolve(value))


def spec(model: type[Model], **fields: Any) -> Model:
    """A part of a system file, checked as the file would be."""
    return model.model_validate_json(json.dumps(fields))


def statements(role: Properties) -> list[dict[str, Any]]:
    """All that a role may do; its one policy lies inside it."""
    assert "ManagedPolicyArns" not in role
    policies = role.get("Policies", [])
    assert len(policies) <= 1
    return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]


def role_of(found: Made, arn: str) -> Properties:
    """The role whose ARN a reference names."""
    role: Properties = found.whole("AWS::IAM::Role")[arn[1:].removesuffix(".Arn>")]["Properties"]
    return role


def trust_of(role: Properties) -> dict[str, Any]:
    """The one statement that says who takes a role."""
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    found: dict[str, Any] = trust
    return found


def placement_in(scope: Construct) -> Placement:
    """Two subnets of a network that another template has made."""
    vpc = ec2.Vpc.from_vpc_attributes(
        scope,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=list(ZONES),
        isolated_subnet_ids=["subnet-1", "subnet-2"],
        isolated_subnet_route_table_ids=["rtb-1", "rtb-2"],
    )
    return Placement(vpc, vpc.isolated_subnets, "vpc-1", ["subnet-1", "subnet-2"])


def service_in(
    stack: EnvironmentStack,
    name: str = "web",
    *,
    wiring: Wiring | None = None,
    out: tuple[Way, ...] = (),
    **fields: Any,
) -> tuple[AppRunnerService, Release]:
    """A service with its release, as the compute stack puts them together."""
    release = Release(
        stack, f"{name.title()}Release", parameter=PARAMETER, repository="demo/backend"
    )
    service = AppRunnerService(
        stack,
        name.title(),
        node=name,
        name=f"demo-{name}",
        spec=spec(AppRunner, kind="app-runner", image="backend", port=8080, **fields),
        release=release,
        wiring=wiring or Wiring(),
        placement=placement_in(Construct(stack, f"{name}-network")),
        out=out,
    )
    return service, release
