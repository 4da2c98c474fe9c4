"""Who may do more: roles, policies of resources, conditions, refusals."""

from __future__ import annotations

from typing import Any

from tests.checks.changes.building import resource, verdict

Document = dict[str, Any]


def _statement(
    actions: str | list[str], resources: str | list[str], effect: str = "Allow", **more: Any
) -> Document:
    return {"Effect": effect, "Action": actions, "Resource": resources, **more}


def _document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _role(*statements: Document, **more: Any) -> dict[str, Any]:
    policy = {"PolicyName": "own", "PolicyDocument": _document(*statements)}
    return {"Role": resource("IAM::Role", {"Policies": [policy], **more}, node="web")}


def _broader(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    changes = verdict(before, after).changes
    assert {each.verdict for each in changes} <= {"broader"}
    assert not any(each.fails for each in changes)
    return [each.message for each in changes]


READ = _statement("s3:GetObject", "arn:aws:s3:::a/*")


def test_a_new_action_is_told_alone() -> None:
    both = _statement(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::a/*")
    assert _broader(_role(READ), _role(both)) == ["may now s3:PutObject on arn:aws:s3:::a/*"]
    assert _broader(_role(both), _role(READ)) == []


def test_statements_may_be_written_in_another_way() -> None:
    first = _statement(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"])
    others = [
        _statement(action, f"arn:aws:s3:::{name}/*")
        for action in ("S3:getobject", "s3:PutObject")
        for name in "ab"
    ]
    assert _broader(_role(first), _role(*others)) == []
    assert _broader(_role(*others), _role(first)) == []


def test_a_wildcard_covers_what_it_matches_and_not_the_other_way_round() -> None:
    wide = _statement("s3:Get*", "*")
    assert _broader(_role(wide), _role(READ)) == []
    assert _broader(_role(READ), _role(wide)) == ["may now s3:Get* on everything"]


def test_a_condition_that_goes_is_broader_and_one_that_comes_is_not() -> None:
    via = {"Condition": {"StringEquals": {"kms:ViaService": ["a", "b"]}}}
    free, bound = _statement("kms:Decrypt", "k"), _statement("kms:Decrypt", "k", **via)
    narrower = _statement("kms:Decrypt", "k", Condition={"StringEquals": {"kms:ViaService": "a"}})
    assert _broader(_role(bound), _role(free)) == ["may now kms:Decrypt on k"]
    assert _broader(_role(free), _role(bound)) == []
    assert _broader(_role(bound), _role(narrower)) == []
    (told,) = _broader(_role(narrower), _role(bound))
    assert "when" in told


def test_a_refusal_that_goes_is_told() -> None:
    deny = _statement("s3:*", "*", "Deny")
    assert _broader(_role(READ, deny), _role(READ)) == ["no longer refuses s3:* on everything"]


def test_what_says_the_opposite_is_covered_by_the_same_words_only() -> None:
    but = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    assert _broader(_role(but), _role(but)) == []
    (told,) = _broader(_role(_statement("*", "*")), _role(but))
    assert "(written as NotAction)" in told


def test_policies_beside_a_role_count_as_its_own() -> None:
    def attached(*statements: Document) -> dict[str, Any]:
        held = {"PolicyDocument": _document(*statements), "Roles": [{"Ref": "Role"}]}
        return {"Role": resource("IAM::Role"), "Policy": resource("IAM::Policy", held)}

    assert _broader(attached(READ), _role(READ)) == []
    put = _statement("s3:PutObject", "*")
    assert _broader(attached(READ), attached(READ, put)) == ["may now s3:PutObject on everything"]


def test_a_policy_of_aws_is_one_thing_that_may_be_done() -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    (told,) = _broader(_role(READ), _role(READ, ManagedPolicyArns=[arn]))
    assert told == f"may now all of {arn} on everything"


def test_a_bucket_policy_that_lets_anybody_in_is_told() -> None:
    def policy(*statements: Document) -> dict[str, Any]:
        held = {"Bucket": {"Ref": "Files"}, "PolicyDocument": _document(*statements)}
        return {"Files": resource("S3::Bucket"), "Policy": resource("S3::BucketPolicy", held)}

    tls = _statement("s3:*", "a", "Deny", Principal="*")
    anybody = _statement("s3:GetObject", "a/*", Principal={"AWS": "*"})
    assert _broader(policy(tls), policy(tls, anybody)) == [
        "now lets anybody do s3:GetObject on a/*"
    ]
    gone = {"Files": resource("S3::Bucket")}
    assert _broader(policy(tls), gone) == ["no longer refuses anybody do s3:* on a"]


def test_another_account_in_a_trust_is_told() -> None:
    def trust(*principals: str) -> dict[str, Any]:
        said = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [*principals]}}
        return {"Role": resource("IAM::Role", {"AssumeRolePolicyDocument": _document(said)})}

    (told,) = _broader(trust("one"), trust("one", "two"))
    assert told == "now lets two do sts:AssumeRole on everything"


def test_a_function_that_more_may_invoke_is_told() -> None:
    def permission(**source: str) -> dict[str, Any]:
        held = {"Action": "lambda:InvokeFunction", "FunctionName": "f", "Principal": "s3", **source}
        return {"Permission": resource("Lambda::Permission", held)}

    assert len(_broader(permission(SourceAccount="1"), permission())) == 1
    assert _broader(permission(), permission(SourceAccount="1")) == []


def test_an_endpoint_without_a_policy_lets_everything_through() -> None:
    bound = {"PolicyDocument": _document(_statement("s3:*", "a", Principal="*"))}
    before = {"Endpoint": resource("EC2::VPCEndpoint", bound)}
    after = {"Endpoint": resource("EC2::VPCEndpoint")}
    assert _broader(before, after) == ["now lets anybody do everything on everything"]


def test_a_policy_that_is_nonsense_is_no_crash() -> None:
    odd: list[Any] = ["{", 7, None, {"Statement": 3}, {"Statement": [{"Principal": 5}]}]
    for each in odd:
        held = {"Bucket": "b", "PolicyDocument": each}
        verdict({"P": resource("S3::BucketPolicy", {})}, {"P": resource("S3::BucketPolicy", held)})
