"""What a person does by hand between two deployments, as the README says it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from config.model.secrets import BroughtSecret
from tests.rehearsal.deployed import Deployed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from config.model.environment import Environment
    from tests.rehearsal.account import Account
    from tests.rehearsal.assembly import Stack

RELEASE = "image-digest"
FIRST, SECOND = (f"sha256:{letter * 64}" for letter in "ab")


def deploy_and_release(
    account: Account,
    environment: Environment,
    stacks: tuple[Stack, ...],
    values: Mapping[str, str] | None = None,
) -> Deployed:
    """The first deployment, what people do by hand after it, and the first release."""
    account.deploy_all(stacks)
    first = Deployed(account, environment, stacks)
    fill_secrets(first, values)
    release(first, FIRST)
    account.deploy_all(stacks)
    return Deployed(account, environment, stacks)


def fill_secrets(deployed: Deployed, values: Mapping[str, str] | None = None) -> list[str]:
    """Put a value into each secret that is brought and still empty; returns their nodes.

    `values` are texts by node; what they leave out gets a made-up one, with the keys of the file.
    """
    client, filled = deployed.client("secretsmanager"), []
    for each in deployed.of("AWS::SecretsManager::Secret"):
        node = each.node or ""
        secret = deployed.environment.secrets.get(node)
        if not isinstance(secret, BroughtSecret) or not _is_empty(client, each.physical):
            continue
        keys = secret.keys
        made_up = json.dumps({key: f"{node}-{key}" for key in keys}) if keys else f"value-of-{node}"
        text = (values or {}).get(node, made_up)
        client.put_secret_value(SecretId=each.physical, SecretString=text)
        filled.append(node)
    return filled


def _is_empty(client: Any, arn: str) -> bool:
    try:
        client.get_secret_value(SecretId=arn)
    except ClientError as error:
        return error.response["Error"]["Code"] == "ResourceNotFoundException"
    return False


def release(deployed: Deployed, digest: str, *, only: Collection[str] | None = None) -> list[str]:
    """Write a digest into every parameter that templates read one from; returns their names.

    With `only`, those of these tasks: what prepares a release runs before it.
    """
    client = deployed.client("ssm")
    names = [
        str(each.body["Properties"]["Name"])
        for each in deployed.of("AWS::SSM::Parameter")
        if str(each.body["Properties"].get("Name")).endswith(f"/{RELEASE}")
    ]
    if only is not None:
        names = [name for name in names if name.split("/")[-2] in only]
    for name in names:
        client.put_parameter(Name=name, Value=digest, Type="String", Overwrite=True)
    return names


def lift_protection(deployed: Deployed) -> list[str]:
    """Lift what keeps balancers from being deleted; returns their ARNs."""
    client = deployed.client("elbv2")
    arns = [each.physical for each in deployed.of("AWS::ElasticLoadBalancingV2::LoadBalancer")]
    for arn in arns:
        client.modify_load_balancer_attributes(
            LoadBalancerArn=arn,
            Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
        )
    return arns
