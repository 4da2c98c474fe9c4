"""Rules of cdk-nag and of others: how they are called, and how their findings are accepted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.model.compliance import Pack

AWS_SOLUTIONS = "AwsSolutions"
HIPAA, NIST, PCI = "HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321"
SERVERLESS = "Serverless"
CONTROL_TOWER, OWN = "Control-Tower", "Stackyard"
CHECKOV, CFN_LINT = "checkov", "cfn-lint"
NAMESPACES: dict[Pack, str] = {
    "hipaa": HIPAA,
    "nist-800-53-r5": NIST,
    "pci": PCI,
    "serverless": SERVERLESS,
}
NAG = (AWS_SOLUTIONS, *NAMESPACES.values())

# One subject under the names that each pack gives it. What AwsSolutions calls by a number the
# others call by what it asks for; they are one function of cdk-nag, with one answer.
NAMES = {
    "RDS2": "RDSStorageEncrypted",
    "RDS3": "RDSMultiAZSupport",
    "RDS10": "RDSInstanceDeletionProtectionEnabled",
    "RDS13": "RDSInstanceBackupEnabled",
    "EC28": "EC2InstanceDetailedMonitoringEnabled",
    "S1": "S3BucketLoggingEnabled",
    "SMG4": "SecretsManagerRotationEnabled",
}
PACKS_WITH = {
    "ALBWAFEnabled": (NIST, PCI),
    "CodeBuildProjectSourceRepoUrl": (HIPAA, PCI),
    "EC2InstanceDetailedMonitoringEnabled": (HIPAA,),
    "EC2InstanceNoPublicIp": (HIPAA, NIST, PCI),
    "EC2InstancesInVPC": (HIPAA, NIST, PCI),
    "ELBDeletionProtectionEnabled": (HIPAA, NIST),
    "ELBv2ACMCertificateRequired": (HIPAA, NIST, PCI),
    "EventBusDLQ": (SERVERLESS,),
    "IAMNoInlinePolicy": (HIPAA, NIST, PCI),
    "LambdaAsyncFailureDestination": (SERVERLESS,),
    "LambdaConcurrency": (HIPAA, NIST),
    "LambdaDLQ": (HIPAA, NIST, SERVERLESS),
    "LambdaEventSourceMappingDestination": (SERVERLESS,),
    "LambdaInsideVPC": (HIPAA, NIST, PCI),
    "LambdaStarPermissions": (SERVERLESS,),
    "LambdaTracing": (SERVERLESS,),
    "RDSInBackupPlan": (HIPAA, NIST),
    "RDSInstanceBackupEnabled": (HIPAA, NIST),
    "RDSInstanceDeletionProtectionEnabled": (HIPAA, NIST),
    "RDSMultiAZSupport": (HIPAA, NIST),
    "RDSStorageEncrypted": (HIPAA, NIST, PCI),
    "S3BucketLoggingEnabled": (HIPAA, NIST, PCI),
    "S3BucketReplicationEnabled": (HIPAA, NIST, PCI),
    "S3BucketVersioningEnabled": (HIPAA, NIST, PCI),
    "S3DefaultEncryptionKMS": (HIPAA, NIST, PCI),
    "SNSRedrivePolicy": (SERVERLESS,),
    "SQSRedrivePolicy": (SERVERLESS,),
    "SecretsManagerRotationEnabled": (HIPAA, NIST),
    "VPCDefaultSecurityGroupClosed": (HIPAA, NIST, PCI),
    "VPCNoUnrestrictedRouteToIGW": (HIPAA, NIST, PCI),
}
# The same subject as the others call it: Control Tower, checkov, rules of our own.
ALSO = {
    "CT.ECR.PR.3": ("CKV_AWS_51",),
    "CT.RDS.PR.2": ("CKV_AWS_118",),
    "CT.RDS.PR.7": ("CKV_AWS_161",),
    "CT.S3.PR.2": ("CKV_AWS_18",),
    "CT.ECS.PR.3": ("containers-user",),
    "CT.ECS.PR.6": ("containers-read-only",),
    "EC23": ("CKV_AWS_260",),
    "EC28": ("CT.EC2.PR.13",),
    "EC2InstanceNoPublicIp": ("CT.EC2.PR.8", "exposure-public-address"),
    "ELBDeletionProtectionEnabled": ("CT.ELASTICLOADBALANCING.PR.5",),
    "LambdaConcurrency": ("CKV_AWS_115",),
    "LambdaDLQ": ("CKV_AWS_116",),
    "LambdaInsideVPC": ("CT.LAMBDA.PR.3", "CKV_AWS_117"),
    "RDS10": ("CT.RDS.PR.13",),
    "RDS11": ("CT.RDS.PR.20",),
    "RDS13": ("CT.RDS.PR.8", "durability-backups"),
    "RDS3": ("CT.RDS.PR.1", "CKV_AWS_157"),
    "S3BucketVersioningEnabled": ("CT.S3.PR.11", "CKV_AWS_21", "durability-versions"),
    "S3DefaultEncryptionKMS": ("CT.S3.PR.10",),
}
_NUMBERS = {name: number for number, name in NAMES.items()}
LINT = re.compile(r"[EWI]\d{4}")
NUMBERED = re.compile(r"[A-Z]+[0-9]*[0-9](\[.*\])?", re.DOTALL)
TERMS = re.compile(
    r"(?:(?P<planned>planned )?until (?P<until>\d{4}-\d{2}-\d{2}))?"
    r"(?: ?for (?P<node>[a-z]\S*?))?: (?P<reason>.+)",
    re.DOTALL,
)


def namespace_of(rule: str) -> str:
    """The validator that a rule's id belongs to, as CDK calls it before the `::`."""
    if rule.startswith("CT."):
        return CONTROL_TOWER
    if rule.startswith("CKV"):
        return CHECKOV
    if LINT.fullmatch(rule):
        return CFN_LINT
    return next((pack for pack in NAG if rule.startswith(f"{pack}-")), OWN)


def qualified(rule: str) -> str:
    """A finding's id as CDK acknowledges it, such as `AwsSolutions::AwsSolutions-S1`."""
    return f"{namespace_of(rule)}::{rule}"


def subject_of(rule: str) -> str:
    """What a rule is about, in the word that all of its names have in common."""
    name = rule.removeprefix(f"{namespace_of(rule)}-")
    return next(
        (subject for subject, also in ALSO.items() if rule in also), _NUMBERS.get(name, name)
    )


def findings_of(subject: str) -> tuple[str, ...]:
    """The qualified ids of what is accepted at once: one subject, in every pack that knows it.

    `SMG4` is AwsSolutions' with its names elsewhere, `LambdaDLQ` that of the packs which have it;
    all else is an exact id, such as `CT.RDS.PR.1`.
    """
    packs = PACKS_WITH.get(NAMES.get(subject, subject), ())
    name = NAMES.get(subject, subject)
    others = (
        *(f"{pack}::{pack}-{name}" for pack in packs),
        *(qualified(each) for each in ALSO.get(subject, ())),
    )
    if NUMBERED.fullmatch(subject):
        return (f"{AWS_SOLUTIONS}::{AWS_SOLUTIONS}-{subject}", *others)
    return others if packs else (qualified(subject), *others)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On what terms a finding is accepted. CDK keeps one text for it, which says all of it.

    `node` is the one that a file accepts it for, on however many resources.
    """

    reason: str
    until: date | None = None
    planned: bool = False
    node: str | None = None

    def __str__(self) -> str:
        said = [
            *(["planned"] if self.planned else []),
            *([f"until {self.until}"] if self.until else []),
            *([f"for {self.node}"] if self.node else []),
        ]
        return f"{' '.join(said)}: {self.reason}" if said else self.reason

    @classmethod
    def read(cls, text: str) -> Terms:
        """The terms in a text; one that says none is the reason alone."""
        found = TERMS.fullmatch(text)
        if not found:
            return cls(reason=text)
        try:
            until = date.fromisoformat(found["until"]) if found["until"] else None
        except ValueError:
            return cls(reason=text)
        return cls(
            reason=found["reason"],
            until=until,
            planned=bool(found["planned"]),
            node=found["node"],
        )
