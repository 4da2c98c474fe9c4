"""The reference in docs/grammar.md is what the program reads."""

from __future__ import annotations

import re
from pathlib import Path

from reports.grammar import page
from tests.config.files import FARGATE, GOOD

PAGE = Path(__file__).resolve().parents[2] / "docs" / "grammar.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == "\n".join(page()) + "\n", "run `make grammar`"


def test_every_key_of_the_good_files_is_on_the_page() -> None:
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text(), re.MULTILINE))
    keys = set(re.findall(r"^    ([a-z_]+):", GOOD + FARGATE, re.MULTILINE))
    nodes = set(re.findall(r"^  ([a-z-]+):", GOOD + FARGATE, re.MULTILINE))
    assert keys - nodes - listed - {"like"} == set()


def test_links_on_the_page_lead_to_sections() -> None:
    text = PAGE.read_text()
    sections = {title.lower() for title in re.findall(r"^## (\w+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\(#(\w+)\)", text)) <= sections
