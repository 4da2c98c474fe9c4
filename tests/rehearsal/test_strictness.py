"""What the emulator must refuse, as AWS does, and what must never leave this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal import leash
from tests.rehearsal.account import TEMPLATES, Account
from tests.rehearsal.assembly import Stack
from tests.rehearsal.server import Emulator

BUCKET, PARAMETER, GROUP = "AWS::S3::Bucket", "AWS::SSM::Parameter", "AWS::EC2::SecurityGroup"
TYPES = (BUCKET, PARAMETER, GROUP, "AWS::EC2::VPC", "AWS::SecretsManager::Secret")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("strict"), "111111111111", "us-east-1", TYPES) as running:
        yield running


@pytest.fixture
def account(emulator: Emulator) -> Account:
    emulator.reset()
    emulator.client("s3").create_bucket(Bucket=TEMPLATES)
    return Account(emulator)


def stack(resources: dict[str, Any], name: str = "one", **more: Any) -> Stack:
    """A stack of these resources, whose types may be left out of AWS:: for short."""
    return Stack(name, {"Resources": resources, **more}, after=(), protected=False)


def test_a_type_that_is_neither_known_nor_listed_is_refused_with_its_name(account: Account) -> None:
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::Qldb::Ledger\]"):
        account.deploy(stack({"Ledger": {"Type": "AWS::Qldb::Ledger"}}))


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({"Type": "String"}, "'Value' is a required property"),
        ({"Type": "Text", "Value": "x"}, "'Text' is not one of"),
        ({"Type": "String", "Value": "x", "Valeu": "y"}, "'Valeu' was unexpected"),
        ({"Type": "String", "Value": "x", "Name": "a" * 3000}, "/Name"),
    ],
)
def test_what_aws_schema_does_not_allow_fails_its_resource_and_is_taken_back(
    account: Account, properties: dict[str, Any], says: str
) -> None:
    good = {"Type": BUCKET, "DeletionPolicy": "RetainExceptOnCreate"}
    bad = {"Type": PARAMETER, "Properties": properties, "DependsOn": "First"}
    assert account.deploy(stack({"First": good, "Second": bad})) == "ROLLBACK_COMPLETE"
    assert says in account.reasons("one")
    names = [each["Name"] for each in account.client("s3").list_buckets()["Buckets"]]
    assert names == [TEMPLATES]


def test_a_failed_update_gives_what_was_updated_its_former_values(account: Account) -> None:
    def both(value: str) -> Stack:
        first = {"Type": PARAMETER, "Properties": {"Type": "String", "Name": "a", "Value": value}}
        second = {**first, "Properties": {**first["Properties"], "Name": "b"}, "DependsOn": "A"}
        return stack({"A": first, "B": second})

    assert account.deploy(both("old")) == "CREATE_COMPLETE"
    account.emulator.trip(**{"one/B": "Rate exceeded"})
    assert account.deploy(both("new")) == "UPDATE_ROLLBACK_COMPLETE"
    account.emulator.trip()
    found = account.client("ssm").get_parameters(Names=["a", "b"])["Parameters"]
    assert [each["Value"] for each in found] == ["old", "old"]
    assert account.deploy(both("new")) == "UPDATE_COMPLETE"


def test_numbers_and_truth_may_be_text_as_cloudformation_has_them(account: Account) -> None:
    group = {
        "GroupDescription": "Any",
        "SecurityGroupIngress": [
            {"IpProtocol": "tcp", "FromPort": "80", "ToPort": 80, "CidrIp": "10.0.0.0/8"}
        ],
    }
    status = account.deploy(stack({"G": {"Type": GROUP, "Properties": group}}))
    assert status == "CREATE_COMPLETE", account.reasons("one")


def test_an_export_that_is_imported_can_neither_be_deleted_nor_taken_away(account: Account) -> None:
    value = {"Type": PARAMETER, "Properties": {"Type": "String", "Value": "x"}}
    output = {"Out": {"Value": {"Ref": "P"}, "Export": {"Name": "shared"}}}
    assert account.deploy(stack({"P": value}, "exporting", Outputs=output)) == "CREATE_COMPLETE"
    imported = {"Type": "String", "Value": {"Fn::ImportValue": "shared"}}
    user = {"P": {"Type": PARAMETER, "Properties": imported}}
    assert account.deploy(stack(user, "importing")) == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="Export shared is imported by stack importing"):
        account.delete("exporting")
    assert account.deploy(stack({"P": value}, "exporting")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Export shared cannot be deleted" in account.reasons("exporting")
    assert account.delete("importing") == "DELETE_COMPLETE"
    assert account.delete("exporting") == "DELETE_COMPLETE"


def test_a_bucket_with_objects_and_a_group_in_use_stay(account: Account) -> None:
    network = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    used = {"GroupDescription": "Used", "VpcId": {"Ref": "V"}}
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}
    account.deploy(
        stack({"V": network, "G": {"Type": GROUP, "Properties": used}, "B": {"Type": BUCKET}})
    )
    group = account.resources("one")["G"]["PhysicalResourceId"]
    other = {
        "GroupDescription": "Uses",
        "SecurityGroupIngress": [{**rule, "SourceSecurityGroupId": group}],
    }
    account.deploy(stack({"G": {"Type": GROUP, "Properties": other}}, "two"))
    bucket = account.resources("one")["B"]["PhysicalResourceId"]
    account.client("s3").put_object(Bucket=bucket, Key="kept", Body=b"x")
    assert account.delete("one") == "DELETE_FAILED"
    said = account.reasons("one")
    assert f"{group} is used by two/G" in said
    assert "not empty" in said
    account.delete("two")
    account.client("s3").delete_object(Bucket=bucket, Key="kept")
    assert account.delete("one") == "DELETE_COMPLETE"


def test_a_secret_that_nobody_has_filled_is_empty_and_is_known_by_its_arn(account: Account) -> None:
    output = {"Out": {"Value": {"Ref": "S"}}}
    account.deploy(stack({"S": {"Type": "AWS::SecretsManager::Secret"}}, Outputs=output))
    arn = account.outputs("one")["Out"]
    assert arn.startswith("arn:aws:secretsmanager:us-east-1:111111111111:secret:")
    client = account.client("secretsmanager")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=arn)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which only Linux has")
def test_it_listens_on_loopback_only(emulator: Emulator) -> None:
    listening = "0A"
    found = [
        line.split()[1]
        for name in ("tcp", "tcp6")
        for line in Path("/proc/net", name).read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{emulator.port:04X}") and line.split()[3] == listening
    ]
    assert found == [f"0100007F:{emulator.port:04X}"]


def test_a_call_that_misses_the_emulator_goes_nowhere(emulator: Emulator, tmp_path: Path) -> None:
    asks = "import boto3; boto3.client('sts', endpoint_url='https://sts.us-east-1.amazonaws.com')"
    asks += ".get_caller_identity()"
    ran = subprocess.run(
        [sys.executable, "-c", asks],
        cwd=tmp_path,
        env={**emulator.environment, "AWS_MAX_ATTEMPTS": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode != 0
    assert "Failed to connect to proxy URL" in ran.stderr


def test_what_is_on_a_leash_goes_with_all_below_it_when_its_holder_does(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"sleep 60 & echo $! > {pid}; wait"
    held = subprocess.Popen(
        [sys.executable, leash.__file__, "sh", "-c", script], stdin=subprocess.PIPE
    )
    end = time.monotonic() + 10
    while not (pid.exists() and pid.read_text().strip()):
        assert time.monotonic() < end
        time.sleep(0.02)
    held.communicate()
    assert held.returncode != 0
    while is_running(int(pid.read_text())):
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_ledger_tells_what_was_done_to_what(emulator: Emulator, account: Account) -> None:
    before = len(emulator.ledger())
    account.deploy(stack({"B": {"Type": BUCKET}}))
    account.delete("one")
    done = [
        (each["action"], each["stack"], each["logical"], each["type"], each["kind"])
        for each in emulator.ledger()[before:]
    ]
    assert done == [(action, "one", "B", BUCKET, "native") for action in ("create", "delete")]
    assert json.dumps(emulator.ledger())
