"""Rules for places: what production needs, and the regions that anything may live in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import listed
from config.model.fargate import OneTask
from config.model.network import SingleNat
from config.programs import fargate_services, served

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings


IF_NOT = " (or `production: false`, if it is not)"


def production_survives_a_zone(environment: Environment) -> Findings:
    """Losing one zone takes nothing away that the file does not give a reason for."""
    network = environment.network
    if not environment.production:
        return
    # A balancer needs two zones anyway, as another rule says.
    if fargate_services(environment) and not environment.balancer and len(network.zones) == 1:
        yield ("network", "zones"), "one zone only: a production system needs two or more"
    if network.way_out in ("single", "instance") and not isinstance(network.nat, SingleNat):
        message = (
            f"with `{network.way_out}` all zones lose their way out with one: choose per-zone or"
            f" regional, or say `{{kind: {network.way_out}, reason: …}}`{IF_NOT}"
        )
        yield ("network", "nat"), message
    for name, service in served(environment).items():
        least = service.bounds[0]
        reasoned = service.scale is not None and isinstance(service.scale.min, OneTask)
        if least < 2 and not (reasoned or service.singleton):
            message = "one task is lost with its zone: take two, or say `min: {min: 1, reason: …}`"
            message += IF_NOT
            yield ("services", name, "scale", "min"), message


def regions_are_allowed(environment: Environment) -> Findings:
    """What the file pins holds for its own region."""
    if environment.regions and environment.region not in environment.regions:
        message = f"data may live in {listed(environment.regions)} only (`regions:`)"
        yield ("region",), message


RULES = (production_survives_a_zone, regions_are_allowed)
