"""What the steps of a rehearsal share: the environment, what runs for it, short ways to both."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.rehearsal.account import Account
from tests.rehearsal.alive import alive
from tests.rehearsal.cli import Cdk, CommandError, Ran
from tests.rehearsal.deployed import Deployed
from tests.rehearsal.programs import Programs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from config.model.environment import Environment
    from tests.rehearsal.assembly import Stack
    from tests.rehearsal.kept import Kept
    from tests.rehearsal.real import Servers
    from tests.rehearsal.server import Emulator
    from tests.slack_notifier.slack_server import SlackServer

# What keeps data inside of the VPC, and with it the VPC.
IN_THE_NETWORK = (
    "AWS::RDS::DBInstance",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
)


@dataclass
class Stage:
    """What is rehearsed and where; whatever was started ends with it."""

    environment: Environment
    folder: Path
    looked: Callable[[], None] = lambda: None
    running: ExitStack = field(default_factory=ExitStack)
    # Set by the steps, in their order.
    stacks: tuple[Stack, ...] = ()
    servers: Servers | None = None
    real: list[str] = field(default_factory=list)
    said: str = ""
    slack: SlackServer = field(init=False)
    emulator: Emulator = field(init=False)
    kept: Kept = field(init=False)

    @property
    def assembly(self) -> Path:
        """The cloud assembly."""
        return self.folder / "assembly"

    @property
    def changed(self) -> Path:
        """The cloud assembly after an ordinary change of the file."""
        return self.folder / "changed"

    @property
    def account(self) -> Account:
        """The account, without the CLI."""
        return Account(self.emulator)

    @property
    def deployed(self) -> Deployed:
        """What stands now."""
        return Deployed(self.account, self.environment, self.stacks)

    @property
    def programs(self) -> Programs | None:
        """The programs of the environment, where there are servers for them."""
        if self.servers is None:
            return None
        return Programs(self.deployed, self.servers, self.folder)

    @property
    def holds_its_network(self) -> bool:
        """Whether something that stays after everything stands in the network."""
        return any(kind in IN_THE_NETWORK for each in self.stacks for kind in each.kept.values())

    def cdk(self, assembly: Path | None = None) -> Cdk:
        """The CLI, over the first assembly or another."""
        return Cdk(self.emulator, assembly or self.assembly, self.looked)

    def made(self) -> int:
        """How many resources there are."""
        return len(alive(self.emulator))

    def succeeded(self, ran: Ran, words: str = "") -> None:
        """Raise CommandError unless a command ended well, and said something."""
        if ran.status or words not in ran.said:
            raise CommandError(ran.said.strip())

    def nothing_is_lost(self, kept: Kept) -> None:
        """Raise CommandError with what is gone, or no longer what it was."""
        if lost := kept.lost():
            raise CommandError(f"lost: {', '.join(lost)}")
