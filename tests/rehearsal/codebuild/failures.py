"""Ways in which a build ends early, and the one in which it cannot be rehearsed."""

from tests.rehearsal.codebuild.build import Status


class UnsupportedError(Exception):
    """The project asks for something that would silently be different here."""


class PhaseError(Exception):
    """The phase fails, with a code and a message as CodeBuild shows them."""

    status: Status = "FAILED"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class CommandError(PhaseError):
    """A command did not exit with 0."""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(
            "COMMAND_EXECUTION_ERROR",
            f"Error while executing command: {command}. Reason: {reason}",
        )


class TimedOutError(PhaseError):
    """The build took longer than it may."""

    status: Status = "TIMED_OUT"

    def __init__(self) -> None:
        super().__init__("BUILD_TIMED_OUT", "Build has timed out.")


class StoppedError(PhaseError):
    """Somebody stopped the build."""

    status: Status = "STOPPED"

    def __init__(self) -> None:
        super().__init__("BUILD_STOPPED", "Build has been stopped.")
