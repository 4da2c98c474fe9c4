"""Mistakes of place: what production needs, regions, the way out, zones, tiers."""

from __future__ import annotations

from functools import partial

from tests.config import files
from tests.config.files import FARGATE

bad = partial(files.bad, of=FARGATE)
NAT = "nat: {kind: single, reason: Everything can wait for a new gateway}"
ONE = "scale: {min: {min: 1, reason: Nobody waits for it}, max: 1}"
WORKER_IN_ONE_ZONE = """\
environment: prod
account: "111111111111"
region: us-east-1
network: {cidr: 10.0.0.0/16, nat: none, zones: {us-east-1a: use1-az6}}
images: {app: {repository: app}}
services: {worker: {kind: fargate, image: app}}
channels: {warning: {email: [team@example.com]}}
"""

CASES = {
    "one gateway for production": bad(
        (NAT, "nat: single"),
        path="network.nat",
        says=("with `single` all zones lose their way out with one", "{kind: single, reason: …}"),
    ),
    "one instance for production": bad(
        (NAT, "nat: instance"),
        path="network.nat",
        says="with `instance` all zones lose their way out with one: choose per-zone or regional",
    ),
    "one gateway without a reason": bad(
        (NAT, "nat: {kind: single}"), path="network.nat.reason", says="is required"
    ),
    "one gateway for one word": bad(
        (NAT, "nat: {kind: single, reason: cheap}"),
        path="network.nat.reason",
        says="must be a sentence",
    ),
    "gateways per zone with a reason": bad(
        (NAT, "nat: {kind: per-zone, reason: It is better so}"),
        path="network.nat.kind",
        says="found 'per-zone', must be one of single, instance",
    ),
    "one public task in production": bad(
        (ONE, "scale: {min: 1, max: 1}"),
        path="services.admin.scale.min",
        says="one task is lost with its zone: take two, or say `min: {min: 1, reason: …}`",
    ),
    "one public task without a reason": bad(
        (ONE, "scale: {min: {min: 1}, max: 1}"),
        path="services.admin.scale.min.reason",
        says="is required",
    ),
    "two public tasks with a reason": bad(
        (ONE, "scale: {min: {min: 2, reason: Nobody waits for it}, max: 2}"),
        path="services.admin.scale.min.min",
        says="found 2, must be 1",
    ),
    "one zone for production": files.bad(
        ("zones: {us-east-1a: use1-az6}", "zones: {us-east-1a: use1-az6}"),
        path="network.zones",
        says="one zone only: a production system needs two or more",
        at="network:",
        of=WORKER_IN_ONE_ZONE,
    ),
    "a region outside the regions": bad(
        ("regions: [us-east-1]", "regions: [eu-west-1, eu-central-1]"),
        path="region",
        says="data may live in eu-central-1, eu-west-1 only (`regions:`)",
        at="region: us-east-1",
    ),
    "a region that is a country": bad(
        ("regions: [us-east-1]", "regions: [Ireland]"),
        path="regions.0",
        says="found 'Ireland', must be a region such as us-east-1",
    ),
    "tiers that leave the balancer out": bad(
        (NAT, "nat: per-zone\n  tiers: {isolated: [10.0.0.0/24, 10.0.1.0/24]}"),
        path="network.tiers",
        says="with `nat: per-zone` and a balancer the tiers are isolated, private, public",
        at="  tiers:",
    ),
    "a network's name with a space": bad(
        ("name: demo-vpc", "name: demo vpc"),
        path="network.name",
        says="found 'demo vpc', must be letters, digits, . _ -",
    ),
    "a way out that nobody uses": files.bad(
        ("nat: none", "nat: per-zone"),
        ("      errors: {env: ERRORS_DSN, unreachable: Errors are dropped without NAT}\n", ""),
        ("  errors: {hosts: [errors.example.com], secret: webhook}\n", ""),
        path="network.nat",
        says=("costs money and nobody may use it", "or choose none"),
    ),
    "an external that nobody uses": files.bad(
        ("      errors: {env: ERRORS_DSN, unreachable: Errors are dropped without NAT}\n", ""),
        path="externals.errors",
        says="nobody uses it: link to it by `uses`, or remove it",
        at="  errors: {hosts:",
    ),
}
