"""Extensions as RDS offers them: the master, who is no superuser, may create them."""

import shutil
import subprocess
from pathlib import Path

# Works only where it is quoted; a database that has it can give the answer.
QUOTED = "the-answer"
SCRIPT = "CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'"


def offer(programs: Path, directory: Path) -> dict[str, str]:
    """Copy pgvector as a trusted extension, with an older version; return the server's options."""
    original = programs.parent / "share" / "postgresql" / "extension"
    if not (original / "vector.control").exists() or _major(programs) < 18:
        # Older servers look into their own directory only.
        return {}
    copy = directory / "share" / "extension"
    shutil.copytree(original, copy)
    # pgvector brings the script of its newest version only; the one before it is the same.
    current, older = _versions(copy)
    shutil.copy(copy / f"vector--{current}.sql", copy / f"vector--{older}.sql")
    with (copy / "vector.control").open("a") as control:
        control.write("trusted = true\n")
    (copy / f"{QUOTED}.control").write_text("default_version = '1'\ntrusted = true\n")
    (copy / f"{QUOTED}--1.sql").write_text(SCRIPT)
    return {"extension_control_path": f"{copy.parent}:$system"}


def _major(programs: Path) -> int:
    command = [programs / "postgres", "--version"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(text.split()[-1].split(".")[0])


def _versions(directory: Path) -> tuple[str, str]:
    [script] = (each for each in directory.glob("vector--*.sql") if each.stem.count("--") == 1)
    current = script.stem.removeprefix("vector--")
    [step] = directory.glob(f"vector--*--{current}.sql")
    statements = [line for line in step.read_text().splitlines() if line and line[0] not in "-\\"]
    assert not statements
    return current, step.stem.split("--")[1]
