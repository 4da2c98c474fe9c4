"""Replacements that follow from others, within a stack and across stacks."""

from __future__ import annotations

from typing import Any

from tests.checks.changes.building import database, only, resource, side, verdict

EXPORT = "network:Subnets"


def _subnets(name: str) -> dict[str, Any]:
    return resource("RDS::DBSubnetGroup", {"DBSubnetGroupName": name, "SubnetIds": ["a"]})


def _network(name: str = "one", export: str = EXPORT) -> dict[str, Any]:
    output = {"Value": {"Ref": "Subnets"}, "Export": {"Name": export}}
    return {"Resources": {"Subnets": _subnets(name)}, "Outputs": {"Subnets": output}}


IMPORTED = {"Fn::ImportValue": EXPORT}
READ = {"Fn::GetStackOutput": {"StackName": "network", "OutputName": "Subnets"}}


def test_a_replaced_resource_replaces_who_refers_to_it_in_a_create_only_property() -> None:
    before = {"Subnets": _subnets("one"), "Db": database()}
    found = only(before, {**before, "Subnets": _subnets("two")})
    assert (found.verdict, found.place) == ("replaced", "data/Db")
    assert found.message.startswith("DBSubnetGroupName refers to data/Subnets, which is replaced")


def test_that_goes_on_from_one_to_the_next() -> None:
    def chain(cidr: str) -> dict[str, Any]:
        vpc = resource("EC2::VPC", {"CidrBlock": cidr})
        subnet = resource("EC2::Subnet", {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"})
        cache = resource("ElastiCache::ServerlessCache", {"SubnetIds": [{"Ref": "Subnet"}]})
        return {"Cache": cache, "Subnet": subnet, "Vpc": vpc}

    found = only(chain("10.0.0.0/16"), chain("10.1.0.0/16"))
    assert (found.verdict, found.logical_id) == ("replaced", "Cache")
    assert "SubnetIds refers to data/Subnet, which is replaced" in found.message


def test_a_reference_in_a_property_that_can_change_replaces_nothing() -> None:
    def with_group(description: str) -> dict[str, Any]:
        group = resource("EC2::SecurityGroup", {"GroupDescription": description})
        return {"Group": group, "Db": database(VPCSecurityGroups=[{"Ref": "Group"}])}

    assert verdict(with_group("one"), with_group("two")).changes == []


def test_a_replacement_is_followed_through_exports_and_outputs() -> None:
    for reading in (IMPORTED, READ):
        data = {"Db": database(DBSubnetGroupName=reading)}
        before = side({"network": _network("one"), "data": data})
        after = side({"network": _network("two"), "data": data})
        found = {each.place: each.verdict for each in verdict(before, after).changes}
        assert found["data/Db"] == "replaced"


def test_what_may_be_replaced_may_replace_others() -> None:
    def chain(zone: str) -> dict[str, Any]:
        source = database(AvailabilityZone=zone)
        copy = resource("S3::Bucket", {"BucketName": {"Fn::Sub": "of-${Db}"}})
        return {"Db": source, "Files": copy}

    found = {each.logical_id: each for each in verdict(chain("a"), chain("b")).changes}
    assert found["Files"].verdict == "may be replaced"
    assert found["Files"].fails


def test_another_way_to_read_the_same_value_is_no_change_but_a_trap() -> None:
    network = _network()
    before = side({"network": network, "data": {"Db": database(DBSubnetGroupName=IMPORTED)}})
    after = side({"network": network, "data": {"Db": database(DBSubnetGroupName=READ)}})
    found = only(before, after)
    assert (found.verdict, found.fails) == ("may be replaced", True)
    assert "a change set takes the same value for a new one" in found.message


def test_that_trap_is_told_of_what_keeps_nothing_and_passes() -> None:
    def targets(reading: dict[str, Any]) -> dict[str, Any]:
        return {"Targets": resource("ElasticLoadBalancingV2::TargetGroup", {"VpcId": reading})}

    network = _network()
    before = side({"network": network, "web": targets(IMPORTED)})
    after = side({"network": network, "web": targets(READ)})
    found = only(before, after)
    assert (found.verdict, found.fails) == ("may be replaced", False)


def test_another_export_of_the_same_resource_is_the_same_trap() -> None:
    renamed = {"Fn::ImportValue": "network:Other"}
    before = side({"network": _network(), "data": {"Db": database(DBSubnetGroupName=IMPORTED)}})
    after = side(
        {
            "network": _network(export="network:Other"),
            "data": {"Db": database(DBSubnetGroupName=renamed)},
        }
    )
    found = {each.place: each.verdict for each in verdict(before, after).changes}
    assert found == {"network": "refused", "data/Db": "may be replaced"}


def test_a_parameter_with_another_default_is_another_value() -> None:
    def stack(path: str) -> dict[str, Any]:
        parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": path}
        bucket = resource("S3::Bucket", {"BucketName": {"Ref": "Name"}})
        return {"Parameters": {"Name": parameter}, "Resources": {"Files": bucket}}

    found = only(side({"data": stack("/one")}), side({"data": stack("/two")}))
    assert found.verdict == "replaced"


def test_what_can_not_be_followed_is_compared_as_it_is_written() -> None:
    def bucket(argument: str) -> dict[str, Any]:
        name = {"Fn::Transform": {"Name": argument}}
        return {"Files": resource("S3::Bucket", {"BucketName": name})}

    assert verdict(bucket("a"), bucket("a")).changes == []
    assert only(bucket("a"), bucket("b")).verdict == "replaced"
