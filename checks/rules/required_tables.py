"""Properties that services need, and values that they take, by type; patterns fit whole values."""

from __future__ import annotations

_BALANCED = "AWS::ElasticLoadBalancingV2::"

NEEDED: dict[str, tuple[str, ...]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "MaxCapacity",
        "MinCapacity",
        "ResourceId",
        "ScalableDimension",
        "ServiceNamespace",
    ),
    "AWS::AppRunner::VpcConnector": ("Subnets",),
    "AWS::CertificateManager::Certificate": ("DomainName",),
    "AWS::EC2::FlowLog": ("ResourceId", "ResourceType"),
    "AWS::EC2::RouteTable": ("VpcId",),
    # Without a network it stands in the account's default one.
    "AWS::EC2::SecurityGroup": ("VpcId",),
    "AWS::EC2::Subnet": ("VpcId",),
    "AWS::EC2::SubnetRouteTableAssociation": ("SubnetId", "RouteTableId"),
    "AWS::EC2::VPCEndpoint": ("VpcId",),
    "AWS::EC2::VPCGatewayAttachment": ("VpcId",),
    "AWS::ElastiCache::ParameterGroup": ("CacheParameterGroupFamily", "Description"),
    "AWS::ElastiCache::ReplicationGroup": (
        "Engine",
        "CacheNodeType",
        "ReplicationGroupDescription",
    ),
    "AWS::ElastiCache::ServerlessCache": ("Engine", "ServerlessCacheName"),
    "AWS::ElastiCache::SubnetGroup": ("SubnetIds", "Description"),
    "AWS::ElastiCache::User": ("Engine", "UserId", "UserName", "AccessString"),
    "AWS::ElastiCache::UserGroup": ("Engine", "UserGroupId"),
    f"{_BALANCED}Listener": ("LoadBalancerArn", "Port", "Protocol", "DefaultActions"),
    "AWS::Lambda::Permission": ("Action", "FunctionName", "Principal"),
    "AWS::RDS::DBParameterGroup": ("Family", "Description"),
    "AWS::RDS::DBSubnetGroup": ("SubnetIds", "DBSubnetGroupDescription"),
    "AWS::Route53::HealthCheck": ("HealthCheckConfig.Type",),
    "AWS::SSM::Parameter": ("Type", "Value"),
    "AWS::Scheduler::Schedule": ("ScheduleExpression", "FlexibleTimeWindow", "Target"),
    "AWS::ServiceDiscovery::HttpNamespace": ("Name",),
    "AWS::StepFunctions::StateMachine": ("RoleArn",),
}
EITHER: dict[str, tuple[tuple[str, ...], ...]] = {
    "AWS::EC2::Subnet": (("CidrBlock", "Ipv4IpamPoolId", "Ipv6CidrBlock"),),
    "AWS::EC2::VPCGatewayAttachment": (("InternetGatewayId", "VpnGatewayId"),),
    f"{_BALANCED}LoadBalancer": (("Subnets", "SubnetMappings"),),
    "AWS::Lambda::EventSourceMapping": (("EventSourceArn", "SelfManagedEventSource"),),
    "AWS::RDS::DBInstance": (
        ("DBInstanceClass", "DBClusterIdentifier"),
        ("Engine", "DBClusterIdentifier"),
        ("MasterUsername", "DBClusterIdentifier"),
        ("AllocatedStorage", "DBClusterIdentifier"),
    ),
    "AWS::Logs::MetricFilter": (("LogGroupName",),),
}

_ENGINE = r"valkey|redis"
_VERSION = r"\d+(\.(\d+|x))*(-\w+)*"
_NODE = r"cache\.[a-z]\d\w*\.\w+"
_PORT = r"[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]"
_ACTION = r"forward|redirect|fixed-response|authenticate-oidc|authenticate-cognito|jwt-validation"
_PROTOCOL = r"HTTPS?|TCP|TLS|UDP|TCP_UDP|GENEVE|QUIC|TCP_QUIC"
VALUES: dict[str, dict[str, str]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": {
        "ServiceNamespace": r"ecs|rds|lambda|dynamodb|elasticache|sagemaker|ec2|elasticmapreduce"
        r"|appstream|cassandra|kafka|neptune|comprehend|custom-resource|workspaces",
        "ScalableDimension": r"[a-z-]+:[A-Za-z:-]+",
    },
    "AWS::EC2::FlowLog": {
        "LogDestinationType": r"cloud-watch-logs|s3|kinesis-data-firehose",
        "ResourceType": r"VPC|Subnet|NetworkInterface|TransitGateway|TransitGatewayAttachment",
        "TrafficType": r"ALL|ACCEPT|REJECT",
    },
    "AWS::EC2::SecurityGroup": {
        "SecurityGroupIngress.[].CidrIp": "block",
        "SecurityGroupEgress.[].CidrIp": "block",
        "SecurityGroupIngress.[].IpProtocol": r"tcp|udp|icmp|icmpv6|-1|\d+",
        "SecurityGroupEgress.[].IpProtocol": r"tcp|udp|icmp|icmpv6|-1|\d+",
        "SecurityGroupEgress.[].DestinationPrefixListId": r"pl-[0-9a-f]+",
        "SecurityGroupIngress.[].SourcePrefixListId": r"pl-[0-9a-f]+",
    },
    "AWS::EC2::SecurityGroupEgress": {
        "CidrIp": "block",
        "IpProtocol": r"tcp|udp|icmp|icmpv6|-1|\d+",
    },
    "AWS::EC2::SecurityGroupIngress": {
        "CidrIp": "block",
        "IpProtocol": r"tcp|udp|icmp|icmpv6|-1|\d+",
    },
    "AWS::EC2::Route": {"DestinationCidrBlock": "block"},
    "AWS::EC2::Subnet": {"CidrBlock": "block"},
    "AWS::EC2::VPCEndpoint": {
        "VpcEndpointType": r"Gateway|Interface|GatewayLoadBalancer|Resource|ServiceNetwork"
    },
    "AWS::ElastiCache::ReplicationGroup": {
        "CacheNodeType": _NODE,
        "Engine": _ENGINE,
        "EngineVersion": _VERSION,
    },
    "AWS::ElastiCache::ServerlessCache": {
        "DailySnapshotTime": r"([01]\d|2[0-3]):[0-5]\d",
        "Engine": r"valkey|redis|memcached",
        "MajorEngineVersion": r"1\.6|[78]|9",
    },
    "AWS::ElastiCache::User": {"Engine": _ENGINE},
    "AWS::ElastiCache::UserGroup": {"Engine": _ENGINE},
    f"{_BALANCED}Listener": {
        "Port": _PORT,
        "Protocol": _PROTOCOL,
        "DefaultActions.[].Type": _ACTION,
        "DefaultActions.[].FixedResponseConfig.StatusCode": r"[245]\d\d",
        "DefaultActions.[].FixedResponseConfig.ContentType": (
            r"text/(plain|css|html)|application/(javascript|json)"
        ),
        "DefaultActions.[].RedirectConfig.StatusCode": r"HTTP_30[12]",
        "DefaultActions.[].RedirectConfig.Port": rf"#\{{port\}}|{_PORT}",
        "DefaultActions.[].RedirectConfig.Protocol": r"#\{protocol\}|HTTPS?",
    },
    f"{_BALANCED}ListenerRule": {
        "Actions.[].Type": _ACTION,
        "Actions.[].ForwardConfig.TargetGroups.[].Weight": r"\d{1,3}",
    },
    f"{_BALANCED}LoadBalancer": {
        "Scheme": r"internet-facing|internal",
        "Type": r"application|network|gateway",
    },
    f"{_BALANCED}TargetGroup": {
        "Port": _PORT,
        "Protocol": _PROTOCOL,
        "TargetType": r"instance|ip|lambda|alb",
        "TargetGroupAttributes.[].Key": r"[a-z_]+(\.[a-z0-9_]+)+",
    },
    "AWS::RDS::DBInstance": {
        "DBInstanceClass": r"db\.[a-z]\d\w*(-[\w.]+)?\.\w+(\.\w+)*|db\.serverless",
        "Engine": r"(aurora-)?(postgresql|postgres|mysql)|mariadb|oracle-.+|sqlserver-.+|db2-.+"
        r"|custom-.+",
        "EngineVersion": r"\d+[\w.-]*",
    },
    "AWS::Route53::HealthCheck": {
        "HealthCheckConfig.Type": r"HTTPS?(_STR_MATCH)?|TCP|CALCULATED|CLOUDWATCH_METRIC"
        r"|RECOVERY_CONTROL"
    },
    "AWS::SSM::Parameter": {"Type": r"String|StringList"},
}
