"""Mistakes in the balancer: routes, priorities, certificates."""

from __future__ import annotations

from functools import partial

from tests.config import files
from tests.config.files import FARGATE, section

bad = partial(files.bad, of=FARGATE)
BALANCER = section("balancer", of=FARGATE)
CERTIFICATE = '{domain: example.com, also: ["*.example.com"], zone: Z0123456789ABC}'
STATUS = "{host: example.com, path: /status, priority: 7}"
ARN = "arn:aws:acm:{}:certificate/11111111-2222-3333-4444-555555555555"
HERE = ARN.format("us-east-1:111111111111")
ADMIN = '{host: "*.example.com", path: /admin/*}'

ROUTES = {
    "routes without a balancer": bad(
        (BALANCER, ""),
        path="balancer",
        says="is required, because services have `routes`: `balancer: {certificate: …}`",
        at="environment: prod",
    ),
    "routes without health": bad(
        ('    health: {path: /health, codes: "200-299"}\n', ""),
        path="services.web.health",
        says="a public service needs `health: {path: …}`",
        at="  web:",
    ),
    "one route twice in a service": bad(
        (STATUS, "{host: example.com, priority: 7}"),
        path="services.web.routes.1",
        says="web has this route already",
    ),
    "one route in two services": bad(
        (STATUS, ADMIN.replace('"', "'")),
        path="services.admin.routes.0",
        says="web has this route already",
        at=ADMIN,
    ),
    "one priority twice": bad(
        (ADMIN, '{host: "*.example.com", path: /admin/*, priority: 7}'),
        path="services.admin.routes.0",
        says="has the same priority as another route of web, 7: say another `priority:`",
    ),
    "one priority twice in a service": bad(
        (STATUS, f"{STATUS}\n      - {{path: /else, priority: 7}}"),
        path="services.web.routes.2",
        says="has the same priority as another route of web, 7",
        at="path: /else",
    ),
    "a host with a scheme": bad(
        (STATUS, "{host: https://example.com}"),
        path="services.web.routes.1.host",
        says="must be a host name such as api.example.com or *.example.com",
    ),
    "a host that is a top-level domain": bad(
        (STATUS, "{host: '*.com'}"), path="services.web.routes.1.host", says="found '*.com', must"
    ),
    "a path without its slash": bad(
        (STATUS, "{path: status}"),
        path="services.web.routes.1.path",
        says="found 'status', must be a path such as /api/* or /api/orders",
    ),
    "a path with half a segment": bad(
        (STATUS, "{path: /api*}"), path="services.web.routes.1.path", says="must be a path such as"
    ),
    "a path with a query": bad(
        (STATUS, '{path: "/a?b"}'), path="services.web.routes.1.path", says="must be a path such as"
    ),
    "a path that is too long": bad(
        (STATUS, f"{{path: /{'a' * 100}}}"),
        path="services.web.routes.1.path",
        says="must be text of at most 100 characters",
        at="aaaa",
    ),
    "a priority of nothing": bad(
        ("priority: 7", "priority: 0"),
        path="services.web.routes.1.priority",
        says="found 0, must be greater than or equal to 1",
    ),
    "a priority beyond all": bad(
        ("priority: 7", "priority: 50001"),
        path="services.web.routes.1.priority",
        says="less than or equal to 50000",
    ),
    "a route that is a path": bad(
        (STATUS, "/status"),
        path="services.web.routes.1",
        says="found '/status', must be a mapping with the keys host, path, priority",
        at="      - /status",
    ),
}
CERTIFICATES = {
    "a host that no certificate covers": bad(
        (STATUS, "{host: example.org}"),
        path="services.web.routes.1.host",
        says="the certificate is for example.com, *.example.com only: add it to `also`",
    ),
    "a host too deep for a wildcard": bad(
        (STATUS, "{host: a.b.example.com}"),
        path="services.web.routes.1.host",
        says="the certificate is for example.com, *.example.com only",
    ),
    "all hosts with a certificate for one": bad(
        (', also: ["*.example.com"]', ""),
        path="services.admin.routes.0.host",
        says="the certificate is for example.com only",
        at=ADMIN,
    ),
    "a certificate of another region": bad(
        (CERTIFICATE, ARN.format("eu-west-1:111111111111")),
        path="balancer.certificate",
        says=(
            "is of account 111111111111 in eu-west-1: the balancer needs one of 111111111111 in"
            " us-east-1"
        ),
    ),
    "a certificate of another account": bad(
        (CERTIFICATE, ARN.format("us-east-1:222222222222")),
        path="balancer.certificate",
        says="is of account 222222222222 in us-east-1",
    ),
    "a certificate that is none": bad(
        (CERTIFICATE, "example.com"),
        path="balancer.certificate",
        says=("must be the ARN of a certificate", "or a mapping with the keys also, domain, zone"),
        at="  certificate: example.com",
    ),
    "no certificate": bad(
        (f"  certificate: {CERTIFICATE}\n", ""),
        path="balancer.certificate",
        says="is required",
        at="balancer:",
    ),
    "a certificate without a zone": bad(
        (", zone: Z0123456789ABC", ""),
        path="balancer.certificate.zone",
        says="is required",
        at="  certificate:",
    ),
    "a zone by its name": bad(
        ("zone: Z0123456789ABC", "zone: example.com"),
        path="balancer.certificate.zone",
        says="found 'example.com', must be a hosted zone's id such as Z0123456789ABC",
    ),
    "a further name that is no list": bad(
        ('["*.example.com"]', '"*.example.com"'),
        path="balancer.certificate.also",
        says="must be a list",
        at="  certificate:",
    ),
}
ITSELF = {
    "a balancer's name with an underscore": bad(
        ("demo-balancer", "demo_balancer"),
        path="balancer.name",
        says="found 'demo_balancer', must be at most 32 letters, digits and hyphens",
    ),
    "a balancer that is too patient": bad(
        ("idle_seconds: 120", "idle_seconds: 4001"),
        path="balancer.idle_seconds",
        says="less than or equal to 4000",
    ),
    "unknown in the balancer": bad(
        ("idle_seconds", "idle_second"),
        path="balancer.idle_second",
        says="did you mean 'idle_seconds'?; allowed: certificate, idle_seconds, name",
    ),
    "a balancer that nobody needs": files.bad(
        ("images:\n", f"balancer: {{certificate: {HERE}}}\nimages:\n"),
        path="balancer",
        says="no service has `routes`: remove it, or give a service some",
    ),
}
CASES = {
    f"{name} (balancer)": case
    for table in (ROUTES, CERTIFICATES, ITSELF)
    for name, case in table.items()
}
