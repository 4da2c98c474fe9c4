"""What the rules of all validators are about: ids that mean the same mistake at one resource.

First our rules, then Control Tower's, cdk-nag's (those of AwsSolutions with their prefix, of the
other packs without, because all call a rule the same), cfn-lint's and CDK's, checkov's,
parliament's. A rule about several mistakes at once stands with each of them.
"""

from __future__ import annotations

_IDS = {
    # Data
    "public-store": (
        "exposure-public-database CT.RDS.PR.23 CT.RDS.PR.29 CT.REDSHIFT.PR.1 CT.DMS.PR.1 "
        "AwsSolutions-RS8 RDSInstancePublicAccess RedshiftClusterPublicAccess "
        "DMSReplicationNotPublic W9011 CKV_AWS_17 CKV_AWS_87 CKV_AWS_89"
    ),
    "encryption-at-rest": (
        "encryption-at-rest CT.RDS.PR.16 CT.RDS.PR.24 CT.ELASTICACHE.PR.4 "
        "CT.ELASTICFILESYSYSTEM.PR.1 CT.SQS.PR.2 AwsSolutions-RDS2 AwsSolutions-AEC3 "
        "AwsSolutions-EFS1 AwsSolutions-SQS2 RDSStorageEncrypted EFSEncrypted SNSEncryptedKMS "
        "W9008 CKV_AWS_16 CKV_AWS_19 CKV_AWS_26 CKV_AWS_27 CKV_AWS_29 CKV_AWS_42 CKV_AWS_96"
    ),
    "customer-key": (
        "encryption-customer-key encryption-bucket-key CT.RDS.PR.30 CT.S3.PR.10 CT.DYNAMODB.PR.2 "
        "CT.CLOUDWATCH.PR.3 S3DefaultEncryptionKMS CloudWatchLogGroupEncrypted "
        "SecretsManagerUsingKMSKey CKV_AWS_119 CKV_AWS_136 CKV_AWS_149 CKV_AWS_158"
    ),
    "encryption-in-transit": (
        "encryption-cache-tls encryption-database-tls encryption-proxy-tls encryption-bucket-tls "
        "encryption-message-tls CT.RDS.PR.26 CT.RDS.PR.27 CT.RDS.PR.28 CT.ELASTICACHE.PR.5 "
        "CT.S3.PR.8 AwsSolutions-AEC3 AwsSolutions-S10 AwsSolutions-SNS3 AwsSolutions-SQS4 "
        "S3BucketSSLRequestsOnly CKV_AWS_30 CKV_AWS_31 CKV2_AWS_69"
    ),
    "deletion-protection": (
        "durability-deletion-protection CT.RDS.PR.3 CT.RDS.PR.13 CT.NEPTUNE.PR.2 "
        "CT.ELASTICLOADBALANCING.PR.5 AwsSolutions-RDS10 RDSInstanceDeletionProtectionEnabled "
        "ELBDeletionProtectionEnabled"
    ),
    "zones": (
        "availability-database availability-cache CT.RDS.PR.1 CT.ELASTICACHE.PR.3 "
        "AwsSolutions-RDS3 AwsSolutions-AEC4 RDSMultiAZSupport CKV_AWS_157"
    ),
    "backups": (
        "durability-backups CT.RDS.PR.8 CT.ELASTICACHE.PR.1 CT.DYNAMODB.PR.1 "
        "CT.ELASTICFILESYSYSTEM.PR.2 AwsSolutions-RDS13 AwsSolutions-DDB3 "
        "RDSInstanceBackupEnabled ElastiCacheRedisClusterAutomaticBackup DynamoDBPITREnabled "
        "EFSInBackupPlan CKV_AWS_28"
    ),
    "minor-upgrades": (
        "durability-minor-versions CT.RDS.PR.5 CT.ELASTICACHE.PR.2 "
        "RDSAutomaticMinorVersionUpgradeEnabled"
    ),
    "engine-version": "W3690 W3691",
    "snapshot-tags": "durability-snapshot-tags CT.RDS.PR.10",
    "engine-logs": "exposure-database-logs CT.RDS.PR.14 CT.RDS.PR.25 RDSLoggingEnabled",
    "enhanced-monitoring": "CT.RDS.PR.2 RDSEnhancedMonitoringEnabled CKV_AWS_118",
    "iam-login": "CT.RDS.PR.4 CT.RDS.PR.7 AwsSolutions-RDS6 CKV_AWS_161 CKV_AWS_162",
    "default-port": "CT.RDS.PR.20 AwsSolutions-RDS11",
    "cache-login": (
        "exposure-cache-login CT.ELASTICACHE.PR.7 CT.ELASTICACHE.PR.8 AwsSolutions-AEC6 CKV_AWS_31"
    ),
    "cache-network": "CT.ELASTICACHE.PR.6 AwsSolutions-AEC1",
    # Buckets
    "public-bucket": (
        "exposure-bucket-blocks CT.S3.PR.1 AwsSolutions-S2 S3BucketLevelPublicAccessProhibited "
        "CKV_AWS_53 CKV_AWS_54 CKV_AWS_55 CKV_AWS_56"
    ),
    "bucket-acl": (
        "exposure-bucket-acl CT.S3.PR.5 S3BucketPublicReadProhibited "
        "S3BucketPublicWriteProhibited W3045 CKV_AWS_20 CKV_AWS_57"
    ),
    "versioning": "durability-versions CT.S3.PR.3 CT.S3.PR.11 S3BucketVersioningEnabled CKV_AWS_21",
    "lifecycle": "CT.S3.PR.3 CT.S3.PR.6",
    "object-lock": "CT.S3.PR.9 S3BucketDefaultLockEnabled",
    # Network and balancers
    "open-ingress": (
        "exposure-open-port CT.EC2.PR.3 CT.EC2.PR.4 AwsSolutions-EC23 EC2RestrictedSSH "
        "EC2RestrictedCommonPorts W2508 CKV_AWS_24 CKV_AWS_25 CKV_AWS_260"
    ),
    "group-description": "AwsSolutions-EC27 CKV_AWS_23",
    "public-addresses": "CT.EC2.PR.11 VPCSubnetAutoAssignPublicIpDisabled",
    "flow-logs": "network-flow-log AwsSolutions-VPC7 VPCFlowLogsEnabled",
    "access-logs": (
        "exposure-bucket-logs exposure-balancer-logs CT.S3.PR.2 CT.ELASTICLOADBALANCING.PR.6 "
        "CT.ELASTICLOADBALANCING.PR.10 CT.CLOUDFRONT.PR.5 AwsSolutions-S1 AwsSolutions-ELB2 "
        "AwsSolutions-CFR3 S3BucketLoggingEnabled ELBLoggingEnabled CKV_AWS_18 CKV_AWS_86 "
        "CKV_AWS_91 CKV_AWS_92"
    ),
    "plain-http": (
        "exposure-plain-http CT.ELASTICLOADBALANCING.PR.1 CT.CLOUDFRONT.PR.3 "
        "ALBHttpToHttpsRedirection CKV_AWS_2 CKV_AWS_34"
    ),
    "tls-version": (
        "encryption-listener encryption-distribution-tls CT.CLOUDFRONT.PR.9 AwsSolutions-CFR4 "
        "CKV_AWS_103 CKV_AWS_174"
    ),
    "certificate": "CT.ELASTICLOADBALANCING.PR.2 ELBv2ACMCertificateRequired E3676",
    "invalid-headers": (
        "exposure-balancer-headers CT.ELASTICLOADBALANCING.PR.4 ALBHttpDropInvalidHeaderEnabled "
        "CKV_AWS_131"
    ),
    "distribution-firewall": "AwsSolutions-CFR2 CKV_AWS_68",
    # Programs
    "container-insights": "CT.ECS.PR.2 AwsSolutions-ECS4 CKV_AWS_65",
    "environment-secrets": (
        "CT.ECS.PR.12 CT.CODEBUILD.PR.2 AwsSolutions-ECS2 CodeBuildProjectEnvVarAwsCred CKV_AWS_45"
    ),
    "container-logs": "CT.ECS.PR.5 AwsSolutions-ECS7",
    "privileged": "exposure-build-privileged CT.ECS.PR.11 CT.CODEBUILD.PR.4",
    "read-only-root": "CT.ECS.PR.6",
    "root-user": "CT.ECS.PR.3",
    "host-network": "CT.ECS.PR.8 ECSTaskDefinitionUserForHostMode",
    "image-tags": "exposure-image-tags CT.ECR.PR.3 CKV_AWS_51",
    "image-scan": "exposure-image-scan CT.ECR.PR.2 CKV_AWS_163",
    "public-image": "AwsSolutions-ECR1 CKV_AWS_32",
    "function-network": "CT.LAMBDA.PR.3 LambdaInsideVPC CKV_AWS_117",
    "function-permission": (
        "exposure-lambda-permission CT.LAMBDA.PR.2 LambdaFunctionPublicAccessProhibited W3663 "
        "CKV_AWS_364"
    ),
    "function-url": "exposure-function-url CT.LAMBDA.PR.5 CKV_AWS_258",
    "function-concurrency": "LambdaConcurrency CKV_AWS_115",
    "function-runtime": "AwsSolutions-L1 LambdaLatestVersion E2531 W2531 CKV_AWS_363",
    "dead-letters": "CT.SQS.PR.1 AwsSolutions-SQS3 LambdaDLQ CKV_AWS_116",
    "build-encryption": "CT.CODEBUILD.PR.5 AwsSolutions-CB4 CKV_AWS_78",
    "build-logs": "builds-logs CT.CODEBUILD.PR.3",
    "machine-logs": "CT.STEPFUNCTIONS.PR.1 AwsSolutions-SF1",
    "machine-tracing": "CT.STEPFUNCTIONS.PR.2 AwsSolutions-SF2 StepFunctionStateMachineXray",
    # Keys, secrets, logs, alarms
    "key-rotation": (
        "encryption-key-rotation CT.KMS.PR.1 AwsSolutions-KMS5 KMSBackingKeyRotationEnabled "
        "CKV_AWS_7"
    ),
    "secret-rotation": "AwsSolutions-SMG4 SecretsManagerRotationEnabled",
    "template-secrets": "secrets-literal W1011 W2501 W2509",
    "log-retention": "CloudWatchLogGroupRetentionPeriod CKV_AWS_66",
    "alarm-action": "alarms-told CT.CLOUDWATCH.PR.1 CloudWatchAlarmAction",
    # Permissions
    "any-action": (
        "identity-actions CT.IAM.PR.1 CT.IAM.PR.2 CT.IAM.PR.3 CT.IAM.PR.5 AwsSolutions-IAM5 "
        "IAMPolicyNoStatementsWithAdminAccess IAMPolicyNoStatementsWithFullAccess CKV_AWS_62 "
        "CKV_AWS_63"
    ),
    "any-resource": (
        "identity-resources AwsSolutions-IAM5 CKV_AWS_107 CKV_AWS_108 CKV_AWS_109 CKV_AWS_111"
    ),
    "escalation": "identity-escalation CKV_AWS_110",
    "any-principal": "identity-trust-anyone CKV_AWS_60 CKV_AWS_61",
    "user-policy": "CT.IAM.PR.4 IAMUserNoPolicies CKV_AWS_40",
    "unknown-action": "W3037 UNKNOWN_ACTION UNKNOWN_PREFIX",
    "malformed-policy": "E3510 MALFORMED",
}

SUBJECTS = {subject: tuple(ids.split()) for subject, ids in _IDS.items()}
