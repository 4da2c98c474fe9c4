"""Which types of resources the properties of others refer to, by the property's name."""

from __future__ import annotations

SUBNET = ("AWS::EC2::Subnet",)
# A network refers to its default group, of which another rule speaks.
GROUP = ("AWS::EC2::SecurityGroup", "AWS::EC2::VPC")
ROLE = ("AWS::IAM::Role",)
KEY = ("AWS::KMS::Key", "AWS::KMS::Alias", "AWS::KMS::ReplicaKey")
FUNCTION = (
    "AWS::Lambda::Function",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Version",
    "AWS::Serverless::Function",
)
LOG_GROUP = ("AWS::Logs::LogGroup",)
SECRET = ("AWS::SecretsManager::Secret", "AWS::SecretsManager::SecretTargetAttachment")
BALANCED = "AWS::ElasticLoadBalancingV2::"

EXPECTED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("SubnetIds", "Subnets", "SubnetId", "VpcSubnetIds"), SUBNET),
    **dict.fromkeys(
        (
            "SecurityGroups",
            "SecurityGroupIds",
            "VPCSecurityGroups",
            "VpcSecurityGroupIds",
            "SourceSecurityGroupId",
            "DestinationSecurityGroupId",
        ),
        GROUP,
    ),
    **dict.fromkeys(
        (
            "RoleArn",
            "RoleARN",
            "ExecutionRoleArn",
            "TaskRoleArn",
            "ServiceRole",
            "MonitoringRoleArn",
            "DeliverLogsPermissionArn",
            "AccessRoleArn",
            "InstanceRoleArn",
        ),
        ROLE,
    ),
    **dict.fromkeys(
        (
            "KmsKeyId",
            "KMSKeyId",
            "KMSMasterKeyID",
            "KmsMasterKeyId",
            "KmsKeyArn",
            "KmsKey",
            "EncryptionKey",
            "PerformanceInsightsKMSKeyId",
        ),
        KEY,
    ),
    "VpcId": ("AWS::EC2::VPC",),
    "RouteTableId": ("AWS::EC2::RouteTable",),
    "RouteTableIds": ("AWS::EC2::RouteTable",),
    "InternetGatewayId": ("AWS::EC2::InternetGateway",),
    "GatewayId": (
        "AWS::EC2::InternetGateway",
        "AWS::EC2::VPNGateway",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::NatGateway",
    ),
    "NatGatewayId": ("AWS::EC2::NatGateway",),
    "AllocationId": ("AWS::EC2::EIP",),
    "DBSubnetGroupName": ("AWS::RDS::DBSubnetGroup",),
    "DBParameterGroupName": ("AWS::RDS::DBParameterGroup",),
    "DBClusterParameterGroupName": ("AWS::RDS::DBClusterParameterGroup",),
    "SourceDBInstanceIdentifier": ("AWS::RDS::DBInstance",),
    "CacheSubnetGroupName": ("AWS::ElastiCache::SubnetGroup",),
    "CacheParameterGroupName": ("AWS::ElastiCache::ParameterGroup",),
    "UserGroupIds": ("AWS::ElastiCache::UserGroup",),
    "UserGroupId": ("AWS::ElastiCache::UserGroup",),
    "UserIds": ("AWS::ElastiCache::User",),
    "TargetGroupArn": (f"{BALANCED}TargetGroup",),
    "AlternateTargetGroupArn": (f"{BALANCED}TargetGroup",),
    "ListenerArn": (f"{BALANCED}Listener",),
    "LoadBalancerArn": (f"{BALANCED}LoadBalancer",),
    "ProductionListenerRule": (f"{BALANCED}ListenerRule", f"{BALANCED}Listener"),
    "TestListenerRule": (f"{BALANCED}ListenerRule", f"{BALANCED}Listener"),
    "CertificateArn": ("AWS::CertificateManager::Certificate", "AWS::IAM::ServerCertificate"),
    "LogGroupName": LOG_GROUP,
    "LogGroup": LOG_GROUP,
    "LogGroupArn": LOG_GROUP,
    "awslogs-group": LOG_GROUP,
    "TopicArn": ("AWS::SNS::Topic",),
    "TargetArn": ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Lambda::Function"),
    "Bucket": ("AWS::S3::Bucket",),
    "Topics": ("AWS::SNS::Topic",),
    "Queues": ("AWS::SQS::Queue",),
    "deadLetterTargetArn": ("AWS::SQS::Queue",),
    "FunctionName": FUNCTION,
    "RotationLambdaARN": FUNCTION,
    "TaskDefinition": ("AWS::ECS::TaskDefinition",),
    "Cluster": ("AWS::ECS::Cluster",),
    "ScalingTargetId": ("AWS::ApplicationAutoScaling::ScalableTarget",),
    "SecretId": SECRET,
    "VpcConnectorArn": ("AWS::AppRunner::VpcConnector",),
    "AutoScalingConfigurationArn": ("AWS::AppRunner::AutoScalingConfiguration",),
    "DestinationBucketName": ("AWS::S3::Bucket",),
}

# The attributes under which a property takes them; an empty one is a Ref.
_GROUP_ID: dict[str, tuple[str, ...]] = {"AWS::EC2::SecurityGroup": ("GroupId", "")}
_ROLE_ARN: dict[str, tuple[str, ...]] = {"AWS::IAM::Role": ("Arn",)}
ATTRIBUTES: dict[str, dict[str, tuple[str, ...]]] = {
    **{name: _GROUP_ID for name, kinds in EXPECTED.items() if kinds is GROUP},
    **{name: _ROLE_ARN for name, kinds in EXPECTED.items() if kinds is ROLE},
    "KmsKeyArn": {"AWS::KMS::Key": ("Arn",)},
    "AllocationId": {"AWS::EC2::EIP": ("AllocationId",)},
    "LogGroupArn": {"AWS::Logs::LogGroup": ("Arn",)},
    "LogGroupName": {"AWS::Logs::LogGroup": ("",)},
    "awslogs-group": {"AWS::Logs::LogGroup": ("",)},
    "TargetGroupArn": {f"{BALANCED}TargetGroup": ("", "TargetGroupArn")},
    "LoadBalancerArn": {f"{BALANCED}LoadBalancer": ("", "LoadBalancerArn")},
    "ListenerArn": {f"{BALANCED}Listener": ("", "ListenerArn")},
    "TopicArn": {"AWS::SNS::Topic": ("", "TopicArn")},
    "RotationLambdaARN": {"AWS::Lambda::Function": ("Arn",)},
    "VpcConnectorArn": {"AWS::AppRunner::VpcConnector": ("", "VpcConnectorArn")},
    "VpcId": {"AWS::EC2::VPC": ("", "VpcId")},
    "SubnetId": {"AWS::EC2::Subnet": ("", "SubnetId")},
    "SubnetIds": {"AWS::EC2::Subnet": ("", "SubnetId")},
    "Subnets": {"AWS::EC2::Subnet": ("", "SubnetId")},
    "RouteTableId": {"AWS::EC2::RouteTable": ("", "RouteTableId")},
    "RouteTableIds": {"AWS::EC2::RouteTable": ("", "RouteTableId")},
    "TargetArn": {
        "AWS::SQS::Queue": ("Arn",),
        "AWS::SNS::Topic": ("", "TopicArn"),
        "AWS::Lambda::Function": ("Arn",),
    },
    "Queues": {"AWS::SQS::Queue": ("", "QueueUrl")},
    "deadLetterTargetArn": {"AWS::SQS::Queue": ("Arn",)},
    "Topics": {"AWS::SNS::Topic": ("", "TopicArn")},
    "Bucket": {"AWS::S3::Bucket": ("",)},
    "DestinationBucketName": {"AWS::S3::Bucket": ("",)},
}

LISTS = frozenset(
    (
        "SubnetIds",
        "Subnets",
        "VpcSubnetIds",
        "SecurityGroups",
        "SecurityGroupIds",
        "VPCSecurityGroups",
        "VpcSecurityGroupIds",
        "RouteTableIds",
        "UserIds",
        "UserGroupIds",
        "Topics",
        "Queues",
        "ManagedPolicyArns",
        "AlarmNames",
        "EnableCloudwatchLogsExports",
        "CapacityProviders",
        "Layers",
    )
)
