"""What AWS documents of updates and its resource schemas leave out, with the sources."""

from __future__ import annotations

# https://github.com/awsdocs/aws-cloudformation-user-guide/blob/main/doc_source/aws-resource-rds-dbinstance.md
# says "Update requires: Replacement" of Port; for Engine it stands in
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
REPLACES: dict[str, tuple[str, ...]] = {
    "AWS::RDS::DBInstance": ("Engine", "Port"),
}
# aws-resource-elasticache-replicationgroup.md beside it says Replacement of this; the schema, which
# is newer, says nothing.
MAY_REPLACE: dict[str, tuple[str, ...]] = {
    "AWS::ElastiCache::ReplicationGroup": ("TransitEncryptionEnabled",),
}
# Of that page, too: without `UpdatePolicy: {UseOnlineResharding: true}` either is a replacement.
RESHARDING = "UseOnlineResharding"
RESHARDED: dict[str, tuple[str, ...]] = {
    "AWS::ElastiCache::ReplicationGroup": ("NodeGroupConfiguration", "NumNodeGroups"),
}
# The schema calls these conditional. The first page says "Some interruptions" of them, and
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html modifies them.
IN_PLACE: dict[str, tuple[str, ...]] = {
    "AWS::RDS::DBInstance": (
        "AutoMinorVersionUpgrade",
        "BackupRetentionPeriod",
        "DBParameterGroupName",
        "MultiAZ",
        "PreferredMaintenanceWindow",
    ),
}
# No replacement, and yet the value is a new one: a changed GenerateSecretString generates again,
# https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2210, and the
# template's own value takes the place of what was put there.
OVERWRITES: dict[str, tuple[str, ...]] = {
    "AWS::SSM::Parameter": ("Value",),
    "AWS::SecretsManager::Secret": ("GenerateSecretString", "SecretString"),
}
# The default is Snapshot for these, and Delete for everything else:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
SNAPSHOT_BY_DEFAULT = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
# A change set does not know what `Fn::GetStackOutput` will be, and takes it for a new value; an
# import from an export with another name too, though both are the same resource.
# https://github.com/aws/aws-cdk/issues/38829, https://github.com/aws/aws-cdk/issues/38492
READ_ANEW = ("Fn::GetStackOutput", "Fn::ImportValue")
