"""Figures of the platform: network, balancer, images, alarms and their tiers, channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.figures.figure import Figure
from checks.graph.interfaces import ENDPOINT, interfaces
from checks.rules.values import attributes, number
from config.alarms import alarms_of, catalogue
from config.model.balancer import Certificate
from config.model.postgres import Postgres
from config.model.valkey import ServerlessValkey
from config.routes import priorities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from config.model.environment import Environment

ALARM = "AWS::CloudWatch::Alarm"
HTTPS = 443


def figures(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """The figures of what stands under and around the nodes."""
    yield from _network(environment, estate)
    yield from _balancer(environment, estate)
    yield from _images(environment, estate)
    yield from _alarms(environment, estate)
    yield from _channels(environment, estate)


def _network(environment: Environment, estate: Estate) -> Iterator[Figure]:
    spec = environment.network
    vpc = next(iter(estate.of("AWS::EC2::VPC")), None)
    yield Figure(field="network.cidr", wanted=str(spec.cidr), resource=vpc, path="CidrBlock")
    subnets = estate.of("AWS::EC2::Subnet")
    yield Figure(
        field="network.zones",
        wanted=sorted(spec.zones),
        resource=vpc,
        path="",
        found=sorted({str(each.get("AvailabilityZone")) for each in subnets}),
        spread=True,
    )
    yield from _zones(environment, estate)
    blocks = {str(each.get("CidrBlock")) for each in subnets}
    for tier, cidrs in spec.tiers.items():
        for cidr in cidrs:
            if str(cidr) not in blocks:
                yield Figure(
                    field=f"network.tiers.{tier}", wanted=str(cidr), resource=None, path=""
                )
    nats = len(estate.of("AWS::EC2::NatGateway"))
    wanted = {"none": 0, "instance": 0, "single": 1, "regional": 1}.get(
        spec.way_out, len(spec.zones)
    )
    yield Figure(field="network.nat", wanted=wanted, resource=vpc, path="", found=nats, spread=True)
    for log in estate.of("AWS::EC2::FlowLog"):
        yield Figure(
            field="network.flow_log_days",
            wanted=spec.flow_log_days,
            resource=estate.at(log.get("LogGroupName")),
            path="RetentionInDays",
        )


def _zones(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """Whatever stands in the network stands in every zone of the file."""
    for interface in interfaces(estate):
        if interface.resource.kind in (ENDPOINT, "AWS::EC2::Instance"):
            # Not every zone has every endpoint, and an instance is one.
            continue
        zones = {str(each.get("AvailabilityZone")) for each in interface.subnets}
        yield _spread(
            f"network.zones of {interface.node}",
            sorted(environment.network.zones),
            interface.resource,
            sorted(zones),
        )


def _balancer(environment: Environment, estate: Estate) -> Iterator[Figure]:
    spec = environment.balancer
    if spec is None:
        return
    balancer = next(iter(estate.of("AWS::ElasticLoadBalancingV2::LoadBalancer")), None)
    said = attributes(balancer, "LoadBalancerAttributes") if balancer else {}
    yield Figure(
        field="balancer.idle_seconds",
        wanted=spec.idle_seconds,
        resource=balancer,
        path="LoadBalancerAttributes",
        found=said.get("idle_timeout.timeout_seconds", 60),
        spread=True,
    )
    bucket = said.get("access_logs.s3.bucket") if said else None
    owners = [each.node for each in estate.named(balancer.properties)] if balancer else []
    logs = "access-logs" if "access-logs" in owners else bucket
    yield _spread("balancer: where its log goes", "access-logs", balancer, logs)
    chosen = sorted(priorities(environment).values())
    found_priorities = sorted(
        int(found)
        for each in estate.of("AWS::ElasticLoadBalancingV2::ListenerRule")
        if (found := number(each.get("Priority"))) is not None
    )
    yield _spread("routes: their order", chosen, balancer, found_priorities)
    if spec.name:
        yield Figure(field="balancer.name", wanted=spec.name, resource=balancer, path="Name")
    for listener in estate.of("AWS::ElasticLoadBalancingV2::Listener"):
        if number(listener.get("Port")) == HTTPS:
            arns = [each.get("CertificateArn") for each in listener.mappings("Certificates")]
            if isinstance(spec.certificate, Certificate):
                made = [estate.at(arn) for arn in arns]
                names = [each.get("DomainName") for each in made if each]
                yield _spread(
                    "balancer.certificate.domain", [spec.certificate.domain], listener, names
                )
                for each in made:
                    if each:
                        yield from _certificate(spec.certificate, each)
            else:
                yield _spread("balancer.certificate", [spec.certificate], listener, arns)


def _certificate(spec: Certificate, made: Resource) -> Iterator[Figure]:
    names = [spec.domain, *spec.also]
    also = made.get("SubjectAlternativeNames", [])
    yield _spread("balancer.certificate.also", list(spec.also), made, also)
    options = {
        each.get("DomainName"): each.get("HostedZoneId")
        for each in made.mappings("DomainValidationOptions")
    }
    zones = [f"{name} {options.get(name)}" for name in names]
    wanted = [f"{name} {spec.zone}" for name in names]
    yield _spread("balancer.certificate.zone", wanted, made, zones)
    yield Figure(
        field="balancer.certificate: proved by DNS",
        wanted="DNS",
        resource=made,
        path="ValidationMethod",
    )


def _spread(field: str, wanted: Any, resource: Resource | None, found: Any) -> Figure:
    return Figure(field=field, wanted=wanted, resource=resource, path="", found=found, spread=True)


def _images(environment: Environment, estate: Estate) -> Iterator[Figure]:
    for name, image in environment.images.items():
        repository = next(
            (each for each in estate.of("AWS::ECR::Repository") if each.node == name), None
        )
        # Shared by the environments of an account, and so not in every assembly.
        if repository:
            yield Figure(
                field=f"images.{name}.repository",
                wanted=image.repository,
                resource=repository,
                path="RepositoryName",
            )
            excluded = repository.mappings("ImageTagMutabilityExclusionFilters")
            moving = [each.get("ImageTagMutabilityExclusionFilterValue") for each in excluded]
            yield _spread(f"images.{name}.moving", list(image.moving), repository, moving)
            kind = "IMMUTABLE_WITH_EXCLUSION" if image.moving else "IMMUTABLE"
            yield Figure(
                field=f"images.{name}: its tags",
                wanted=kind,
                resource=repository,
                path="ImageTagMutability",
            )


def _alarms(environment: Environment, estate: Estate) -> Iterator[Figure]:
    made = {each.get("AlarmName"): each for each in estate.of(ALARM)}
    topics = _tiers(estate)
    for node in catalogue(environment):
        for alarm in alarms_of(environment, node):
            name = f"{environment.name}-{node}-{alarm.name}"
            found = made.get(name)
            field = f"alarms.{node}.{alarm.name}"
            if found is None:
                yield Figure(field=field, wanted=name, resource=None, path="")
                continue
            comparison = "LessThanThreshold" if alarm.below else "GreaterThanThreshold"
            yield Figure(field=field, wanted=comparison, resource=found, path="ComparisonOperator")
            yield _spread(f"{field}.minutes", alarm.minutes * 60, found, _seconds(found))
            tiers = {topics.get(str(each)) for each in listed(found.get("AlarmActions"))}
            yield _spread(f"{field}.tier", [alarm.tier], found, sorted(map(str, tiers)))
            wanted = alarm.threshold * _share(environment, node, alarm.name)
            threshold = number(found.get("Threshold"))
            if threshold is not None and not _is_multiple(threshold, wanted):
                yield _spread(f"{field}.above", wanted, found, threshold)


def _share(environment: Environment, node: str, alarm: str) -> float:
    """What one percent is, where a file says percent and AWS counts."""
    store = environment.stores.get(node.removesuffix("-replica"))
    if isinstance(store, Postgres) and alarm == "connections":
        return store.max_connections / 100
    if isinstance(store, ServerlessValkey) and alarm == "memory":
        return store.max_gb / 100
    return 1


def _seconds(alarm: Resource) -> Any:
    """How long the trouble has to last."""
    periods = [alarm.get("Period")]
    for query in alarm.mappings("Metrics"):
        stat = query.get("MetricStat")
        periods += [query.get("Period"), stat.get("Period") if isinstance(stat, dict) else None]
    known = [found for each in periods if (found := number(each)) is not None]
    count = number(alarm.get("EvaluationPeriods"))
    return max(known) * count if known and count is not None else None


def _is_multiple(found: float, said: float) -> bool:
    """A metric may have another unit than the file: seconds for milliseconds, bytes for GB."""
    if said == 0 or found == 0:
        return said == found
    ratio = found / said
    powers = (1, 1000, 0.001, 1_000_000, 1_000_000_000, 1024, 1024**2, 1024**3, 0.01, 0.000001)
    return any(abs(ratio / power - 1) < 1e-6 for power in powers)


def _tiers(estate: Estate) -> dict[str, str]:
    """The tier of each topic, by the reference to it; its id begins with it."""
    return {
        topic.ref: tier
        for topic in estate.of("AWS::SNS::Topic")
        for tier in ("critical", "warning", "info")
        if topic.logical_id.lower().startswith(tier)
    }


def _channels(environment: Environment, estate: Estate) -> Iterator[Figure]:
    topics = _tiers(estate)
    said: dict[str, set[str]] = {}
    for each in estate.of("AWS::SNS::Subscription"):
        tier = topics.get(str(each.get("TopicArn")))
        if tier and each.get("Protocol") == "email":
            said.setdefault(tier, set()).add(str(each.get("Endpoint")))
    for tier, channel in environment.channels.items():
        found = (each for each in estate.of("AWS::SNS::Topic") if topics.get(each.ref) == tier)
        topic = next(found, None)
        yield _spread(
            f"channels.{tier}.email", sorted(channel.email), topic, sorted(said.get(tier, ()))
        )
