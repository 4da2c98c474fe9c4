"""Deep links into the AWS console."""

import os
import re
from typing import NamedTuple
from urllib.parse import quote

from slack_notifier.messages import Link

_REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-\d{1,2}")
_DOMAINS = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}


class Arn(NamedTuple):
    """The parts of an ARN that console links need."""

    region: str
    account: str
    resource: str


def parse_arn(value: str) -> Arn:
    """Return the parts of an ARN; they are empty when the value is no ARN."""
    parts = value.split(":", maxsplit=5)
    if len(parts) < 6 or parts[0] != "arn":
        return Arn(region="", account="", resource="")
    return Arn(region=parts[3], account=parts[4], resource=parts[5])


def alarm(*, region: str, name: str) -> Link | None:
    """Return the link to a CloudWatch alarm."""
    page = f"cloudwatch/deeplink.js?region={{region}}#alarmsV2:alarm/{_encode(name)}"
    return _link(label="Open alarm in CloudWatch", region=region, page=page, needs=(name,))


def build(*, region: str, account: str, project: str, build_id: str) -> Link | None:
    """Return the link to a CodeBuild build, whose id reads project:uuid."""
    page = (
        f"codesuite/codebuild/{_encode(account)}/projects/{_encode(project)}"
        f"/build/{_encode(build_id)}/?region={{region}}"
    )
    needs = (account, project, build_id)
    return _link(label="Open build in CodeBuild", region=region, page=page, needs=needs)


def database(*, region: str, identifier: str) -> Link | None:
    """Return the link to an RDS instance."""
    page = f"rds/home?region={{region}}#database:id={_encode(identifier)};is-cluster=false"
    return _link(label="Open instance in RDS", region=region, page=page, needs=(identifier,))


def _link(*, label: str, region: str, page: str, needs: tuple[str, ...]) -> Link | None:
    region = region or os.environ.get("AWS_REGION", "")
    # The region becomes a host name, so anything that is not one gets no link at all.
    if not _REGION.fullmatch(region) or not all(needs):
        return None
    default = "console.aws.amazon.com"
    domain = next((host for start, host in _DOMAINS.items() if region.startswith(start)), default)
    path = page.replace("{region}", region)
    return Link(label=label, url=f"https://{region}.{domain}/{path}")


def _encode(value: str) -> str:
    return quote(value, safe="", errors="replace")
