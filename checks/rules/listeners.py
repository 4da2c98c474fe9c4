"""Listeners: what is served without TLS, with old TLS, or with headers that nobody checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.graph.routing import LISTENER
from checks.rules.rule import Fault, rule
from checks.rules.values import attributes, is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
CONTROLS = f"{DOCS}/securityhub/latest/userguide"
ELB = f"{DOCS}/elasticloadbalancing/latest/application"
# Names of ELB's policies whose oldest protocol is TLS 1.2.
MODERN = re.compile(r"ELBSecurityPolicy-(TLS13-1-[23]-|TLS-1-2-|FS-1-2-).*")


def _is_internal(estate: Estate, listener: Resource) -> bool:
    """Whether only a network reaches a listener, or that can't be known."""
    balancer = estate.at(listener.get("LoadBalancerArn"))
    return not balancer or bool(balancer.get("Scheme") == "internal")


def _is_plain(listener: Resource) -> bool:
    return bool(listener.get("Protocol") == "HTTP")


@rule(
    "exposure-plain-http",
    "ElasticLoadBalancingV2::Listener",
    title="plain HTTP is led to HTTPS and never served",
    why="passwords and cookies are read by everybody on the way",
    source=f"{CONTROLS}/elb-controls.html#elb-1",
)
def plain_http(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The default action redirects to HTTPS on port 443, or says something fixed."""
    if not _is_plain(resource) or _is_internal(scene.estate, resource):
        return
    for number, action in enumerate(resource.mappings("DefaultActions")):
        place = f"DefaultActions.{number}"
        if action.get("Type") == "redirect":
            yield from _redirects(action.get("RedirectConfig"), f"{place}.RedirectConfig")
        elif action.get("Type") != "fixed-response":
            yield Fault(
                message="it hands plain HTTP to programs",
                remedy="redirect to HTTPS on port 443",
                property=f"{place}.Type",
            )


def _redirects(config: Any, place: str) -> Iterator[Fault]:
    found = config if isinstance(config, dict) else {}
    # ELB keeps what the request had where nothing is said: here HTTP, and port 80.
    protocol, port = found.get("Protocol", "#{protocol}"), str(found.get("Port", "#{port}"))
    if is_literal(protocol) and protocol != "HTTPS":
        yield Fault(
            message="the redirect leads to plain HTTP again",
            remedy="set Protocol to HTTPS",
            property=f"{place}.Protocol",
        )
    elif is_literal(port) and port in ("#{port}", "80", "0"):
        yield Fault(
            message="the redirect leads to HTTPS on the port of plain HTTP",
            remedy="set Port to 443",
            property=f"{place}.Port",
        )


@rule(
    "exposure-redirect-port",
    "ElasticLoadBalancingV2::Listener",
    title="a redirect leads to a port where the balancer listens with TLS",
    why="browsers are sent to a port that nobody answers",
    source=f"{ELB}/load-balancer-listeners.html#redirect-actions",
)
def redirect_port(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A listener of the same balancer has the port."""
    balancer = scene.estate.at(resource.get("LoadBalancerArn"))
    if not balancer:
        return
    beside = [
        str(each.get("Port"))
        for each in scene.estate.users_of(balancer, LISTENER)
        if each.get("Protocol") in ("HTTPS", "TLS")
    ]
    for number, action in enumerate(resource.mappings("DefaultActions")):
        config = action.get("RedirectConfig")
        found = config if isinstance(config, dict) else {}
        port = str(found.get("Port", ""))
        same = found.get("Host", "#{host}") == "#{host}"
        if found.get("Protocol") == "HTTPS" and port.isdigit() and same and port not in beside:
            yield Fault(
                message=f"the redirect leads to port {port}, where nobody listens with TLS",
                remedy="redirect to the port of the HTTPS listener",
                property=f"DefaultActions.{number}.RedirectConfig.Port",
            )


@rule(
    "exposure-plain-rule",
    "ElasticLoadBalancingV2::ListenerRule",
    title="no rule of a plain HTTP listener hands requests to programs",
    why="a rule goes before the redirect: what it takes is served without TLS",
    source=f"{CONTROLS}/elb-controls.html#elb-1",
)
def plain_rule(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Rules that forward stand at listeners with TLS."""
    listener = scene.estate.at(resource.get("ListenerArn"))
    if not listener or not _is_plain(listener) or _is_internal(scene.estate, listener):
        return
    if any(each.get("Type") == "forward" for each in resource.mappings("Actions")):
        yield Fault(
            message="it hands plain HTTP to programs",
            remedy="put the rule at the HTTPS listener",
            property="ListenerArn",
        )


@rule(
    "encryption-listener",
    "ElasticLoadBalancingV2::Listener",
    title="listeners speak TLS 1.2 or newer, with a certificate",
    why="older versions have known attacks; without a word ELB takes ELBSecurityPolicy-2016-08,"
    " which begins with TLS 1.0",
    source=f"{ELB}/describe-ssl-policies.html",
)
def listener_tls(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A modern policy, and a certificate to show."""
    if resource.get("Protocol") not in ("HTTPS", "TLS"):
        if str(resource.get("Port")) == "443" and resource.get("Protocol") in ("HTTP", "TCP_UDP"):
            yield Fault(
                message="port 443 speaks no TLS",
                remedy="set Protocol to HTTPS",
                property="Protocol",
            )
        return
    policy = resource.get("SslPolicy", "ELBSecurityPolicy-2016-08")
    if is_literal(policy) and not MODERN.fullmatch(policy):
        yield Fault(
            message=f"{policy} begins below TLS 1.2, or is no policy of ELB",
            remedy="take a policy such as ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
            property="SslPolicy",
        )
    shown = [each.get("CertificateArn") for each in resource.mappings("Certificates")]
    if not any(shown) or any(is_literal(arn) and "arn:" not in str(arn) for arn in shown):
        yield Fault(
            message="it has no certificate",
            remedy="set Certificates",
            property="Certificates",
        )


@rule(
    "exposure-balancer-headers",
    "ElasticLoadBalancingV2::LoadBalancer",
    title="balancers drop malformed headers and guard against desync",
    why="balancer and program read such a request differently: the second half becomes a request"
    " of its own, past every rule",
    source=f"{CONTROLS}/elb-controls.html#elb-4",
)
def balancer_headers(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Both attributes; ELB keeps invalid headers where nothing is said."""
    if resource.get("Type", "application") != "application":
        return
    said = attributes(resource, "LoadBalancerAttributes")
    if said.get("routing.http.drop_invalid_header_fields.enabled", "false") == "false":
        yield Fault(
            message="malformed headers reach programs",
            remedy="set routing.http.drop_invalid_header_fields.enabled to true",
            property="LoadBalancerAttributes",
        )
    mode = said.get("routing.http.desync_mitigation_mode", "defensive")
    if is_literal(mode) and mode not in ("defensive", "strictest"):
        yield Fault(
            message=f"desync mitigation is {mode}",
            remedy="set routing.http.desync_mitigation_mode to defensive",
            property="LoadBalancerAttributes",
        )
