"""The way into production: images, releases, migrations."""

from pathlib import Path

import pytest

from config.load import ROOT, ConfigError
from tests.assemblies import environment_of
from tests.systems.daadaar.test_9_delivery import SCHEMA_PUSH
from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing, texts

# Build: images in ECR.


@pytest.mark.parametrize("name", ["api", "web"])
def test_an_image_never_changes_under_its_tag_and_is_scanned(read: Reading, name: str) -> None:
    repository = read.one("AWS::ECR::Repository", RepositoryName=f"daadaar-fargate/{name}")
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_the_service_is_pulled_from_its_own_repository_only(read: Reading, service: Thing) -> None:
    role = read.at(read.at(service["TaskDefinition"])["ExecutionRoleArn"])
    repository = f"repository/daadaar-fargate/{service['ServiceName']}"
    assert resources_for(role, "ecr:BatchGetImage") == [
        f"arn:aws:ecr:us-east-1:111111111111:{repository}"
    ]


# Deploy: blue/green to ECS.


def test_releases_are_blue_green(service: Thing) -> None:
    rollout = service["DeploymentConfiguration"]
    assert rollout["Strategy"] == "BLUE_GREEN"
    assert rollout["BakeTimeInMinutes"] == 10


def test_there_is_no_downtime(service: Thing) -> None:
    rollout = service["DeploymentConfiguration"]
    assert (rollout["MinimumHealthyPercent"], rollout["MaximumPercent"]) == (100, 200)
    assert rollout["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert rollout["Alarms"] == {
        "AlarmNames": [f"daadaar-fargate-prod-{service['ServiceName']}-errors"],
        "Enable": True,
        "Rollback": True,
    }


def test_traffic_is_shifted_between_two_groups_of_the_service(
    read: Reading, service: Thing
) -> None:
    (balanced,) = service["LoadBalancers"]
    shift = balanced["AdvancedConfiguration"]
    both = [balanced["TargetGroupArn"], shift["AlternateTargetGroupArn"]]
    assert both[0] != both[1]
    (action,) = read.at(shift["ProductionListenerRule"])["Actions"]
    targets = action["ForwardConfig"]["TargetGroups"]
    assert [(each["TargetGroupArn"], each["Weight"]) for each in targets] == [
        (both[0], 100),
        (both[1], 0),
    ]
    role = read.at(shift["RoleArn"])
    rules = resources_for(role, "elasticloadbalancing:ModifyRule")
    assert rules == [shift["ProductionListenerRule"]]


# Database migrations: "`drizzle-kit push` or migrations", and it is migrations.


def test_migrations_are_applied_by_migrate_as_owner(read: Reading, migrate: Thing) -> None:
    (container,) = migrate["ContainerDefinitions"]
    assert container["Command"] == ["npx", "drizzle-kit", "migrate"]
    (secret,) = container["Secrets"]
    owner = read.at(secret["ValueFrom"])["Description"]
    assert owner.startswith("Connection string of login owner ")


def test_migrations_run_an_image_of_the_api_before_the_api_does(
    read: Reading, api: Thing, migrate: Thing
) -> None:
    names = []
    for task in (migrate, read.at(api["TaskDefinition"])):
        (container,) = task["ContainerDefinitions"]
        repository, _, digest = container["Image"].partition("@")
        assert repository.endswith("/daadaar-fargate/api")
        stack, parameter = digest.strip("<>").split(".")
        names.append(read.templates[stack]["Parameters"][parameter]["Default"])
    assert names == [
        "/daadaar-fargate/prod/api/migrate/image-digest",
        "/daadaar-fargate/prod/api/image-digest",
    ]


def test_no_template_pushes_a_schema(read: Reading) -> None:
    assert [text for text in texts(read.templates) if SCHEMA_PUSH.search(text)] == []


def test_a_file_that_pushes_a_schema_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "daadaar-fargate" / "prod.yaml").read_text()
    pushed = text.replace("npx drizzle-kit migrate", "npx drizzle-kit push")
    assert pushed != text
    with pytest.raises(ConfigError, match="schema pushes are forbidden in production"):
        environment_of(pushed, tmp_path)
