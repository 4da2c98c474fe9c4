"""Deploying straight to CloudFormation, for tests that do without the CDK CLI."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.rehearsal.assembly import Stack, file_assets

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rehearsal.server import Emulator

# Where the templates go: CloudFormation takes no more than 51,200 bytes of one directly.
TEMPLATES = "rehearsal-templates"
QUALIFIER_VERSION = ("/cdk-bootstrap/hnb659fds/version", "27")
POLL_SECONDS = 0.02
WAIT_SECONDS = 120


class FailedError(AssertionError):
    """An operation on a stack did not end as it should, with what CloudFormation says."""


class Account:
    """An account in the emulator, bootstrapped."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.client = emulator.client
        self._cloudformation = emulator.client("cloudformation")

    def bootstrap(self, folder: Path) -> None:
        """What an assembly expects to be there: the version's parameter, and its files."""
        name, version = QUALIFIER_VERSION
        self.client("ssm").put_parameter(Name=name, Value=version, Type="String", Overwrite=True)
        s3, made = self.client("s3"), {TEMPLATES}
        s3.create_bucket(Bucket=TEMPLATES)
        for (bucket, key), (path, packaging) in file_assets(folder).items():
            if bucket not in made:
                s3.create_bucket(Bucket=bucket)
                made.add(bucket)
            body = _zipped(path) if packaging == "zip" else path.read_bytes()
            s3.put_object(Bucket=bucket, Key=key, Body=body)

    def deploy(self, stack: Stack) -> str:
        """Create or update a stack; returns how that ended."""
        act = self._cloudformation.create_stack
        if self.status(stack.name) not in (None, "DELETE_COMPLETE"):
            act = self._cloudformation.update_stack
        body = json.dumps(stack.template)
        self.client("s3").put_object(Bucket=TEMPLATES, Key=stack.name, Body=body)
        try:
            act(
                StackName=stack.name,
                TemplateURL=f"{self.emulator.endpoint}/{TEMPLATES}/{stack.name}",
                Capabilities=["CAPABILITY_NAMED_IAM"],
            )
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return str(self.status(stack.name))
            raise
        if stack.protected:
            self.protect(stack.name, enable=True)
        return self.settled(stack.name)

    def deploy_all(self, stacks: tuple[Stack, ...]) -> None:
        """Deploy in order; raises FailedError at the first that fails."""
        for stack in stacks:
            status = self.deploy(stack)
            if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                raise FailedError(f"{stack.name} is {status}: {self.reasons(stack.name)}")

    def delete(self, name: str) -> str:
        """Delete a stack; returns how that ended."""
        identity = self._describe(name)["StackId"]
        self._cloudformation.delete_stack(StackName=name)
        return self.settled(identity)

    def protect(self, name: str, *, enable: bool) -> None:
        """Set or lift termination protection."""
        self._cloudformation.update_termination_protection(
            StackName=name, EnableTerminationProtection=enable
        )

    def settled(self, name: str) -> str:
        """Wait until nothing is in progress."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (status := str(self.status(name))).endswith("_IN_PROGRESS"):
            if time.monotonic() > deadline:
                raise FailedError(f"{name} is still {status} after {WAIT_SECONDS} s")
            time.sleep(POLL_SECONDS)
        return status

    def status(self, name: str) -> str | None:
        """The state of a stack, None where there is none of that name."""
        try:
            return str(self._describe(name)["StackStatus"])
        except ClientError:
            return None

    def outputs(self, name: str) -> dict[str, str]:
        """The outputs of a stack."""
        return {each["OutputKey"]: each["OutputValue"] for each in self._describe(name)["Outputs"]}

    def resources(self, name: str) -> dict[str, dict[str, Any]]:
        """The resources of a stack by logical id, as CloudFormation tells of them."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        return {
            each["LogicalResourceId"]: each
            for page in pages
            for each in page["StackResourceSummaries"]
        }

    def reasons(self, name: str) -> str:
        """What CloudFormation says about what failed."""
        events = self._cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        failed = [
            f"{each['LogicalResourceId']}: {each['ResourceStatusReason']}"
            for each in events
            if each["ResourceStatus"].endswith("_FAILED") and each.get("ResourceStatusReason")
        ]
        return "; ".join(failed) or "no reason given"

    def _describe(self, name: str) -> dict[str, Any]:
        (found,) = self._cloudformation.describe_stacks(StackName=name)["Stacks"]
        stack: dict[str, Any] = found
        return stack


def _zipped(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return out.getvalue()
