"""What stands for an outside mail server: it keeps every mail and sends none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.compose.local import MAIL_PAGE_PORT, MAILPIT
from reports.compose.part import Part

if TYPE_CHECKING:
    from reports.compose.ports import HostPorts


def catcher(name: str, port: int, ports: HostPorts) -> Part:
    """A mail server on the same port that lets in whoever has any password."""
    return Part(
        name=name,
        body={
            "image": MAILPIT,
            "environment": {
                "MP_SMTP_AUTH_ACCEPT_ANY": "true",
                "MP_SMTP_AUTH_ALLOW_INSECURE": "true",
                "MP_SMTP_BIND_ADDR": f"0.0.0.0:{port}",
            },
            "ports": ports.publish(name, MAIL_PAGE_PORT),
            "healthcheck": {
                "test": ["CMD", "/mailpit", "readyz"],
                "interval": "2s",
                "timeout": "5s",
                "retries": 15,
            },
        },
        notes=(
            "Catches every mail and sends none; the port below is the page that shows them.",
            "It takes any login and speaks no TLS: a client that insists on STARTTLS fails.",
        ),
    )
