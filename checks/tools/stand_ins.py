"""Names and ARNs as AWS would give them, for validators that know no references.

An estate turns a reference into `<stack/LogicalId.Attribute>`; here that becomes what a deployed
resource of its type would answer, so that a pattern of an ARN is judged and not a placeholder.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.functions import REFERENCE

if TYPE_CHECKING:
    from checks.estate import Estate, Resource

ACCOUNT, REGION = "111111111111", "us-east-1"
UUID = "1234abcd-12ab-34cd-56ef-1234567890ab"
OPEN = re.compile(r"<[^<>]*>")

# What follows `arn:aws:` where it is not `service:region:account:type/name`.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
ARNS = {
    "AWS::AppRunner::Service": "apprunner:{place}:service/{name}/8fe1e10304f84fd2b0df550fe98a71fa",
    "AWS::CertificateManager::Certificate": "acm:{place}:certificate/{uuid}",
    "AWS::CloudFront::Distribution": "cloudfront::{account}:distribution/E1A2B3C4D5E6F7",
    "AWS::CloudWatch::Alarm": "cloudwatch:{place}:alarm:{name}",
    "AWS::CodeDeploy::DeploymentGroup": "codedeploy:{place}:deploymentgroup:{name}/{name}",
    "AWS::CodePipeline::Pipeline": "codepipeline:{place}:{name}",
    "AWS::Cognito::UserPool": "cognito-idp:{place}:userpool/us-east-1_AbCdEfGhI",
    "AWS::EC2::SecurityGroup": "ec2:{place}:security-group/sg-0123456789abcdef0",
    "AWS::EC2::Subnet": "ec2:{place}:subnet/subnet-0123456789abcdef0",
    "AWS::EC2::VPC": "ec2:{place}:vpc/vpc-0123456789abcdef0",
    "AWS::ECS::Service": "ecs:{place}:service/cluster/{name}",
    "AWS::ECS::TaskDefinition": "ecs:{place}:task-definition/{name}:1",
    "AWS::EFS::FileSystem": "elasticfilesystem:{place}:file-system/fs-0123456789abcdef0",
    "AWS::ElastiCache::ReplicationGroup": "elasticache:{place}:replicationgroup:{name}",
    "AWS::ElasticLoadBalancingV2::Listener": (
        "elasticloadbalancing:{place}:listener/app/{name}/50dc6c495c0c9188/f2f7dc8efc522ab2"
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": (
        "elasticloadbalancing:{place}:listener-rule/app/{name}/50dc6c495c0c9188/f2f7dc8efc522ab2/"
        "9683b2d02a6cabee"
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "elasticloadbalancing:{place}:loadbalancer/app/{name}/50dc6c495c0c9188"
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        "elasticloadbalancing:{place}:targetgroup/{name}/73e2d6bc24d8a067"
    ),
    "AWS::IAM::Group": "iam::{account}:group/{name}",
    "AWS::IAM::InstanceProfile": "iam::{account}:instance-profile/{name}",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::IAM::User": "iam::{account}:user/{name}",
    "AWS::KMS::Key": "kms:{place}:key/{uuid}",
    "AWS::Lambda::Alias": "lambda:{place}:function:{name}:live",
    "AWS::Lambda::Function": "lambda:{place}:function:{name}",
    "AWS::Lambda::Version": "lambda:{place}:function:{name}:1",
    "AWS::Logs::LogGroup": "logs:{place}:log-group:{name}:*",
    "AWS::RDS::DBCluster": "rds:{place}:cluster:{name}",
    "AWS::RDS::DBInstance": "rds:{place}:db:{name}",
    "AWS::RDS::DBProxy": "rds:{place}:db-proxy:prx-0123456789abcdef0",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{place}:{name}",
    "AWS::SQS::Queue": "sqs:{place}:{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{place}:secret:{name}-AbCdEf",
    "AWS::StepFunctions::StateMachine": "states:{place}:stateMachine:{name}",
}
# Types whose Ref (or Id) is their ARN; of all others it is a name or an id.
REF_IS_ARN = frozenset(
    {
        "AWS::AppRunner::Service",
        "AWS::CertificateManager::Certificate",
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::IAM::ManagedPolicy",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Version",
        "AWS::SNS::Topic",
        "AWS::SecretsManager::Secret",
        "AWS::StepFunctions::StateMachine",
    }
)
IDS = {"AWS::KMS::Key": UUID, "AWS::EC2::VPC": "vpc-0123456789abcdef0"}


def filled(value: Any, estate: Estate) -> Any:
    """A value with every reference in it replaced by what its resource would answer."""
    if isinstance(value, str):
        return _text(value, estate) if "<" in value else value
    if isinstance(value, dict):
        return {key: filled(each, estate) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, estate) for each in value]
    return value


def _text(text: str, estate: Estate) -> str:
    def answer(match: re.Match[str]) -> str:
        resource = estate.at(f"<{match[1]}/{match[2]}>")
        return _attribute(resource, match[3] or "") if resource else match[2].lower()

    text = REFERENCE.sub(answer, text.replace("<AWS::AccountId>", ACCOUNT))
    return OPEN.sub("unknown", text.replace("<AWS::Region>", REGION))


def _attribute(resource: Resource, attribute: str) -> str:
    wants_arn = attribute.endswith("Arn") or (
        attribute in ("", "Id") and resource.kind in REF_IS_ARN
    )
    name = resource.logical_id.lower()
    return arn(resource.kind, name) if wants_arn else IDS.get(resource.kind, name)


def arn(kind: str, name: str) -> str:
    """The ARN of a resource of a type."""
    _, service, what, *_ = [*kind.split("::"), "", ""]
    default = service.lower() + ":{place}:" + what.lower() + "/{name}"
    place = f"{REGION}:{ACCOUNT}"
    shape = ARNS.get(kind, default)
    return "arn:aws:" + shape.format(place=place, account=ACCOUNT, name=name, uuid=UUID)
