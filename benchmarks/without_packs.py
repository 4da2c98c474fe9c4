"""The app as it is, but for cdk-nag: what the benchmark compares with the bare floor."""

from __future__ import annotations

import sys
from pathlib import Path

from stackyard import launch

if __name__ == "__main__":
    launch.short_lived()
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import app

if __name__ == "__main__":
    launch.run(lambda arguments: app.main(arguments, packs=list))
