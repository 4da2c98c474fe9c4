"""cfn-lint over files, in a process of its own that reads what to lint and writes what it says.

Its command tells what is wrong, but not which rules there are to be held against.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner


def run(config: str | None, regions: dict[str, list[str]]) -> dict[str, Any]:
    """The matches in all files, which are given by region, and every rule that is switched on."""
    matches, rules = [], {}
    for region, files in regions.items():
        chosen = ["--config-file", config] if config else []
        settings = ConfigMixIn([*chosen, "--regions", region, "--", *files])
        runner = Runner(settings)
        for rule in runner.rules.values():
            if runner.rules.is_rule_enabled(rule, settings):
                rules[rule.id] = rule.shortdesc
        matches += [
            {
                "rule": match.rule.id,
                "severity": match.rule.severity,
                "title": match.rule.shortdesc,
                "file": match.filename,
                "path": [str(each) for each in getattr(match, "path", None) or ()],
                "message": match.message,
                "remedy": match.rule.description,
            }
            for match in runner.run()
        ]
    return {"matches": matches, "rules": rules}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(**json.load(sys.stdin))))
