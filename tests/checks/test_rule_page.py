"""The page says what the code checks."""

from pathlib import Path

from checks.rules import MODULES, RULES
from reports.rule_page import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"


def test_the_page_is_what_the_code_makes_of_it() -> None:
    assert PAGE.read_text() == "\n".join(page()) + "\n", "run `make rules`"


def test_every_rule_is_on_the_page() -> None:
    headings = {line.removeprefix("### ") for line in page() if line.startswith("### ")}
    assert set(RULES) <= headings
    assert len({module.__name__ for module in MODULES}) == len(MODULES)
