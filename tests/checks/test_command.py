"""`python -m checks` as people and programs run it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.app.commands import run

BAD = """
Parameters:
  Open: {Type: String}
Conditions:
  Is: !Equals [!Ref Open, "yes"]
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      DBInstanceClass: db.t4g.micro
      AllocatedStorage: "20"
      PubliclyAccessible: !If [Is, true, false]
      MasterUsername: root_user
      MasterUserPassword: hunter2hunter2
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Open
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}
      Policies:
        - PolicyName: All
          PolicyDocument:
            Statement: [{Effect: Allow, Action: "*", Resource: "*"}]
"""
NONSENSE = (
    '{"Resources": {"A": [], "B": {"Type": 7}, "C": {"Type": "AWS::S3::Bucket", "Properties": 1}}}'
)
FIELDS = {"rule", "severity", "stack", "logical_id", "property", "message", "remedy", "sources"}


def checks(*arguments: str, home: Path) -> CompletedProcess[str]:
    return run(sys.executable, "-m", "checks", *arguments, home=home)


@pytest.fixture(scope="module")
def of_strangers(tmp_path_factory: pytest.TempPathFactory) -> CompletedProcess[str]:
    """What is said of a folder of templates that nobody here wrote well."""
    folder = tmp_path_factory.mktemp("templates")
    (folder / "bad.yaml").write_text(BAD)
    (folder / "nonsense.json").write_text(NONSENSE)
    return checks(str(folder), "--format", "json", home=tmp_path_factory.mktemp("home"))


def test_findings_are_one_list_with_all_fields(of_strangers: CompletedProcess[str]) -> None:
    assert of_strangers.returncode == 1
    found = json.loads(of_strangers.stdout)
    assert found
    for each in found:
        assert each.keys() == FIELDS
        assert each["severity"] in ("error", "warning")
        assert each["message"]
        assert each["remedy"]
        assert "Traceback" not in each["message"]


def test_each_fault_of_a_strangers_template_is_found_once(
    of_strangers: CompletedProcess[str],
) -> None:
    found = [each for each in json.loads(of_strangers.stdout) if each["stack"] == "bad"]
    rules = {(each["rule"], each["logical_id"]) for each in found}
    assert {
        ("exposure-public-database", "Database"),
        ("secrets-literal", "Database"),
        ("exposure-open-port", "Group"),
        ("identity-actions", "Role"),
        ("durability-kept", "Database"),
    } <= rules
    (public,) = [each for each in found if each["rule"] == "exposure-public-database"]
    # In one of the two worlds of a condition that only a deployment decides.
    assert len([each for each in found if each == public]) == 1


def test_what_several_tools_say_is_one_line_with_all_of_them(
    of_strangers: CompletedProcess[str],
) -> None:
    found = {(each["rule"], each["logical_id"]): each for each in json.loads(of_strangers.stdout)}
    sources = found["encryption-at-rest", "Database"]["sources"]
    assert {"encryption-at-rest", "CT.RDS.PR.24", "CKV_AWS_16"} <= set(sources)


def test_a_path_or_file_that_cannot_be_read_is_2_and_one_sentence(tmp_path: Path) -> None:
    for path, words in (("nowhere", "no such file or folder"), ("empty", "holds no")):
        (tmp_path / "empty").mkdir(exist_ok=True)
        done = checks(str(tmp_path / path), home=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1
    (tmp_path / "broken.json").write_text("{")
    done = checks(str(tmp_path / "broken.json"), home=tmp_path)
    assert done.returncode == 2
    assert "broken.json:1: not JSON" in done.stderr


def test_a_system_that_is_not_there_is_2(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BAD)
    named = ("--system", "nobody", "--environment", "prod")
    done = checks(str(tmp_path), *named, home=tmp_path)
    assert done.returncode == 2
    assert "there is no system 'nobody'" in done.stderr
    done = checks(str(tmp_path), "--system", "community", "--environment", "prod", home=tmp_path)
    assert done.returncode == 2
    assert "holds no stack of community-prod" in done.stderr
    done = checks(str(tmp_path), "--system", "community", home=tmp_path)
    assert done.returncode == 2
    assert "--system and --environment go together" in done.stderr


def test_an_environment_of_ours_is_clean_and_a_planted_fault_is_not(tmp_path: Path) -> None:
    chosen = ("-c", "system=fckdoomscroll", "-c", "environment=dev")
    assert (
        run(sys.executable, "app.py", *chosen, "-o", str(tmp_path / "a"), home=tmp_path).stderr
        == ""
    )
    named = ("--system", "fckdoomscroll", "--environment", "dev")
    done = checks(str(tmp_path / "a"), *named, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "nothing found in 6 templates\n"
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    file = tmp_path / "b" / "fckdoomscroll-dev-data.template.json"
    body = json.loads(file.read_text())
    for resource in body["Resources"].values():
        if resource["Type"] == "AWS::EC2::SecurityGroup":
            resource["Properties"]["SecurityGroupIngress"] = [
                {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0"}
            ]
    file.write_text(json.dumps(body))
    done = checks(str(tmp_path / "b"), *named, "--format", "sarif", home=tmp_path)
    assert done.returncode == 1
    sarif = json.loads(done.stdout)
    assert sarif["version"] == "2.1.0"
    results = sarif["runs"][0]["results"]
    told = [each["message"]["text"] for each in results if each["ruleId"] == "graph-undeclared-way"]
    assert any("internet → database:5432: no link declares this" in text for text in told)
