"""Disaster recovery, cost and security best practices."""

from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing

# Backups of the application: the database above, user uploads here.


def test_uploads_have_versions_and_a_lifecycle(read: Reading) -> None:
    bucket = _assets(read)
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}


def test_the_application_reads_and_writes_uploads(read: Reading, task: Thing) -> None:
    role = read.at(task["TaskRoleArn"])
    for action in ("s3:GetObject", "s3:PutObject"):
        assert resources_for(role, action) == [f"{_assets(read).att('Arn')}/*"]


def test_a_task_that_fails_is_replaced_in_any_zone(read: Reading, service: Thing) -> None:
    assert service["AvailabilityZoneRebalancing"] == "ENABLED"
    assert len(service["NetworkConfiguration"]["AwsvpcConfiguration"]["Subnets"]) == 2


def test_a_release_that_fails_is_rolled_back(service: Thing) -> None:
    breaker = service["DeploymentConfiguration"]["DeploymentCircuitBreaker"]
    assert breaker == {"Enable": True, "Rollback": True}


# Cost: what the estimate for development and production counts.


def test_both_environments_have_two_tasks_and_one_way_out(read: Reading) -> None:
    assert read.one("AWS::ApplicationAutoScaling::ScalableTarget")["MinCapacity"] == 2
    assert len(read.all("AWS::EC2::NatGateway")) == 1
    assert len(read.all("AWS::ElasticLoadBalancingV2::LoadBalancer")) == 1


def test_tasks_run_on_demand(service: Thing) -> None:
    # Spot is a tip for what is not critical.
    providers = [each["CapacityProvider"] for each in service["CapacityProviderStrategy"]]
    assert providers == ["FARGATE"]


# Security: no hardcoded credentials.


def test_no_variable_of_a_container_is_a_secret(read: Reading) -> None:
    shown = {
        pair["Name"]
        for task in read.all("AWS::ECS::TaskDefinition")
        for container in task["ContainerDefinitions"]
        for pair in container.get("Environment", [])
    }
    assert shown == {"ASSETS_BUCKET", "AWS_REGION", "NODE_ENV", "RELEASE", "npm_config_cache"}


# The checklist: the database is migrated by a task in the VPC.


def test_migrations_are_applied_by_a_task_as_owner(read: Reading) -> None:
    (task,) = [t for t in read.all("AWS::ECS::TaskDefinition") if t.node == "migrate"]
    (container,) = task["ContainerDefinitions"]
    assert container["Command"] == ["npx", "prisma", "migrate", "deploy"]
    (secret,) = container["Secrets"]
    assert secret["Name"] == "DATABASE_URL"
    owner = read.at(secret["ValueFrom"])["Description"]
    assert owner.startswith("Connection string of login owner ")


def _assets(read: Reading) -> Thing:
    (bucket,) = [bucket for bucket in read.all("AWS::S3::Bucket") if bucket.node == "assets"]
    return bucket
