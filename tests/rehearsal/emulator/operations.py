"""Every operation on a resource: checked, done once, written down; resumed after the emulator died.

CloudFormation goes on where nobody watches. So does this: what runs is written to the state after
each resource, and an emulator that is started again with that state carries the stacks on.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ministack.services.cloudformation import changesets, handlers, stacks

from tests.rehearsal.emulator import pins, schemas
from tests.rehearsal.emulator.ledger import RECORDED, Ledger, kind_of
from tests.rehearsal.emulator.live import Live
from tests.rehearsal.emulator.trips import Trips

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rehearsal.emulator.settings import Settings

Result = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Target:
    """The resource of a template that an operation is about."""

    type: str
    stack: str | None
    logical: str | None


class Operations:
    """What is being done to the stacks, and all that is there because of it."""

    def __init__(self, settings: Settings, *, saved: Callable[[], None]) -> None:
        self._settings, self._save = settings, saved
        self._ledger = Ledger(settings.ledger)
        self._trips = Trips(settings.ledger.parent)
        self.live = Live()
        # By stack: the arguments of what runs, and what it has done of it.
        self.running: dict[str, dict[str, Any]] = {}
        self._provision, self._update = stacks._provision_resource, stacks._update_resource
        self._delete = stacks._delete_resource
        self._deploy, self._remove = stacks._deploy_stack_async, stacks._delete_stack_async

    def install(self) -> None:
        """Put this between CloudFormation's engine and its handlers of resource types."""
        stacks._provision_resource = self.provision
        stacks._update_resource = self.update
        stacks._delete_resource = self.delete
        for module in (handlers, changesets):
            for name, own in {
                "_deploy_stack_async": self.deploy_stack,
                "_delete_stack_async": self.delete_stack,
            }.items():
                if hasattr(module, name):
                    setattr(module, name, own)

    def forget(self) -> None:
        """There is nothing, as in a new account."""
        self.live.resources.clear()
        self.running.clear()

    def provision(
        self, resource_type: str, logical_id: str, props: dict[str, Any], stack: str
    ) -> Result:
        """Create a resource, unless this operation has created it before the emulator died."""

        target = Target(resource_type, stack, logical_id)

        def create() -> Result:
            self._check(target, props)
            return self._provision(resource_type, logical_id, props, stack)

        return self._once("create", target, props, create)

    def update(  # noqa: PLR0917  (as the engine calls it)
        self,
        resource_type: str,
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack: str,
        logical_id: str | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> Result:
        """Update a resource where anything of it changes."""
        logical_id = logical_id or physical_id
        if refused := self.running.get(stack, {}).pop("refused", None):
            raise ValueError(refused)
        if old == new:
            return physical_id, attributes or {}

        target = Target(resource_type, stack, logical_id)

        def change() -> Result:
            self._check(target, new)
            after, found = self._update(
                resource_type, physical_id, old, new, stack, logical_id, attributes
            )
            # Not every handler repeats what has not changed.
            return after, {**(attributes or {}), **found} if after == physical_id else found

        return self._once("update", target, new, change)

    def delete(
        self,
        resource_type: str,
        physical_id: str,
        props: dict[str, Any],
        stack: str | None = None,
        logical_id: str | None = None,
    ) -> None:
        """Delete a resource, where AWS would let it go."""
        if refusal := pins.refusal(self.live, resource_type, physical_id):
            raise ValueError(refusal)
        begun = time.monotonic()
        self._delete(resource_type, physical_id, props, stack, logical_id)
        self.live.remove(resource_type, physical_id)
        self.running.get(stack or "", {}).get("done", {}).pop(logical_id, None)
        self._written("delete", Target(resource_type, stack, logical_id), physical_id, begun)

    async def deploy_stack(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Create or update a stack; what it takes is kept until it has ended."""
        kept = self.running.setdefault(
            name, {"action": "deploy", "args": list(args), "kwargs": kwargs, "done": {}}
        )
        if refused := pins.exports_in_use(name, args, kwargs):
            kept["refused"] = refused
        self._save()
        await self._deploy(name, *args, **kwargs)
        self._ended(name)

    async def delete_stack(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Delete a stack; what it takes is kept until it has ended."""
        self.running.setdefault(
            name,
            {
                "action": "delete",
                "args": [args[0]],
                "kwargs": {"retain_resources": list(args[1]) if args[1:] else [], **kwargs},
                "done": {},
            },
        )
        self._save()
        await self._remove(name, *args, **kwargs)
        self._ended(name)

    def resume(self) -> None:
        """Carry on what ran when the emulator died."""
        for name, kept in list(self.running.items()):
            self._complete_ledger(name, kept["done"])
            act = self.deploy_stack if kept["action"] == "deploy" else self.delete_stack
            self._ledger.write(action="resume", stack=name)
            asyncio.get_running_loop().create_task(act(name, *kept["args"], **kept["kwargs"]))

    def _complete_ledger(self, stack: str, done: dict[str, dict[str, Any]]) -> None:
        """Write what was done and kept, but not yet written down, when the emulator died."""
        written = self._ledger.read()
        for logical, each in done.items():
            entry = {
                "action": each["action"],
                "stack": stack,
                "logical": logical,
                "type": each["type"],
                "kind": kind_of(each["type"]),
                "physical": each["physical"],
            }
            if not any(entry.items() <= line.items() for line in written):
                self._ledger.write(**entry, seconds=0.0)

    def _ended(self, stack: str) -> None:
        self.running.pop(stack, None)
        self._save()

    def _check(self, target: Target, props: dict[str, Any]) -> None:
        if reason := self._trips.of(f"{target.stack}/{target.logical}"):
            raise ValueError(reason)
        schemas.check(self._settings.schemas, target.type, _own(props))

    def _once(
        self, action: str, target: Target, props: dict[str, Any], act: Callable[[], Result]
    ) -> Result:
        done = self.running.get(target.stack or "", {}).get("done", {})
        # Only the very same: a rollback updates what this operation has updated already.
        kept = done.get(target.logical)
        if kept and kept["action"] == action and kept["properties"] == props:
            return kept["physical"], dict(kept["attributes"])
        begun = time.monotonic()
        physical_id, attributes = act()
        done[target.logical] = {
            "action": action,
            "type": target.type,
            "physical": physical_id,
            "attributes": attributes,
            "properties": props,
        }
        self.live.put(physical_id, target.type, str(target.stack), str(target.logical), props)
        recorded = {"properties": props} if kind_of(target.type) == RECORDED else {}
        self._written(action, target, physical_id, begun, **recorded)
        return physical_id, attributes

    def _written(
        self, action: str, target: Target, physical_id: str, begun: float, **more: Any
    ) -> None:
        self._save()
        self._ledger.write(
            action=action,
            stack=target.stack,
            logical=target.logical,
            type=target.type,
            kind=kind_of(target.type),
            physical=physical_id,
            seconds=round(time.monotonic() - begun, 3),
            **more,
        )


def _own(props: dict[str, Any]) -> dict[str, Any]:
    """The properties without the tags that CloudFormation itself adds to them."""
    found = dict(props)
    for name, value in props.items():
        if isinstance(value, list) and any(_is_added(each) for each in value):
            found[name] = [each for each in value if not _is_added(each)]
            if not found[name]:
                del found[name]
        elif isinstance(value, dict) and any(key.startswith("aws:cloudf") for key in value):
            found[name] = {k: v for k, v in value.items() if not k.startswith("aws:cloudf")}
            if not found[name]:
                del found[name]
    return found


def _is_added(tag: Any) -> bool:
    return isinstance(tag, dict) and str(tag.get("Key", "")).startswith("aws:cloudformation:")
