"""Guard's rules in the engine of cloudformation-validate, and what that says of a document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.tools.guard_rules import GuardRule


class ValidationFailedError(Exception):
    """The engine could not parse or evaluate a rule, or not read a document; it says which."""


class GuardEngine:
    """Rules that are parsed once and held against any number of documents.

    ImportError or RuntimeError on a platform that has no native library.
    """

    def __init__(self, rules: Sequence[GuardRule]) -> None:
        # Late: it takes its time, and most that import us never judge.
        import cloudformation_validate as cv  # noqa: PLC0415

        self._cv = cv
        # In a diagnostic's category it names a rule's source, in letters and underscores.
        self._ids = {"guard:" + re.sub(r"\W", "_", rule.id): rule.id for rule in rules}
        self._config = cv.ValidateConfig(
            disable_builtin_rules=True, detail_level=cv.DetailLevel.STANDARD
        )
        sources = [cv.ExternalRuleSource(name=f"{r.id}.guard", content=r.text) for r in rules]
        try:
            self._engine = cv.CelEngine(cv.EngineConfig(guard_rules=sources))
        except cv.ValidationError as error:
            raise ValidationFailedError(_said(error)) from None

    def said(self, document: str) -> dict[str, dict[str, str]]:
        """By rule, the outermost property to blame by resource; by "" where it names none."""
        try:
            content = self._cv.TemplateContent(document)
            report = self._engine.validate_template(content, self._config)
        except self._cv.ValidationError as error:
            raise ValidationFailedError(_said(error)) from None
        if report.status is not self._cv.ReportStatus.OK:
            why = "; ".join(each.message for each in report.diagnostics)
            raise ValidationFailedError(why or report.status.name)
        found: dict[str, dict[str, str]] = {}
        for each in report.diagnostics:
            paths = found.setdefault(self._ids[each.category], {})
            name = each.entity.logical_id if each.entity else ""
            path = (each.property_path or "").removesuffix("Properties")
            paths[name] = min(paths.get(name, path), path)
        return found


def _said(error: Exception) -> str:
    """What the engine says, without the name of the field that it says it in."""
    return str(getattr(error, "msg", error))
