"""The wiring diagram: which system and environment, which stacks, in what order."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackyard import launch

if __name__ == "__main__":
    launch.short_lived()
STACKS = ("network", "data", "pipelines", "notify", "compute", "observability")
launch.import_meanwhile("aws_cdk", *(f"stacks.{name}" for name in STACKS))

import typeguard  # noqa: F401  (jsii needs it at its first call: better now than then)

from checks.packs import packs_of
from checks.report import findings
from config.errors import ConfigError
from config.load import load_environment
from config.programs import groups
from reports.sizes import too_large
from stackyard.bundle import BundleError

# isort: split
import aws_cdk as cdk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from constructs import Construct

    from config.model.environment import Environment

CDK_JSON = Path(__file__).resolve().parent / "cdk.json"
FINDINGS, UNUSABLE = 1, 2


def build(scope: Construct, environment: Environment) -> None:
    """Every stack of an environment, into an App or a pipeline's Stage alike."""
    # Imported here, because the first is built while the last is still being imported.
    # ruff: noqa: PLC0415
    from stacks.network import NetworkStack

    network = NetworkStack(scope, environment=environment)

    from stacks.data import DataStack

    data = DataStack(scope, environment=environment, network=network)

    from stacks.pipelines import ImagesStack, PipelinesStack

    images = ImagesStack(scope, environment=environment)

    from stacks.notify import NotifyStack

    notify = NotifyStack(scope, environment=environment, data=data)

    from stacks.compute import ComputeStack

    computes: list[ComputeStack] = []
    for group in groups(environment):
        compute = ComputeStack(
            scope,
            environment=environment,
            network=network,
            data=data,
            notify=notify,
            group=group,
            above=tuple(computes),
        )
        # It need not refer to either, and needs what stands there: images and parameters.
        compute.add_stack_dependency(images)
        compute.add_stack_dependency(data)
        computes.append(compute)
    pipelines = None
    if any(task.kind == "codebuild" for task in environment.tasks.values()):
        pipelines = PipelinesStack(
            scope, environment=environment, network=network, data=data, notify=notify
        )
        pipelines.add_stack_dependency(images)

    from stacks.observability import ObservabilityStack

    for compute in computes:
        ObservabilityStack(
            scope,
            environment=environment,
            data=data,
            notify=notify,
            compute=compute,
            computes=computes,
            pipelines=pipelines,
        )

    from stackyard.accepted import accept_from_file

    accept_from_file(scope, environment.accepted)


def main(arguments: Sequence[str] = (), *, packs: Callable[[], list[Any]] | None = None) -> int:
    """Synthesize one environment; the CDK CLI calls this, and so may anybody without it."""
    options = _options(arguments)
    context = {**json.loads(CDK_JSON.read_text())["context"], **options.context}
    # Stack traces of constructs hold jsii's temporary folder: no two assemblies would be equal.
    context["aws:cdk:disable-creation-stack-traces"] = True
    # Findings are reported by whoever runs the app, not by an exception out of the middle of it.
    context["@aws-cdk/core:failSynthOnValidationErrors"] = False
    # So are sizes (0 is no limit), with what to do about them.
    context["@aws-cdk/core:stackResourceLimit"] = 0
    app = cdk.App(context=context, outdir=options.output, analytics_reporting=False)
    try:
        environment = load_environment(_text(app, "system"), _text(app, "environment"))
        build(app, environment)
        cdk.Validations.of(app).add_plugins(*(packs() if packs else validators(environment)))
    except (ConfigError, BundleError) as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    return _synthesized(app)


def validators(environment: Environment) -> list[Any]:
    """All that judges an environment at every synthesis, beside CDK's own validation."""
    from checks.plugin import ControlTower, OwnRules

    return [*packs_of(environment), OwnRules(environment), ControlTower()]


def _synthesized(app: cdk.App) -> int:
    assembly = Path(app.synth().directory)
    if sizes := list(too_large(assembly)):
        print("\n".join(sizes), file=sys.stderr)
        return FINDINGS
    # Not left to the CLI, which prints a page for each finding, and passes over those in a Stage.
    found = findings(assembly, today=datetime.now(UTC).date())
    for finding in found:
        print(finding, file=sys.stderr)
    return FINDINGS if found else 0


def _text(app: cdk.App, key: str) -> str:
    return str(app.node.try_get_context(key))


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not key=value")
    return key, value


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__)
    parser.add_argument(
        "-c",
        "--context",
        action="append",
        type=_pair,
        default=[],
        metavar="KEY=VALUE",
        help="system=…, environment=…, or any CDK context, as for cdk",
    )
    parser.add_argument("-o", "--output", help="where the cloud assembly goes")
    options = parser.parse_args(arguments)
    options.context = dict(options.context)
    options.output = options.output or os.environ.get("CDK_OUTDIR")
    return options


if __name__ == "__main__":
    launch.run(main)
