"""The packs of cdk-nag that judge an environment: AwsSolutions always, others as the file lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.compliance import AWS_SOLUTIONS, HIPAA, NAMESPACES, NIST, PCI, SERVERLESS

if TYPE_CHECKING:
    from cdk_nag import NagPack

    from config.model.environment import Environment

CLASSES = {
    AWS_SOLUTIONS: "AwsSolutionsChecks",
    HIPAA: "HIPAASecurityChecks",
    NIST: "NIST80053R5Checks",
    PCI: "PCIDSS321Checks",
    SERVERLESS: "ServerlessChecks",
}


def active(environment: Environment) -> tuple[str, ...]:
    """The names of the packs, as their rules' ids begin."""
    return (AWS_SOLUTIONS, *(NAMESPACES[pack] for pack in environment.compliance))


def class_of(pack: str) -> type[NagPack]:
    """The class of a pack."""
    # Imported late: what needs no pack need not wait for it.
    import cdk_nag  # noqa: PLC0415

    found: type[NagPack] = getattr(cdk_nag, CLASSES[pack])
    return found


def packs_of(environment: Environment) -> list[NagPack]:
    """The packs, ready to be added to an App."""
    return [class_of(pack)(verbose=True) for pack in active(environment)]
