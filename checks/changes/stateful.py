"""Which resources keep something that is lost with them, and what that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from checks.estate import Resource


@dataclass(frozen=True)
class Keeps:
    """What a resource is called, what it keeps, and when that is missed although it stays in AWS.

    Nobody misses logs: people find the old ones where they were. A parameter is missed when another
    takes its place, which has its first value again.
    """

    noun: str
    lost: str
    missed: Literal["always", "replaced", "never"] = "always"


STATEFUL = {
    "AWS::AmazonMQ::Broker": Keeps("message broker", "messages that nobody has taken yet"),
    "AWS::Backup::BackupVault": Keeps("backup vault", "its recovery points"),
    "AWS::Cassandra::Table": Keeps("table", "every row"),
    "AWS::CodeArtifact::Repository": Keeps("package repository", "its packages"),
    "AWS::CodeCommit::Repository": Keeps("repository", "its commits"),
    "AWS::Cognito::IdentityPool": Keeps("identity pool", "every identity"),
    "AWS::Cognito::UserPool": Keeps("user pool", "every account of a user"),
    "AWS::DocDB::DBCluster": Keeps("database", "every document and the automated backups"),
    "AWS::DynamoDB::GlobalTable": Keeps("table", "every item"),
    "AWS::DynamoDB::Table": Keeps("table", "every item"),
    "AWS::EC2::Volume": Keeps("volume", "everything on it"),
    "AWS::ECR::Repository": Keeps("image repository", "every image, those that run among them"),
    "AWS::EFS::FileSystem": Keeps("file system", "every file"),
    "AWS::ElastiCache::CacheCluster": Keeps("cache", "what it holds"),
    "AWS::ElastiCache::ReplicationGroup": Keeps("cache", "what it holds, queues included"),
    "AWS::ElastiCache::ServerlessCache": Keeps("cache", "what it holds, queues included"),
    "AWS::Events::Archive": Keeps("archive of events", "its events", missed="never"),
    "AWS::FSx::FileSystem": Keeps("file system", "every file"),
    "AWS::KMS::Key": Keeps("key", "all that is encrypted with it"),
    "AWS::KMS::ReplicaKey": Keeps("key", "all that is encrypted with it"),
    "AWS::Kinesis::Stream": Keeps("stream", "records that nobody has read yet"),
    "AWS::Logs::LogGroup": Keeps("log group", "its logs", missed="never"),
    "AWS::MSK::Cluster": Keeps("Kafka cluster", "every topic"),
    "AWS::MSK::ServerlessCluster": Keeps("Kafka cluster", "every topic"),
    "AWS::MemoryDB::Cluster": Keeps("database", "every key"),
    "AWS::Neptune::DBCluster": Keeps("database", "the graph and the automated backups"),
    "AWS::OpenSearchServerless::Collection": Keeps("search collection", "every index"),
    "AWS::OpenSearchService::Domain": Keeps("search domain", "every index"),
    "AWS::RDS::DBCluster": Keeps("database", "every row and the automated backups"),
    "AWS::RDS::DBInstance": Keeps("database", "every row and the automated backups"),
    "AWS::Redshift::Cluster": Keeps("data warehouse", "every row"),
    "AWS::RedshiftServerless::Namespace": Keeps("data warehouse", "every row"),
    "AWS::Route53::HostedZone": Keeps("hosted zone", "its records and its name servers"),
    "AWS::S3::Bucket": Keeps("bucket", "every object and version"),
    "AWS::SQS::Queue": Keeps("queue", "messages that nobody has taken yet"),
    "AWS::SSM::Parameter": Keeps("parameter", "the value that was put there", missed="replaced"),
    "AWS::SecretsManager::Secret": Keeps("secret", "its value, filled in or made up"),
    "AWS::Timestream::Database": Keeps("database", "every table"),
    "AWS::Timestream::Table": Keeps("table", "every record"),
}
# What keeps no data, but a name or address that others may have written down.
ADDRESSED = {
    "AWS::ApiGateway::RestApi": "the address that clients call",
    "AWS::ApiGatewayV2::Api": "the address that clients call",
    "AWS::AppRunner::Service": "the address at which DNS points",
    "AWS::CloudFront::Distribution": "the address at which DNS points",
    "AWS::EC2::EIP": "the IP address that others may have allowed",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "the address at which DNS points",
    "AWS::SNS::Topic": "the subscriptions that people have confirmed",
}
# A replica's rows are its source's, an Aurora instance's are its cluster's.
COPIES = ("SourceDBInstanceIdentifier", "SourceDBClusterIdentifier", "DBClusterIdentifier")


def keeps(resource: Resource) -> Keeps | None:
    """What a resource keeps that nothing else does, or None."""
    if resource.kind == "AWS::RDS::DBInstance" and any(map(resource.get, COPIES)):
        return None
    return STATEFUL.get(resource.kind)
