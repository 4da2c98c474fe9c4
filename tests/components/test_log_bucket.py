"""The bucket of access logs: who may write there, and what it takes from balancers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stackyard.bucket import LogBucket
from tests.assemblies import new_app
from tests.components.building import ACCOUNT, REGION, Made, made, stack_in

KIND = "AWS::S3::Bucket"
WAYS = {"demo-both": (True, True), "demo-balancer": (True, False), "demo-buckets": (False, True)}


class Logs(NamedTuple):
    made: dict[str, Made]
    accepted: dict[str, str]

    def bucket(self, name: str) -> dict[str, Any]:
        """The one bucket of a stack, whole."""
        (found,) = self.made[name].whole(KIND).values()
        return found

    def allowed(self, name: str) -> list[dict[str, Any]]:
        """What a stack's bucket lets others do."""
        policy = self.made[name].only("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
        return [each for each in policy if each["Effect"] == "Allow"]


@pytest.fixture(scope="module")
def logs(folder: Path) -> Logs:
    app = new_app(folder)
    stacks, accepted = {}, {}
    for name, (balancer, buckets) in WAYS.items():
        stacks[name] = stack_in(folder, name, app=app)
        found = LogBucket(stacks[name], "AccessLogs", of_balancer=balancer, of_buckets=buckets)
        accepted[name] = " ".join(
            str(each.data) for part in found.node.find_all() for each in part.node.metadata
        )
    return Logs({name: made(stack) for name, stack in stacks.items()}, accepted)


@pytest.mark.parametrize("name", ["demo-both", "demo-balancer"])
def test_this_accounts_balancers_may_write_under_their_prefix_and_nothing_else(
    logs: Logs, name: str
) -> None:
    """The source is what keeps other accounts' balancers out: the principal is all of AWS's."""
    (bucket,) = logs.made[name].whole(KIND)
    assert logs.allowed(name) == [
        {
            "Sid": "OnlyThisAccountsBalancers",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"<{bucket}.Arn>/balancer/AWSLogs/{ACCOUNT}/*",
            "Condition": {
                "ArnLike": {
                    "aws:SourceArn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
                    ":loadbalancer/*"
                }
            },
        }
    ]


def test_without_a_balancer_none_may_write(logs: Logs) -> None:
    assert logs.allowed("demo-buckets") == []


@pytest.mark.parametrize("name", WAYS)
def test_it_is_encrypted_with_s3s_own_key_which_log_delivery_can_use(logs: Logs, name: str) -> None:
    encryption = logs.bucket(name)["Properties"]["BucketEncryption"]
    (rule,) = encryption["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


@pytest.mark.parametrize("name", WAYS)
def test_logs_are_kept_for_a_year_and_their_bucket_for_ever(logs: Logs, name: str) -> None:
    bucket = logs.bucket(name)
    (rule,) = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    assert (rule["ExpirationInDays"], rule["Status"]) == (365, "Enabled")
    # Whoever deletes a log hides it for a month, in which it can be had back.
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert bucket["DeletionPolicy"] == "RetainExceptOnCreate"
    assert bucket["Metadata"]["Stackyard::Node"] == "access-logs"


def test_a_log_of_its_own_is_missed_only_where_buckets_log_to_it(logs: Logs) -> None:
    assert "AwsSolutions-S1'" in logs.accepted["demo-balancer"]
    for name in ("demo-both", "demo-buckets"):
        assert "AwsSolutions-S1'" not in logs.accepted[name]
