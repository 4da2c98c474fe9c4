"""The shell of a build: what one command leaves, the next one finds."""

import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tests.rehearsal.codebuild.failures import CommandError
from tests.rehearsal.codebuild.limit import Limit
from tests.rehearsal.codebuild.log import Log
from tests.rehearsal.codebuild.processes import end, process_group

OUTPUT = "output"
# As far as its logs show, CodeBuild's agent does the same: a script per command, which first reads
# what the one before has left. All variables are exported; a command that exits leaves nothing.
SCRIPT = """\
cd {folder} || exit
set -a
. {state}/env.sh
CODEBUILD_BUILD_SUCCEEDING={succeeding}
{command}
CODEBUILD_LAST_EXIT=$?
export -p > {state}/env.sh
pwd > {state}/dir.txt
exit $CODEBUILD_LAST_EXIT
"""


@dataclass(frozen=True)
class Shell:
    """A shell with the variables of a build and nothing of the tests' own."""

    program: str
    path: str
    state: Path
    build: str
    group: int
    limit: Limit
    log: Log
    output: BinaryIO

    def run(self, command: str, *, succeeding: bool) -> None:
        """Run the command to its end and fail unless it exits with 0."""
        self.log.say(f"Running command {command}")
        program = shutil.which(self.program, path=self.path)
        if program is None:
            raise CommandError(command, f"{self.program}: executable file not found in $PATH")
        script = SCRIPT.format(
            folder=shlex.quote((self.state / "dir.txt").read_text().removesuffix("\n")),
            state=shlex.quote(str(self.state)),
            succeeding=int(succeeding),
            command=command,
        )
        try:
            status = self._finish(program, script, self.state / OUTPUT)
        finally:
            self.log.add(self.output.read())
        if status:
            reason = _reason(status)
            self.log.say(f"Command did not exit successfully {command} {reason}")
            raise CommandError(command, reason)

    def values(self, names: Iterable[str]) -> dict[str, str]:
        """Return the variables as the last command has left them, without those never set."""
        if not (program := shutil.which(self.program, path=self.path)):
            return {}
        lines = [f". {shlex.quote(str(self.state / 'env.sh'))}"]
        lines += [
            f"""[ -z "${{{name}+x}}" ] || printf '{name}=%s\\0' "${name}" """ for name in names
        ]
        output = self.state / "exported"
        self._finish(program, "\n".join(lines), output)
        pairs = output.read_text(errors="replace").split("\0")[:-1]
        return dict(pair.split("=", 1) for pair in pairs)

    def _finish(self, program: str, script: str, output: Path) -> int:
        file = self.state / "script.sh"
        file.write_text(script)
        with output.open("ab") as written:
            process = subprocess.Popen(
                [program, file],
                env={"PATH": self.path, "CODEBUILD_BUILD_ID": self.build},
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                process_group=self.group,
            )
        try:
            return self.limit.wait_for(process)
        except BaseException:
            # Also for an interrupt: what goes on now would go on unseen.
            end(self.group)
            process.wait()
            raise


@contextmanager
def opened(
    program: str, variables: Mapping[str, str], state: Path, limit: Limit, log: Log
) -> Iterator[Shell]:
    """Open a shell in CODEBUILD_SRC_DIR; with the block, all that it has started ends."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
    (state / "env.sh").write_text("".join(lines))
    (state / "dir.txt").write_text(variables["CODEBUILD_SRC_DIR"])
    (state / OUTPUT).touch()
    build, path = variables["CODEBUILD_BUILD_ID"], variables["PATH"]
    with (state / OUTPUT).open("rb") as output:
        with process_group(f"CODEBUILD_BUILD_ID={build}") as group:
            yield Shell(program, path, state, build, group, limit, log, output)
        # What a process in the background wrote at last.
        log.add(output.read())


def _reason(status: int) -> str:
    if status > 0:
        return f"exit status {status}"
    return f"signal: {signal.strsignal(-status) or -status}".lower()
