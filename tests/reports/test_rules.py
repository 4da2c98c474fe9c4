"""What is read out of cdk-nag's own source: names, subjects, controls."""

from __future__ import annotations

import pytest

from config.compliance import AWS_SOLUTIONS, NAG, NAMES, NUMBERED, PACKS_WITH
from reports.controls import by_subject, of_packs, split
from reports.rules import rules_of

RULES = {AWS_SOLUTIONS: 131, "HIPAA.Security": 90, "NIST.800.53.R5": 85, "PCI.DSS.321": 69}
SUBJECTS = {pack: {rule.subject: rule.rule for rule in rules_of(pack).values()} for pack in NAG}


@pytest.mark.parametrize(("pack", "count"), RULES.items())
def test_every_rule_of_a_pack_is_found(pack: str, count: int) -> None:
    assert len(rules_of(pack)) == len({rule.rule for rule in rules_of(pack).values()}) == count


def test_what_aws_solutions_numbers_has_the_name_that_we_give_it() -> None:
    numbers = {rule: subject for subject, rule in SUBJECTS[AWS_SOLUTIONS].items()}
    assert {short: numbers[f"{AWS_SOLUTIONS}-{short}"] for short in NAMES} == NAMES


@pytest.mark.parametrize("subject", PACKS_WITH)
def test_a_subject_is_accepted_in_all_packs_that_have_it(subject: str) -> None:
    packs = [p for p in NAG if p != AWS_SOLUTIONS and subject in SUBJECTS[p]]
    assert list(PACKS_WITH[subject]) == packs
    assert [SUBJECTS[pack][subject] for pack in packs] == [f"{pack}-{subject}" for pack in packs]
    assert not NUMBERED.fullmatch(subject)
    known = SUBJECTS[AWS_SOLUTIONS].get(subject)
    assert known is None or known.removeprefix(f"{AWS_SOLUTIONS}-") in NAMES


def test_controls_are_of_subjects_that_there_are() -> None:
    assert set(by_subject()) <= {subject for found in SUBJECTS.values() for subject in found}
    for subject, controls in by_subject().items():
        assert controls.fsbp or controls.soc2, subject


def test_rules_of_one_subject_speak_to_the_same_controls() -> None:
    controls = of_packs(NAG)
    assert controls["AwsSolutions-RDS3"].fsbp == ("RDS.5",)
    assert controls["HIPAA.Security-RDSMultiAZSupport"] == controls["AwsSolutions-RDS3"]
    assert controls["AwsSolutions-VPC3"].fsbp == ()


@pytest.mark.parametrize(
    ("title", "words", "ids"),
    [
        ("It is open - (Control ID: 3.4).", "It is open", ("3.4",)),
        (
            "It is open - (Control IDs: 164.312(a)(2)(iv), AC-3(7), AC-3(7), AU-2b).",
            "It is open",
            ("164.312(a)(2)(iv)", "AC-3(7)", "AU-2b"),
        ),
        ("It (the group) is open.", "It (the group) is open.", ()),
    ],
)
def test_a_title_names_controls_at_its_end(title: str, words: str, ids: tuple[str, ...]) -> None:
    assert split(title) == (words, ids)
