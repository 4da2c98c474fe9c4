"""Resource types of services that the emulator lacks: checked, written down, and nothing more.

What such a service makes in others, like a log group, is made.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs

from tests.rehearsal.emulator.ledger import RECORDED, register

if TYPE_CHECKING:
    from tests.rehearsal.emulator.settings import Settings


def register_all(settings: Settings) -> None:
    """Teach the emulator the types that the list allows, with what their attributes look like."""
    for resource_type, shape in settings.recorded.items():
        path = settings.schemas / f"{resource_type.replace('::', '-')}.json"
        schema = json.loads(path.read_text()) if path.exists() else {}
        fixed = [pointer.split("/")[2] for pointer in schema.get("createOnlyProperties", ())]
        register(RECORDED, resource_type, _handlers(shape, fixed))


def _handlers(shape: dict[str, Any], fixed: list[str]) -> dict[str, Any]:
    def create(logical_id: str, props: dict[str, Any], _: str) -> tuple[str, dict[str, Any]]:
        words = {
            "region": get_region(),
            "account": get_account_id(),
            "id": uuid.uuid4().hex,
            "name": props.get(shape.get("name", ""), logical_id),
            **{key: value for key, value in props.items() if isinstance(value, str)},
        }
        attributes = {
            name: text.format(**words) for name, text in shape.get("attributes", {}).items()
        }
        for group in shape.get("log_groups", ()):
            cloudwatch_logs._create_log_group({"logGroupName": group.format(**words)})
        return shape["ref"].format(**words, **attributes), attributes

    def update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], _: str, logical_id: str
    ) -> tuple[str, dict[str, Any]]:
        if any(old.get(each) != new.get(each) for each in fixed):
            return create(logical_id, new, _)
        return physical_id, {}

    return {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": lambda *_: None,
    }
