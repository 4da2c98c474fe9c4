"""The app with a fault planted: a queue without encryption in transit or dead letters."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from aws_cdk import aws_sqs as sqs
from constructs import Construct

import app
from config.model.environment import Environment

built = app.build


def build_and_plant(scope: Construct, environment: Environment) -> None:
    """Every stack as it is, and one resource too many."""
    built(scope, environment)
    sqs.Queue(scope.node.find_child(f"{environment.name}-notify"), "Planted")


if __name__ == "__main__":
    app.build = build_and_plant
    sys.exit(app.main(sys.argv[1:]))
