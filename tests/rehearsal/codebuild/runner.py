"""Takes a build through its phases."""

import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from tests.rehearsal.codebuild import buildspec as buildspecs
from tests.rehearsal.codebuild import shell as shells
from tests.rehearsal.codebuild.build import Build
from tests.rehearsal.codebuild.buildspec import Buildspec, Commands
from tests.rehearsal.codebuild.course import Course
from tests.rehearsal.codebuild.environment import Variables, resolve
from tests.rehearsal.codebuild.failures import CommandError
from tests.rehearsal.codebuild.limit import Limit
from tests.rehearsal.codebuild.project import Identity, buildspec_text, refuse_foreign
from tests.rehearsal.codebuild.references import Clients
from tests.rehearsal.codebuild.shell import Shell

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
DEFAULT_MINUTES = 60


def run(
    project: Mapping[str, Any],
    *,
    clients: Clients,
    folder: Path,
    overrides: Mapping[str, str] = {},
    path: str | None = None,
    timeout: float | None = None,
    stop: Event | None = None,
) -> Build:
    """Run a build of the project, as BatchGetProjects describes it, and tell how it ended."""
    refuse_foreign(project)
    identity, course = Identity.of(project), Course()
    minutes = project.get("timeoutInMinutes") or DEFAULT_MINUTES
    seconds = minutes * 60 if timeout is None else timeout
    limit = Limit(time.monotonic() + seconds, stop or Event())
    course.begin()
    exported: dict[str, str] = {}
    source: tuple[Buildspec, Variables] | None = None
    with course.phase("DOWNLOAD_SOURCE"):
        buildspec = buildspecs.read(buildspec_text(project, clients))
        source = buildspec, resolve(project, buildspec, overrides, clients)
    with TemporaryDirectory(prefix="codebuild-", ignore_cleanup_errors=True) as state:
        if source:
            buildspec, variables = source
            course.log.hide(variables.sealed.values())
            told = identity.variables(project, folder) | _image(Path(state), path)
            told |= variables.values
            with shells.opened(buildspec.shell, told, Path(state), limit, course.log) as shell:
                _commands(course, buildspec, shell)
                exported = _finalize(course, buildspec, shell)
        else:
            with course.phase("FINALIZING"):
                pass
    return course.build(identity.build, exported)


def _image(state: Path, path: str | None) -> dict[str, str]:
    # CodeBuild's HOME is always /root; a build of the tests gets an empty one of its own.
    home = state / "home"
    home.mkdir()
    return {"HOME": str(home), "PATH": path or PATH}


def _commands(course: Course, buildspec: Buildspec, shell: Shell) -> None:
    for name in buildspecs.PHASES:
        commands = buildspec.phases.get(name, Commands())
        with course.phase(name.upper()):
            _run(commands, shell, course)
        status = course.phases[-1].status
        if status != "SUCCEEDED" and not (status == "FAILED" and _goes_on(name, commands)):
            return
    # Always attempted then; the project has no artifacts.
    with course.phase("UPLOAD_ARTIFACTS"):
        pass


def _finalize(course: Course, buildspec: Buildspec, shell: Shell) -> dict[str, str]:
    over = course.status in {"TIMED_OUT", "STOPPED"}
    with course.phase("FINALIZING"):
        # No process may start any more in a build that was ended.
        return {} if over else shell.values(buildspec.exported)
    return {}


def _goes_on(name: str, commands: Commands) -> bool:
    # Unless the buildspec says what to do, POST_BUILD follows also after a failed BUILD.
    by_default = name in {"build", "post_build"}
    return commands.on_failure == "CONTINUE" or (commands.on_failure is None and by_default)


def _run(commands: Commands, shell: Shell, course: Course) -> None:
    failure: CommandError | None = None
    for part in (commands.commands, commands.last):
        try:
            for command in part:
                succeeding = failure is None and course.status == "SUCCEEDED"
                shell.run(command, succeeding=succeeding)
        except CommandError as error:
            failure = failure or error
    if failure:
        raise failure
