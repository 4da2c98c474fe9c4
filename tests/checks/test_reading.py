"""Anybody's templates are read, JSON and YAML, and what can't be is told in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.assembly import find
from checks.template import UnreadableError, read
from tests.assemblies import synthesized

YAML = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub ${AWS::StackName}-bucket
      Key: !GetAtt Key.Arn
      Zone: !Select [0, !GetAZs ""]
      When: !If [Is, !Ref A, !Ref AWS::NoValue]
      Day: 2024-01-31
"""


def written(folder: Path, name: str, text: str | bytes) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_yaml_with_short_functions(tmp_path: Path) -> None:
    body = read(written(tmp_path, "a.yaml", YAML))
    assert body
    assert body["Resources"]["Bucket"]["Properties"] == {
        "BucketName": {"Fn::Sub": "${AWS::StackName}-bucket"},
        "Key": {"Fn::GetAtt": ["Key", "Arn"]},
        "Zone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        "When": {"Fn::If": ["Is", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]},
        "Day": "2024-01-31",
    }


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", '{"Resources": {', r"a\.json:1: not JSON: "),
        ("a.yaml", "Resources:\n  a: [1\n", r"a\.yaml:3: not YAML: "),
        ("a.yaml", b"\xff\xfe\x00R", r"a\.yaml: not text in UTF-8"),
        ("a.yaml", "a: &x [*x, *y]", r"a\.yaml:1: not YAML: "),
        ("a.json", "[" * 100_000, "cannot be read|not JSON|not YAML"),
        ("a.json", '{"Resources": ' + "[" * 100_000, "nested too deeply|cannot be read|maximum"),
    ],
)
def test_what_cannot_be_read_is_told(
    tmp_path: Path, name: str, text: str | bytes, words: str
) -> None:
    with pytest.raises(UnreadableError, match=words):
        read(written(tmp_path, name, text))


@pytest.mark.parametrize("text", ["", "[]", "just text", "Resources: 7", "{}", "a: {b: c}"])
def test_what_is_no_template_is_none(tmp_path: Path, text: str) -> None:
    assert read(written(tmp_path, "a.yaml", text)) is None


def test_a_folder_gives_a_group_for_each_template_and_says_what_is_unreadable(
    tmp_path: Path,
) -> None:
    written(tmp_path, "good.yaml", YAML)
    written(tmp_path, "deep/er/good.template", YAML)
    written(tmp_path, "package.json", "{}")
    written(tmp_path, "broken.json", "{")
    written(tmp_path, "README.md", "Resources: {}")
    found = find(tmp_path)
    assert [[template.stack for template in group] for group in found.groups] == [
        ["deep.er.good"],
        ["good"],
    ]
    assert [sentence.rpartition("/")[2] for sentence in found.unread] == [
        "broken.json:1: not JSON: Expecting property name enclosed in double quotes"
    ]
    (together,) = find(tmp_path, together=True).groups
    assert len(together) == 2


def test_an_assembly_gives_its_stacks_with_their_place(tmp_path: Path) -> None:
    (group,) = find(synthesized("community", "prod").folder).groups
    assert {each.stack for each in group} == {
        *(f"community-prod-{s}" for s in ("network", "data", "notify", "compute", "observability")),
        "community-images",
    }
    assert {(each.account, each.region) for each in group} == {("111111111111", "us-east-1")}


@pytest.mark.parametrize("made", [True, False])
def test_a_path_without_templates_is_told(tmp_path: Path, made: bool) -> None:
    if made:
        written(tmp_path, "x/package.json", "{}")
    with pytest.raises(UnreadableError, match=r"no such file|holds no CloudFormation template"):
        find(tmp_path / "x")
