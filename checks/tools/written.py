"""Templates as files in a folder of their own, for tools that read nothing else."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.template import Template


@contextmanager
def written(templates: Sequence[Template]) -> Iterator[dict[Path, Template]]:
    """Each template by its file; stacks' names may hold what a file's name may not."""
    with TemporaryDirectory(prefix="templates-") as folder:
        files = {}
        for number, template in enumerate(templates):
            file = Path(folder).resolve() / f"{number}.template.json"
            file.write_text(json.dumps(template.body, default=str, indent=1))
            files[file] = template
        yield files
