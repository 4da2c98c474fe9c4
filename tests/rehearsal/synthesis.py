"""Synthesize an environment in a process of its own, which takes CDK's memory along when it ends.

`python -m tests.rehearsal.synthesis SYSTEM ENVIRONMENT ASSEMBLY CHANGED`: the cloud assembly, and a
second one after an ordinary change of the file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.rehearsal.guard import ROOT


class SynthesisError(AssertionError):
    """The environment can't be synthesized."""


def in_own_process(system: str, environment: str, assembly: Path, changed: Path) -> None:
    """Do it. Raises SynthesisError with what was said."""
    words = [system, environment, str(assembly), str(changed)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.rehearsal.synthesis", *words],
        cwd=ROOT,
        # Templates are judged by `make check`, and deployed here.
        env={**os.environ, "CDK_VALIDATION": "false"},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SynthesisError(done.stderr or done.stdout)


def main(system: str, environment: str, assembly: str, changed: str) -> None:
    """Both assemblies, and the schemas of their resources beside them."""
    from config.load import load_environment  # noqa: PLC0415
    from tests.assemblies import synthesize  # noqa: PLC0415
    from tests.rehearsal import resource_schemas, server  # noqa: PLC0415
    from tests.rehearsal.assembly import stacks, types  # noqa: PLC0415
    from tests.rehearsal.grown import grown  # noqa: PLC0415

    found = load_environment(system, environment)
    synthesize(found, outdir=Path(assembly))
    synthesize(grown(found), outdir=Path(changed))
    used = {each for folder in (assembly, changed) for each in types(stacks(Path(folder)))}
    recorded = yaml.safe_load(server.RECORDED.read_text())
    schemas = Path(assembly).with_name("schemas")
    resource_schemas.write(schemas, {*used, *recorded}, found.region)


if __name__ == "__main__":
    main(*sys.argv[1:5])
