"""The page of our own rules, out of the code: `python -m reports.rule_page > docs/rules.md`.

A test compares the page with what this prints, so it says what the program checks.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING

from checks.graph.rules import PROOF_RULES
from checks.rules import MODULES, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.graph.rules import ProofRule
    from checks.rules import Rule

INTRODUCTION = """# Rules

What `make synth` and `python -m checks` hold against templates, beside cdk-nag, CDK, AWS Control
Tower, cfn-lint, checkov and parliament; made by `python -m reports.rule_page` out of `checks/`.

The proof needs a file of `systems/`. All other rules read templates alone, anybody's too. Those
marked *production* don't apply to a file with `production: false`. To accept a finding, say so in
the file, with `until: <date>` where that ends:

```yaml
accepted: [{rule: <name>, node: <node>, reason: <a sentence>}]
```

## The proof
"""


def page() -> Iterator[str]:
    """The lines of the page."""
    yield from INTRODUCTION.splitlines()
    for name, rule in PROOF_RULES.items():
        yield from _proof_rule(name, rule)
    for module in MODULES:
        found = [r for r in RULES.values() if inspect.getmodule(r.judge) is module]
        title = (module.__doc__ or "").splitlines()[0].removesuffix(".")
        yield from ("", f"## {title}")
        for each in found:
            yield from _rule(each)


def _proof_rule(name: str, rule: ProofRule) -> Iterator[str]:
    yield from ("", f"### {name}", "", _sentences(rule))


def _rule(rule: Rule) -> Iterator[str]:
    marks = ["production"] if rule.production else []
    marks += ["warning"] if rule.severity == "warning" else []
    marked = f" *{', '.join(marks)}*" if marks else ""
    kinds = ", ".join(each.removeprefix("AWS::") for each in rule.kinds)
    yield from ("", f"### {rule.name}", "", _sentences(rule, marked), "", f"Reads {kinds}.")


def _sentences(rule: Rule | ProofRule, marked: str = "") -> str:
    title = f"{rule.title[:1].upper()}{rule.title[1:]}."
    return f"{title}{marked} Otherwise: {rule.why}. [Source]({rule.source})"


if __name__ == "__main__":
    sys.stdout.write("\n".join(page()) + "\n")
