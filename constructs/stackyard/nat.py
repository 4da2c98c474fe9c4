"""The way out of a VPC: none, gateways, or an instance where cents count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from config.attributes import NAT
from stackyard.marks import acknowledge, belongs_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from config.model.network import Nat

# AL2023 brings nftables' iptables only as a package; `ip` names the interface on every kernel. The
# service starts with rules of its own, which reject what is forwarded, so ours come after them.
FORWARD = (
    "yum install --assumeyes iptables-nft iptables-services",
    "echo net.ipv4.ip_forward=1 > /etc/sysctl.d/90-nat.conf",
    "sysctl --load=/etc/sysctl.d/90-nat.conf",
    "systemctl enable --now iptables",
    "out=$(ip -o route show default | awk '{print $5; exit}')",
    'iptables -t nat -A POSTROUTING -o "$out" -j MASQUERADE',
    "iptables -F FORWARD",
    # `service iptables save` would need initscripts, which AL2023 does not bring.
    "iptables-save > /etc/sysconfig/iptables",
)
# With less memory than this, installing a package ends at boot.
SMALLEST = "t4g.micro"
ROOT_DEVICE = "/dev/xvda"


def gateways_for(way_out: Nat, zones: int) -> int | None:
    """How many NAT gateways or instances; None where AWS decides."""
    return {"none": 0, "single": 1, "instance": 1, "per-zone": zones}.get(way_out)


def provider_for(way_out: Nat) -> ec2.NatProvider | None:
    """What makes them, where it is not CDK's own zonal gateways."""
    if way_out == "regional":
        return ec2.NatProvider.regional_gateway()
    if way_out != "instance":
        return None
    user_data = ec2.UserData.for_linux()
    user_data.add_commands(*FORWARD)
    # The image is a parameter of the template: patched at a deploy, which replaces the instance.
    return ec2.NatProvider.instance_v2(
        instance_type=ec2.InstanceType(SMALLEST),
        machine_image=ec2.MachineImage.latest_amazon_linux2023(
            cpu_type=ec2.AmazonLinuxCpuType.ARM_64
        ),
        user_data=user_data,
        default_allowed_traffic=ec2.NatTrafficDirection.NONE,
        associate_public_ip_address=True,
    )


def narrow(provider: ec2.NatProvider, vpc: ec2.Vpc, cidr: str, ports: Iterable[int]) -> str | None:
    """Let an instance forward what the graph declares, and nothing else; returns its id."""
    if not isinstance(provider, ec2.NatInstanceProviderV2):
        return None
    instance = None
    group = provider.security_group
    belongs_to(group, NAT)
    for port in ports:
        tcp = ec2.Port.tcp(port)
        group.add_ingress_rule(ec2.Peer.ipv4(cidr), tcp, f"vpc to {NAT} on {port}")
        group.add_egress_rule(ec2.Peer.any_ipv4(), tcp, f"{NAT} to internet on {port}")
    for child in vpc.node.find_all():
        if isinstance(child, iam.CfnRole):
            belongs_to(child, NAT)
        if isinstance(child, ec2.CfnInstance):
            instance = child.ref
            belongs_to(child, NAT)
            child.metadata_options = ec2.CfnInstance.MetadataOptionsProperty(
                http_tokens="required", http_endpoint="enabled"
            )
            disk = ec2.CfnInstance.EbsProperty(encrypted=True)
            child.block_device_mappings = [
                ec2.CfnInstance.BlockDeviceMappingProperty(device_name=ROOT_DEVICE, ebs=disk)
            ]
            acknowledge(
                child, "EC28", reason="It forwards packets; the file chose it because it is cheap"
            )
            acknowledge(
                child, "EC29", reason="It keeps nothing: a new one takes over at the next deploy"
            )
            acknowledge(
                child,
                "EC2InstanceNoPublicIp",
                reason="It is the way out, so it has a public address; its group lets nobody in"
                " from there",
            )
            acknowledge(
                child,
                "CT.EC2.PR.19",
                reason="It forwards what is encrypted already: every way out of the file is TLS",
            )
            acknowledge(
                child,
                "EC2InstancesInVPC",
                reason="It is in the VPC by its network interface, which names the subnet",
            )
    return instance
