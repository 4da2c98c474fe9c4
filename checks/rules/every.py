"""All types that templates commonly hold, for rules that speak of every resource."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource

_TYPES = """
ACMPCA:CertificateAuthority AmazonMQ:Broker Amplify:App ApiGateway:RestApi,Stage,Deployment,Method
ApiGatewayV2:Api,Stage,Integration,Route,VpcLink AppRunner:AutoScalingConfiguration,Service,
ObservabilityConfiguration,VpcConnector,VpcIngressConnection AppSync:GraphQLApi
ApplicationAutoScaling:ScalableTarget,ScalingPolicy AutoScaling:AutoScalingGroup,
LaunchConfiguration,ScalingPolicy Backup:BackupPlan,BackupSelection,BackupVault
Batch:ComputeEnvironment,JobDefinition,JobQueue CertificateManager:Certificate Chatbot:
SlackChannelConfiguration CloudFormation:CustomResource,Stack CloudFront:Distribution,Function,
CachePolicy,OriginAccessControl,OriginRequestPolicy,ResponseHeadersPolicy CloudTrail:Trail
CloudWatch:Alarm,CompositeAlarm,Dashboard CodeBuild:Project CodeCommit:Repository
CodePipeline:Pipeline CodeStarNotifications:NotificationRule Cognito:UserPool,UserPoolClient,
IdentityPool Config:ConfigRule,ConfigurationRecorder DAX:Cluster DMS:ReplicationInstance
DocDB:DBCluster,DBInstance,DBSubnetGroup DynamoDB:GlobalTable,Table EC2:EIP,EIPAssociation,
FlowLog,Instance,InternetGateway,LaunchTemplate,NatGateway,NetworkAcl,NetworkInterface,PrefixList,
Route,RouteTable,SecurityGroup,SecurityGroupEgress,SecurityGroupIngress,Subnet,
SubnetRouteTableAssociation,TransitGateway,TransitGatewayAttachment,VPC,VPCCidrBlock,VPCEndpoint,
VPCEndpointService,VPCGatewayAttachment,VPCPeeringConnection,Volume,VPNGateway ECR:
ReplicationConfiguration,Repository ECS:CapacityProvider,Cluster,
ClusterCapacityProviderAssociations,Service,TaskDefinition,TaskSet EFS:AccessPoint,FileSystem,
MountTarget EKS:Cluster,Nodegroup ElastiCache:CacheCluster,GlobalReplicationGroup,ParameterGroup,
ReplicationGroup,ServerlessCache,SubnetGroup,User,UserGroup ElasticLoadBalancing:LoadBalancer
ElasticLoadBalancingV2:Listener,ListenerCertificate,ListenerRule,LoadBalancer,TargetGroup
Elasticsearch:Domain Events:ApiDestination,Archive,Connection,EventBus,EventBusPolicy,Rule FSx:
FileSystem GlobalAccelerator:Accelerator Glue:Database,Job GuardDuty:Detector IAM:AccessKey,Group,
InstanceProfile,ManagedPolicy,OIDCProvider,Policy,Role,RolePolicy,User Kinesis:Stream
KinesisFirehose:DeliveryStream KMS:Alias,Key,ReplicaKey Lambda:Alias,CodeSigningConfig,
EventInvokeConfig,EventSourceMapping,Function,LayerVersion,Permission,Url,Version Logs:Destination,
LogGroup,LogStream,MetricFilter,ResourcePolicy,SubscriptionFilter MSK:Cluster Neptune:DBCluster
NetworkFirewall:Firewall OpenSearchService:Domain Pipes:Pipe RDS:DBCluster,
DBClusterParameterGroup,DBInstance,DBParameterGroup,DBProxy,DBProxyEndpoint,DBProxyTargetGroup,
DBSubnetGroup,EventSubscription,GlobalCluster,OptionGroup Redshift:Cluster ResourceGroups:Group
Route53:HealthCheck,HostedZone,RecordSet,RecordSetGroup Route53Resolver:ResolverEndpoint S3:
AccessPoint,Bucket,BucketPolicy SageMaker:Endpoint Scheduler:Schedule,ScheduleGroup
SecretsManager:ResourcePolicy,RotationSchedule,Secret,SecretTargetAttachment Serverless:Api,
Function,HttpApi,SimpleTable,StateMachine ServiceDiscovery:HttpNamespace,PrivateDnsNamespace,
PublicDnsNamespace,Service SES:ConfigurationSet,EmailIdentity SNS:Subscription,Topic,TopicPolicy
SQS:Queue,QueuePolicy SSM:Association,Document,MaintenanceWindow,Parameter StepFunctions:Activity,
StateMachine,StateMachineAlias,StateMachineVersion Synthetics:Canary Timestream:Database Transfer:
Server WAFv2:IPSet,WebACL,WebACLAssociation,LoggingConfiguration XRay:Group,SamplingRule
"""


def _spelled() -> Iterator[str]:
    # `A:B,C` is A::B and A::C; lines may break after a comma or a colon.
    joined = _TYPES.replace(",\n", ",").replace(":\n", ":")
    for each in joined.split():
        service, names = each.split(":", 1)
        yield from (f"{service}::{name}" for name in names.split(","))


EVERY: tuple[str, ...] = tuple(_spelled())
_KNOWN = frozenset(f"AWS::{each}" for each in EVERY)


@lru_cache(maxsize=8)
def _others(estate: Estate) -> tuple[Resource | None, tuple[Resource, ...]]:
    first = next((each for each in estate.resources if each.kind in _KNOWN), None)
    return first, tuple(each for each in estate.resources if each.kind not in _KNOWN)


def with_others(resource: Resource, estate: Estate) -> tuple[Resource, ...]:
    """A resource; for the first of an estate also those of types that stand in no list."""
    first, others = _others(estate)
    return (resource, *others) if resource is first else (resource,)


@lru_cache(maxsize=8)
def written(estate: Estate) -> Mapping[Resource, str]:
    """What each resource says in one text, to see fast whether something is in it at all."""
    return {each: str(each.properties) for each in estate.resources}


@lru_cache(maxsize=8)
def firsts(estate: Estate) -> frozenset[Resource]:
    """The first resource of a known type in each stack: it speaks for the stack."""
    found: dict[str, Resource] = {}
    for each in estate.resources:
        if each.kind in _KNOWN:
            found.setdefault(each.stack, each)
    return frozenset(found.values())
