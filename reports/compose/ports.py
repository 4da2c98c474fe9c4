"""Where a developer reaches what runs: ports of this machine, each given away once."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.compose.part import asked, shouted


@dataclass
class HostPorts:
    """Ports that are taken; a part gets its own number, or the next one that is free."""

    taken: dict[int, str] = field(default_factory=dict)

    def publish(self, name: str, port: int) -> list[str]:
        """The `ports` of a part, which nobody but this machine reaches."""
        chosen = port
        while chosen in self.taken:
            chosen += 1
        self.taken[chosen] = name
        return [f"127.0.0.1:{asked(f'{shouted(name)}_HOST_PORT', str(chosen))}:{port}"]
