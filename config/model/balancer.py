"""The application load balancer that all routes of an environment share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.model.base import Part, fitting
from config.model.fargate import RouteHost

CertificateArn = Annotated[
    str,
    fitting(
        r"^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+$",
        "the ARN of a certificate of this account and region (`aws acm list-certificates`)",
    ),
]


class Certificate(Part):
    """A certificate that AWS issues and renews, proved by records in a zone of ours.

    `zone` is the id of a public hosted zone in Route 53 that holds the domain; `also` are
    further names.
    """

    domain: RouteHost
    also: tuple[RouteHost, ...] = ()
    zone: Annotated[str, fitting(r"^Z[A-Z0-9]{4,31}$", "a hosted zone's id such as Z0123456789ABC")]


class Balancer(Part):
    """HTTPS on 443 with TLS 1.2 or newer; 80 only redirects. Idle time in seconds.

    `certificate` is the ARN of one that exists, for zones that are elsewhere (Cloudflare), or
    says how to make one.
    """

    name: (
        Annotated[
            str,
            fitting(
                r"^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$",
                "at most 32 letters, digits and hyphens",
            ),
        ]
        | None
    ) = None
    certificate: CertificateArn | Certificate
    idle_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
