"""Images that run stay in their repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.rules.documents import json_of
from checks.rules.rule import Fault, rule
from checks.rules.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
FEWEST_IMAGES = 3
# How a file's releases are tagged.
RELEASES = "release-"


@rule(
    "durability-images",
    "ECR::Repository",
    title="what runs is never expired from its repository",
    why="a task that is replaced can't pull its image: the service shrinks until it is gone",
    source=f"{DOCS}/AmazonECR/latest/userguide/LifecyclePolicies.html",
)
def images(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Tagged images are counted, some of them apart from all others, and none by its age."""
    path = "LifecyclePolicy.LifecyclePolicyText"
    text = resource.get(path)
    if not isinstance(text, str):
        return
    policy = json_of(text)
    rules = policy.get("rules") if isinstance(policy, dict) else None
    if not isinstance(rules, list) or not all(isinstance(each, dict) for each in rules):
        if "<" not in text:
            yield Fault(message="it is no policy", remedy="write JSON with rules", property=path)
        return
    ordered = sorted(rules, key=lambda each: number(each.get("rulePriority")) or 0)
    protected: list[str] = []
    for each in ordered:
        wrong = _expires(each, protected, ours=scene.environment is not None)
        if wrong:
            yield Fault(
                message=wrong,
                remedy="count the images of releases apart, by their tags' prefix",
                property=path,
            )


@rule(
    "durability-images-end",
    "ECR::Repository",
    title="images that nobody runs end at some time",
    why="each push is kept and paid for for ever, with the holes that are found in it",
    source=f"{DOCS}/securityhub/latest/userguide/ecr-controls.html#ecr-3",
    severity="warning",
)
def images_end(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A lifecycle policy."""
    if not resource.get("LifecyclePolicy.LifecyclePolicyText"):
        yield Fault(
            message="every image is kept for ever",
            remedy="set LifecyclePolicy: count releases, and expire untagged images",
            property="LifecyclePolicy",
        )


def _expires(each: dict[str, Any], protected: list[str], *, ours: bool) -> str | None:
    """What is wrong with a rule; notes the prefixes that rules before it keep apart."""
    found = each.get("selection")
    selection: dict[str, Any] = found if isinstance(found, dict) else {}
    status, kind = selection.get("tagStatus"), selection.get("countType")
    count = number(selection.get("countNumber"))
    prefixes = selection.get("tagPrefixList") or selection.get("tagPatternList") or []
    if count is None or count < 1 or count % 1:
        return "a rule has no count that ECR takes"
    if status == "untagged":
        return None
    if kind != "imageCountMoreThan":
        return f"{status} images are expired by their age, also while they run"
    if count < FEWEST_IMAGES:
        return f"only {count:g} images stay: nobody can go back to the release before"
    apart = RELEASES in protected if ours else protected
    if status == "any" and not apart:
        return "images of releases are counted together with all others"
    protected += [str(each) for each in prefixes] if isinstance(prefixes, list) else []
    return None
