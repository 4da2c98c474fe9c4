"""The environment of all that a rehearsal starts: no way out of here, no real account."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Nothing listens there: a call that misses the emulator fails, instead of reaching AWS.
NOWHERE = "http://127.0.0.1:9"
BESIDE = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")


def isolated(folder: Path, *, endpoint: str, region: str) -> dict[str, str]:
    """Variables for a process: those of this shell that name credentials or a profile are left out.

    `folder` becomes its home, so that neither ~/.aws nor the CDK CLI's cache of accounts is read or
    written.
    """
    home, temporary = folder / "home", folder / "tmp"
    for each in (home, temporary):
        each.mkdir(parents=True, exist_ok=True)
    here = [str(ROOT / ".venv" / "bin"), str(ROOT / "node_modules" / ".bin")]
    return {
        **{name: os.environ[name] for name in BESIDE if name in os.environ},
        "PATH": os.pathsep.join([*here, os.environ.get("PATH", os.defpath)]),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "CDK_HOME": str(home / ".cdk"),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "rehearsal",
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(home / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
        "HTTP_PROXY": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CI": "true",
    }
