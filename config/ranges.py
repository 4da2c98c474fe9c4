"""Published address ranges of outside services that come to us; a file takes them by name."""

from __future__ import annotations

from typing import Any

# https://www.cloudflare.com/ips/; its 2a06:98c0::/29 stands here as the eight /32 it holds, because
# S3 calls a policy with anything broader public.
CLOUDFLARE = (
    "173.245.48.0/20",
    "103.21.244.0/22",
    "103.22.200.0/22",
    "103.31.4.0/22",
    "141.101.64.0/18",
    "108.162.192.0/18",
    "190.93.240.0/20",
    "188.114.96.0/20",
    "197.234.240.0/22",
    "198.41.128.0/17",
    "162.158.0.0/15",
    "104.16.0.0/13",
    "104.24.0.0/14",
    "172.64.0.0/13",
    "131.0.72.0/22",
    "2400:cb00::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2405:b500::/32",
    "2405:8100::/32",
    *(f"2a06:98c{number}::/32" for number in range(8)),
    "2c0f:f248::/32",
)
KNOWN = {"cloudflare": CLOUDFLARE}


def expanded(value: Any) -> Any:
    """The ranges that a known name stands for; anything else as it is."""
    if not isinstance(value, str):
        return tuple(value) if isinstance(value, list) else value
    if value not in KNOWN:
        raise ValueError(f"a list of address ranges, or one of {', '.join(KNOWN)}")
    return KNOWN[value]
