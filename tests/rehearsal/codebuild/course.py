"""The way of a build through its phases, as far as it has come."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.rehearsal.codebuild.build import Build, Phase, Status
from tests.rehearsal.codebuild.failures import PhaseError
from tests.rehearsal.codebuild.log import Log

# Here, nobody waits for a machine.
AT_ONCE = ("SUBMITTED", "QUEUED", "PROVISIONING")
WORST_FIRST: tuple[Status, ...] = ("TIMED_OUT", "STOPPED", "FAILED")


@dataclass
class Course:
    """The phases that are over, and the log."""

    log: Log = field(default_factory=Log)
    phases: list[Phase] = field(default_factory=list)

    def begin(self) -> None:
        """Pass the phases before the first one that does something."""
        self.phases += [Phase(name, "SUCCEEDED") for name in AT_ONCE]

    @property
    def status(self) -> Status:
        """What the build is now, if nothing more happens to it."""
        seen = {phase.status for phase in self.phases}
        return next((status for status in WORST_FIRST if status in seen), "SUCCEEDED")

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Note how the block went, and go on after it whether it failed or not."""
        started = time.monotonic()
        self.log.say(f"Entering phase {name}")
        status: Status = "SUCCEEDED"
        code = message = ""
        try:
            yield
        except PhaseError as error:
            status, code, message = error.status, error.code, error.message
        self.log.say(f"Phase complete: {name} State: {status}")
        self.log.say(f"Phase context status code: {code} Message: {message}")
        shown = f"{code}: {message}" if code else ""
        self.phases.append(Phase(name, status, time.monotonic() - started, shown))

    def build(self, number: str, exported: Mapping[str, str]) -> Build:
        """Return the build, which is complete now."""
        phases = [
            Phase(each.name, each.status, each.seconds, self.log.mask(each.message))
            for each in self.phases
        ]
        completed = Phase("COMPLETED", None)
        return Build(number, self.status, (*phases, completed), exported, self.log.lines)
