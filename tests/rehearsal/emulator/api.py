"""Clients for the emulator's own services, for handlers that run on its worker threads."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import boto3
from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import stacks

_on_worker = stacks._runs_on_worker_thread
_types: set[str] = set()


def client(service: str) -> Any:
    """A client in the account and region of the stack that is being worked on."""
    return _client(service, get_account_id(), get_region())


@cache
def _client(service: str, account: str, region: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="rehearsal",
    )


def runs_on_worker(resource_type: str) -> None:
    """A type's handlers call the emulator itself, so they must not hold its event loop."""
    _types.add(resource_type)


stacks._runs_on_worker_thread = lambda each: each in _types or _on_worker(each)
