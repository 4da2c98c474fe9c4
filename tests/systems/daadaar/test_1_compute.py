"""Compute, and what the current deployment says of it."""

from tests.systems.policies import resources_for, statements
from tests.systems.reading import Reading, Thing, texts

ZONES = ["us-east-1a", "us-east-1c", "us-east-1d"]


# Backend: App Runner, containerized.


def test_there_is_one_service_and_app_runner_runs_it(read: Reading, backend: Thing) -> None:
    assert read.all("AWS::AppRunner::Service", "AWS::ECS::Service") == [backend]


def test_the_service_runs_an_image_from_its_own_repository(read: Reading, backend: Thing) -> None:
    repository = read.one("AWS::ECR::Repository")["RepositoryName"]
    source = backend["SourceConfiguration"]
    assert source["ImageRepository"]["ImageRepositoryType"] == "ECR"
    image = source["ImageRepository"]["ImageIdentifier"]
    assert image.startswith(f"111111111111.dkr.ecr.us-east-1.amazonaws.com/{repository}@")


def test_the_service_scales_by_a_configuration_of_its_own(read: Reading, backend: Thing) -> None:
    scaling = read.one("AWS::AppRunner::AutoScalingConfiguration")
    assert backend["AutoScalingConfigurationArn"] == scaling.att("AutoScalingConfigurationArn")
    assert scaling["MinSize"] < scaling["MaxSize"]
    assert scaling["MaxConcurrency"] > 0


def test_the_service_is_reached_from_the_internet(backend: Thing) -> None:
    assert backend["NetworkConfiguration"]["IngressConfiguration"] == {"IsPubliclyAccessible": True}


def test_the_service_goes_out_through_its_connector_only(read: Reading, backend: Thing) -> None:
    connector = read.one("AWS::AppRunner::VpcConnector")
    assert backend["NetworkConfiguration"]["EgressConfiguration"] == {
        "EgressType": "VPC",
        "VpcConnectorArn": connector.att("VpcConnectorArn"),
    }


def test_the_connector_is_in_the_isolated_subnets_of_all_zones(read: Reading) -> None:
    subnets = read.one("AWS::AppRunner::VpcConnector")["Subnets"]
    assert read.zones(subnets) == ZONES
    tiers = [tag["Value"] for s in subnets for tag in read.at(s)["Tags"] if "type" in tag["Key"]]
    assert tiers == ["Isolated"] * len(ZONES)


# Custom domain and health check.


def test_app_runner_asks_the_health_path(backend: Thing) -> None:
    assert backend["HealthCheckConfiguration"]["Path"] == "/health"
    assert backend["HealthCheckConfiguration"]["Protocol"] == "HTTP"


def test_the_custom_domain_is_associated_without_www(read: Reading, backend: Thing) -> None:
    machine = _domain_machine(read)
    associate = machine["Definition"]["States"]["Associate"]
    assert associate["Resource"] == "arn:aws:states:::aws-sdk:apprunner:associateCustomDomain"
    assert associate["Parameters"] == {
        "ServiceArn": "${ServiceArn}",
        "DomainName": "api.daadaar.com",
        "EnableWWWSubdomain": False,
    }
    assert machine["DefinitionSubstitutions"]["ServiceArn"] == backend.att("ServiceArn")
    assert machine["Definition"]["StartAt"] == "Associate"


def test_the_machine_of_the_domain_may_do_that_on_this_service_only(
    read: Reading, backend: Thing
) -> None:
    role = read.at(_domain_machine(read)["RoleArn"])
    on_service = [s for s in statements(role) if "apprunner" in str(s["Action"])]
    assert [(sorted(s["Action"]), s["Resource"]) for s in on_service] == [
        (
            ["apprunner:AssociateCustomDomain", "apprunner:DescribeCustomDomains"],
            backend.att("ServiceArn"),
        )
    ]


def test_the_domain_is_looked_after_when_a_deploy_ends(read: Reading) -> None:
    machine = _domain_machine(read)
    (rule,) = [
        rule
        for rule in read.all("AWS::Events::Rule")
        if [target["Arn"] for target in rule["Targets"]] == [machine.ref]
    ]
    assert rule["EventPattern"]["source"] == ["aws.cloudformation"]
    assert rule["EventPattern"]["detail"]["stack-id"] == ["<compute.AWS::StackId>"]
    ended = rule["EventPattern"]["detail"]["status-details"]["status"]
    assert ended == ["CREATE_COMPLETE", "UPDATE_COMPLETE"]


def test_a_deploy_says_which_record_is_to_be_set_at_cloudflare(
    read: Reading, backend: Thing
) -> None:
    text = read.outputs("compute")["What remains to be done for api.daadaar.com"]
    assert f"Cloudflare: CNAME api.daadaar.com -> {backend.att('ServiceUrl')}" in text
    assert "certificate" in text


def test_slack_hears_which_records_the_certificate_needs(read: Reading, notifier: Thing) -> None:
    machine = _domain_machine(read)
    tell = machine["Definition"]["States"]["Tell"]
    assert tell["Resource"] == "arn:aws:states:::lambda:invoke"
    assert tell["Parameters"]["FunctionName"] == "${Notifier}"
    assert machine["DefinitionSubstitutions"]["Notifier"] == notifier.att("Arn")
    assert "Set at Cloudflare: CNAME api.daadaar.com" in tell["Parameters"]["Payload"]["text.$"]
    assert "CertificateValidationRecords" in tell["Parameters"]["Payload"]["text.$"]
    role = read.at(machine["RoleArn"])
    assert resources_for(role, "lambda:InvokeFunction") == [notifier.att("Arn")]


# Frontend: not at AWS.


def test_nothing_here_delivers_the_frontend(read: Reading) -> None:
    strangers = ("AWS::Amplify::", "AWS::CloudFront::")
    assert [thing for thing in read.things if thing.kind.startswith(strangers)] == []
    assert len(read.all("AWS::AppRunner::Service")) == 1
    for word in ("www.daadaar.com", "vercel"):
        assert [t for t in texts(read.templates) if word in t.lower()] == []


def _domain_machine(read: Reading) -> Thing:
    (machine,) = [
        machine
        for machine in read.all("AWS::StepFunctions::StateMachine")
        if "associateCustomDomain" in str(machine["Definition"])
    ]
    return machine
