"""What is known of a build once it has ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# FAULT, a failure of CodeBuild itself, is the service's own and never comes out here.
Status = Literal["SUCCEEDED", "FAILED", "FAULT", "TIMED_OUT", "STOPPED"]


@dataclass(frozen=True)
class Phase:
    """One phase, in the words of BatchGetBuilds; COMPLETED has no status there either."""

    name: str
    status: Status | None
    seconds: float = 0.0
    message: str = ""


@dataclass(frozen=True)
class Build:
    """A build that has ended: nothing of it runs any more."""

    id: str
    status: Status
    phases: tuple[Phase, ...]
    exported: Mapping[str, str]
    log: tuple[str, ...]

    def phase(self, name: str) -> Phase | None:
        """Return the phase of this name, or nothing where the build never came to it."""
        return next((each for each in self.phases if each.name == name), None)
