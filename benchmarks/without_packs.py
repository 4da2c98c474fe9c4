"""The app as it is, but for cdk-nag: what the benchmark compares with the bare floor."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

gc.disable()
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import app

if __name__ == "__main__":
    sys.exit(app.main(sys.argv[1:], packs=list))
