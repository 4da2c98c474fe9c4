"""A stack that grows too large is refused with what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.growth import system_file
from reports.sizes import MOST_RESOURCES, too_large
from tests.app.commands import run

SCRIPT = """
import sys
from functools import partial
from pathlib import Path
import app
app.load_environment = partial(app.load_environment, root=Path(sys.argv[1]) / "systems")
chosen = ["-c", "system=grown", "-c", f"environment={sys.argv[2]}", "-o", f"{sys.argv[1]}/out"]
sys.exit(app.main(chosen, packs=list))
"""


def synthesized(home: Path, text: str, size: int) -> subprocess.CompletedProcess[str]:
    folder = home / "systems" / "grown"
    folder.mkdir(parents=True)
    (folder / f"n{size}.yaml").write_text(text)
    own = Path.home()
    script = (sys.executable, "-c", SCRIPT, str(home), f"n{size}")
    return run(*script, home=own, CDK_VALIDATION="false")


@pytest.mark.parametrize("grouped", [True, False])
def test_many_services_fit_in_groups_and_in_no_single_stack(tmp_path: Path, grouped: bool) -> None:
    text = system_file(40)
    if not grouped:
        text = "\n".join(line for line in text.splitlines() if "group:" not in line)
    done = synthesized(tmp_path, text, 40)
    sizes = list(too_large(tmp_path / "out"))
    if grouped:
        assert (done.returncode, done.stderr, sizes) == (0, "", [])
    else:
        assert done.returncode == 1
        assert done.stderr.splitlines() == sizes
        assert f"more than {MOST_RESOURCES}" in sizes[0]
        assert "`group:`" in sizes[0]
