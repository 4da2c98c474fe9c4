"""Start ministack with what makes it strict; settings come from the environment."""

from __future__ import annotations

from ministack import app
from ministack.core import persistence

from tests.rehearsal.emulator import (
    asynchronous,
    machines,
    recorded,
    repairs,
    rotation,
    service_api,
)
from tests.rehearsal.emulator.operations import Operations
from tests.rehearsal.emulator.settings import Settings
from tests.rehearsal.emulator.state import State


def main() -> None:
    """Complete the emulator, then run it until it is told to end."""
    settings = Settings.read()
    service_api.register_all()
    recorded.register_all(settings)
    rotation.register_all(settings)
    repairs.install(settings)
    machines.install(settings)
    asynchronous.install()
    state = State(settings.state) if settings.state else None
    operations = Operations(settings, saved=lambda: state.save(operations) if state else None)
    operations.install()
    _forget_with_the_rest(operations)
    if state:
        _resume_with(state, operations)
    app.main()


def _forget_with_the_rest(operations: Operations) -> None:
    reset = app._reset_all_state

    def forget() -> None:
        reset()
        operations.forget()

    app._reset_all_state = forget


def _resume_with(state: State, operations: Operations) -> None:
    load = app._load_persisted_state

    def load_and_resume() -> None:
        load()
        state.load(operations)
        operations.resume()

    app._load_persisted_state = load_and_resume
    # Saving at the end too would only repeat the last one.
    app.save_all = lambda _: None
    persistence.save_state.__globals__["logger"].setLevel("WARNING")


if __name__ == "__main__":
    main()
