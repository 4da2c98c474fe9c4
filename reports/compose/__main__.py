"""`python -m reports.compose SYSTEM ENVIRONMENT [-o FILE]`: write compose.yaml."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import ConfigError
from config.load import load_environment
from reports.compose.file import MARK, compose

if TYPE_CHECKING:
    from collections.abc import Sequence

UNUSABLE = 2
FILE = Path("compose.yaml")


class NotOursError(Exception):
    """A file that somebody else wrote stands where ours would."""


def write(text: str, file: Path) -> None:
    """Write the file, unless another one would be lost."""
    if file.exists() and MARK not in file.read_text(encoding="utf-8", errors="replace"):
        raise NotOursError(f"{file} was not made by this command: name another file with -o")
    file.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """The command; 2 where it is not understood or a file can't be used."""
    parser = ArgumentParser(prog="python -m reports.compose", description=__doc__)
    parser.add_argument("system", metavar="SYSTEM")
    parser.add_argument("environment", metavar="ENVIRONMENT")
    parser.add_argument(
        "-o", metavar="FILE", dest="file", type=Path, default=FILE, help="default: %(default)s"
    )
    chosen = parser.parse_args(arguments)
    try:
        text = compose(load_environment(chosen.system, chosen.environment))
        write(text, chosen.file)
    except (ConfigError, NotOursError) as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    except OSError as error:
        print(f"{chosen.file}: {error.strerror}", file=sys.stderr)
        return UNUSABLE
    print(f"{chosen.file}: its first lines say how to begin")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
