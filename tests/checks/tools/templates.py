"""Small templates, good and bad, for the tests of other people's validators."""

from __future__ import annotations

from typing import Any

from checks.template import Template

Body = dict[str, Any]


def template(stack: str = "shop", **resources: Body) -> Template:
    return Template(stack, {"Resources": resources})


def of(kind: str, **properties: Any) -> Body:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def database(**more: Any) -> Body:
    return of(
        "RDS::DBInstance",
        **{
            "Engine": "postgres",
            "EngineVersion": "17.6",
            "DBInstanceClass": "db.t4g.small",
            "AllocatedStorage": "20",
            "PubliclyAccessible": False,
            "StorageEncrypted": True,
            **more,
        },
    )


def role(*statements: Body) -> Body:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs"}}
    return of(
        "IAM::Role",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        Policies=[
            {
                "PolicyName": "own",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)},
            }
        ],
    )


def allow(action: Any, resource: Any, **more: Any) -> Body:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}
