"""Current deployment: mail and Slack."""

from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing, texts
from tests.systems.ways import Way, ways_in, ways_out

# SMTP.


def test_mail_leaves_by_ses_in_the_region(variables: dict[str, str]) -> None:
    assert variables["SMTP_HOST"] == "email-smtp.us-east-1.amazonaws.com"
    assert variables["SMTP_PORT"] == "587"


def test_mail_takes_the_private_endpoint_and_no_other_way(read: Reading) -> None:
    by_mail_ports = {f"tcp/{port}" for port in (25, 465, 587, 2465, 2587)}
    way = Way("backend", "endpoint:email-smtp", "tcp/587")
    assert {w for w in ways_out(read) if w.by in by_mail_ports} == {way}
    assert {w for w in ways_in(read) if w.target == way.target} == {way}


def test_the_credentials_for_mail_are_secret(read: Reading, secrets: dict[str, str]) -> None:
    (smtp,) = [s for s in read.all("AWS::SecretsManager::Secret") if s.node == "smtp"]
    assert secrets["SMTP_USER"] == f"{smtp.ref}:username::"
    assert secrets["SMTP_PASSWORD"] == f"{smtp.ref}:password::"


# Slack notifications.


def test_the_backend_knows_the_notifier(notifier: Thing, variables: dict[str, str]) -> None:
    assert notifier["FunctionName"] == "daadaar-slack-notifier"
    assert variables["SLACK_NOTIFIER_FUNCTION"] == notifier.ref


def test_the_backend_may_invoke_the_notifier_and_no_other_function(
    backend_role: Thing, notifier: Thing
) -> None:
    (trust,) = backend_role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "tasks.apprunner.amazonaws.com"}
    assert resources_for(backend_role, "lambda:InvokeFunction") == [notifier.att("Arn")]
    assert {text for text in texts(backend_role.properties) if text.startswith("lambda:")} == {
        "lambda:InvokeFunction"
    }


def test_the_backend_reaches_lambda_through_its_endpoint(read: Reading) -> None:
    way = Way("backend", "endpoint:lambda", "tcp/443")
    assert way in ways_out(read)
    assert {w for w in ways_in(read) if w.target == "endpoint:lambda"} == {way}


def test_the_notifier_reads_its_webhook_from_a_secret(read: Reading, notifier: Thing) -> None:
    secrets = read.all("AWS::SecretsManager::Secret")
    (webhook,) = [secret for secret in secrets if secret.node == "slack-webhook"]
    assert notifier["Environment"]["Variables"]["WEBHOOK_SECRET_ARN"] == webhook.ref
    role = read.at(notifier["Role"])
    assert resources_for(role, "secretsmanager:GetSecretValue") == [webhook.ref]


def test_the_notifier_reaches_slack_because_it_is_outside_the_vpc(notifier: Thing) -> None:
    assert notifier.get("VpcConfig") is None


def test_what_slack_does_not_take_comes_back_to_the_notifier_by_itself(
    read: Reading, notifier: Thing
) -> None:
    waiting = read.at(notifier["DeadLetterConfig"]["TargetArn"])
    mapping = read.one("AWS::Lambda::EventSourceMapping")
    assert mapping["EventSourceArn"] == waiting.att("Arn")
    assert mapping["FunctionName"] == notifier.att("Arn")
    assert waiting.node == read.at(waiting["RedrivePolicy"]["deadLetterTargetArn"]).node
    role = read.at(notifier["Role"])
    assert resources_for(role, "sqs:ReceiveMessage") == [waiting.att("Arn")]


def test_ends_of_migrations_reach_the_notifier(
    read: Reading, notifier: Thing, migrations: Thing
) -> None:
    rule = _rule_for(read, notifier, "aws.codebuild")
    detail = rule["EventPattern"]["detail"]
    assert detail["project-name"] == [migrations["Name"]]
    assert {"SUCCEEDED", "FAILED", "STOPPED"} <= set(detail["build-status"])


def test_events_of_the_database_reach_the_notifier(
    read: Reading, notifier: Thing, database: Thing
) -> None:
    rule = _rule_for(read, notifier, "aws.rds")
    detail = rule["EventPattern"]["detail"]
    assert detail["SourceIdentifier"] == [database["DBInstanceIdentifier"]]
    assert {"failure", "failover", "low storage", "availability"} <= set(detail["EventCategories"])


def _rule_for(read: Reading, notifier: Thing, source: str) -> Thing:
    """The rule that hears of a service's events, and may invoke the notifier."""
    (rule,) = [
        r
        for r in read.all("AWS::Events::Rule")
        if r["EventPattern"]["source"] == [source] and r["Targets"][0]["Arn"] == notifier.att("Arn")
    ]
    permission = read.one("AWS::Lambda::Permission", SourceArn=rule.att("Arn"))
    assert permission["FunctionName"] == notifier.att("Arn")
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["Action"] == "lambda:InvokeFunction"
    return rule
