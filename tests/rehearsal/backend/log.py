"""Lines of JSON on standard output, out of which CloudWatch makes metrics."""

import json
import sys
from typing import Any


def log(**fields: Any) -> None:
    """Write one line at once."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()
