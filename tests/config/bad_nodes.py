"""Mistakes in nodes: services, tasks, images, stores, secrets, externals."""

from __future__ import annotations

from tests.config.files import bad

EMAIL = "{endpoint: email-smtp, port: 587, secret: smtp}"
ERRORS = "{hosts: [errors.example.com], secret: webhook}"
CALL = "      errors: {env: ERRORS_DSN, unreachable: Errors are dropped without NAT}\n"
US_WEST = "    us-west-1a: usw1-az1\n    us-west-1c: usw1-az3\n"
BUILDSPEC = "infrastructure/aws/codebuild-migrations.buildspec.yml"

SERVICES = {
    "a public service without health": bad(
        ("    health: {path: /health}\n", ""),
        path="services.backend.health",
        says="a public service needs `health: {path: …}`",
        at="  backend:",
    ),
    "a path that is none": bad(
        ("health: {path: /health}", "health: {path: health}"),
        path="services.backend.health.path",
        says="found 'health', must be a path such as /health",
    ),
    "memory that does not go with the CPU": bad(
        ("cpu: 1024", "cpu: 256"),
        path="services.backend.memory",
        says="with cpu 256 App Runner sells 512, 1024 MiB",
        at="memory: 2048",
    ),
    "more instances at least than at most": bad(
        ("scale: {min: 1, max: 4}", "scale: {min: 5, max: 4}"),
        path="services.backend.scale",
        says="min 5 is over max 4",
    ),
    "a new customer of App Runner": bad(
        ("    existing_customer: true\n", ""),
        path="services.backend.existing_customer",
        says=("no new customers since 30 April 2026", "ECS Fargate"),
        at="  backend:",
    ),
    "a private service": bad(
        ("port: 8080", "port: 8080\n    public: false"),
        path="services.backend.public",
        says="nobody could reach it",
        at="public: false",
    ),
    "a metric with the name of an alarm": bad(
        ("      slow:\n", "      cpu:\n"),
        path="services.backend.metrics.cpu",
        says="backend has an alarm backend-cpu already: choose another name",
        at="      cpu:",
    ),
    "a service whose name becomes too long": bad(
        ("  backend:\n", "  backend-of-the-whole-demo-syste:\n"),
        ("  backend.cpu: {above: 90}\n", ""),
        path="services.backend-of-the-whole-demo-syste",
        says="demo-prod-backend-of-the-whole-demo-syste is too long for App Runner (40): give it a",
        at="  backend-of-the-whole-demo-syste:",
    ),
    "a variable that the command has": bad(
        ("    command: ", "    env: {COMMAND: ls}\n    command: "),
        path="tasks.migrations.env.COMMAND",
        says="says what `command:` says",
    ),
    "a login that is the master": bad(
        ("as: owner", "as: owner, login: master"),
        path="tasks.migrations.uses.database.login",
        says="the master is for RDS and its admin function alone",
        at="login: master",
    ),
    "a variable of App Runner's own": bad(
        ("NODE_ENV: production", 'PORT: "80"'),
        path="services.backend.env.PORT",
        says="App Runner sets this variable itself",
    ),
    "a name that is too short": bad(
        ("port: 8080", "port: 8080\n    name: a"),
        path="services.backend.name",
        says="found 'a', must be 4 to 40 letters",
        at="name: a",
    ),
    "a domain that is an address": bad(
        ("domain: api.example.com", "domain: https://api.example.com"),
        path="services.backend.domain",
        says="found 'https://api.example.com', must be a host name such as api.example.com",
    ),
    "a probe without a domain": bad(
        ("    domain: api.example.com\n", ""),
        path="services.backend.probe",
        says="needs a public host name to call",
        at="probe: {",
    ),
    "a probe outside us-east-1": bad(
        ("region: us-east-1", "region: eu-west-1"),
        ("us-east-1a: use1-az6", "eu-west-1a: euw1-az1"),
        ("us-east-1c: use1-az2", "eu-west-1b: euw1-az2"),
        path="services.backend.probe",
        says=("Route 53 publishes", "us-east-1 only", "eu-west-1"),
        at="probe: {",
    ),
    "an image that is missing": bad(
        ("    image: web\n    port", "    image: wbe\n    port"),
        path="services.backend.image",
        says="no image 'wbe'; did you mean 'web'?; known: web",
        at="image: wbe",
    ),
    "a credential in the file": bad(
        ("NODE_ENV: production", "STRIPE_API_KEY: sk_live_1"),
        path="services.backend.env.STRIPE_API_KEY",
        says="looks like a credential: declare a secret and link to it by `uses`",
    ),
    "one repository for two images": bad(
        (
            "web: {repository: demo-web}",
            "web: {repository: demo-web}\n  api: {repository: demo-web}",
        ),
        path="images.api.repository",
        says="demo-web holds image 'web' already",
        at="  api:",
    ),
}
TASKS = {
    "App Runner where it is not": bad(
        ("region: us-east-1", "region: us-west-1"),
        ("    us-east-1a: use1-az6\n    us-east-1c: use1-az2\n", US_WEST),
        ("    probe: {path: /health}\n", ""),
        path="services.backend.kind",
        says="App Runner is not offered in us-west-1",
        at="kind: app-runner",
    ),
    "a schema push in production": bad(
        ("command: npx migrate", "command: npx drizzle-kit push --force"),
        path="tasks.migrations.command",
        says="schema pushes are forbidden in production: generate and apply migrations",
    ),
    "a buildspec that is missing": bad(
        (BUILDSPEC, "infrastructure/aws/nothing.yml"),
        path="tasks.migrations.buildspec",
        says="infrastructure/aws/nothing.yml is not a file of this repository",
    ),
    "a buildspec outside the repository": bad(
        (BUILDSPEC, "/etc/../etc/buildspec.yml"),
        path="tasks.migrations.buildspec",
        says="is not a file of this repository",
    ),
    "a buildspec no system could store": bad(
        (BUILDSPEC, "a" * 300 + ".yml"),
        path="tasks.migrations.buildspec",
        says="is not a file of this repository",
    ),
    "an image that is missing, of a task": bad(
        ("    image: web\n    buildspec", "    image: webs\n    buildspec"),
        path="tasks.migrations.image",
        says="did you mean 'web'?",
        at="image: webs",
    ),
}
STORES = {
    "a database in which nobody may make a table": bad(
        ("database: {as: owner, env: DATABASE_URL}", "database: {login: other, env: DATABASE_URL}"),
        path="stores.database",
        says="nobody uses it `as: owner`, so nobody could make a table",
        at="  database:",
    ),
    "a master with the owner's name": bad(
        ('version: "17.11"', 'version: "17.11"\n    master: {username: owner}'),
        path="stores.database.master.username",
        says="is taken by RDS or by a role that is made here",
        at="master:",
    ),
    "a master with a login's name": bad(
        ('version: "17.11"', 'version: "17.11"\n    master: {username: app_blue}'),
        path="stores.database.master.username",
        says="is taken by RDS or by a role that is made here",
        at="master:",
    ),
    "a store whose name becomes too long": bad(
        ("  cache:\n", "  cache-of-the-whole-demo-system:\n"),
        ("      cache: {", "      cache-of-the-whole-demo-system: {"),
        path="stores.cache-of-the-whole-demo-system",
        says="demo-prod-cache-of-the-whole-demo-system is over 32 characters: give it a `name:`",
        at="  cache-of-the-whole-demo-system:",
    ),
    "windows that meet": bad(
        ('version: "17.11"', 'version: "17.11"\n    maintenance_window: sun:03:30-sun:04:30'),
        path="stores.database.maintenance_window",
        says="meets the daily backup window 03:00-04:00",
        at="maintenance_window",
    ),
    "a window that is too short": bad(
        ('version: "17.11"', 'version: "17.11"\n    backup_window: "03:00-03:20"'),
        path="stores.database.backup_window",
        says="must last 30 minutes at least",
        at="backup_window",
    ),
    "a PostgreSQL that is no longer sold": bad(
        ('"17.11"', '"17.4"'),
        path="stores.database.version",
        says="RDS does not create PostgreSQL 17.4 any more: choose 17.11",
        at="17.4",
    ),
    "a PostgreSQL of a major that is gone": bad(
        ('"17.11"', '"12.22"'),
        path="stores.database.version",
        says="RDS does not create PostgreSQL 12.22: majors are 15, 16, 17, 18",
        at="12.22",
    ),
    "a PostgreSQL without its minor": bad(
        ('"17.11"', '"17"'),
        path="stores.database.version",
        says="found '17', must be major and minor version in quotes, such as 17.11",
        at='version: "17"',
    ),
    "storage that can't grow": bad(
        ("database: demo", "database: demo\n    storage_gb: 100\n    max_storage_gb: 105"),
        path="stores.database.max_storage_gb",
        says="must be at least 10 percent over storage_gb (100)",
        at="max_storage_gb",
    ),
    "TLS turned off": bad(
        ("database: demo", 'database: demo\n    parameters: {rds.force_ssl: "0"}'),
        path="stores.database.parameters.rds.force_ssl",
        says="TLS is always enforced: remove it",
        at="force_ssl",
    ),
    "connections as a parameter": bad(
        ("database: demo", 'database: demo\n    parameters: {max_connections: "50"}'),
        path="stores.database.parameters.max_connections",
        says="has a field of its own: `max_connections:`",
        at="parameters:",
    ),
    "a bucket's name with capitals": bad(
        ("versioned: true", "name: Media\n    versioned: true"),
        path="stores.media.name",
        says="found 'Media', must be a bucket's name: small letters",
    ),
}
OUTSIDE = {
    "an external that is nowhere": bad(
        (ERRORS, "{secret: webhook}"),
        (CALL, ""),
        path="externals.errors",
        says="needs exactly one of `hosts`, `endpoint` and `cidrs`",
        at="errors: {secret: webhook}",
    ),
    "an external that is at two places": bad(
        (EMAIL, EMAIL.replace("{", "{hosts: [smtp.example.com], ")),
        (
            "{env: {SMTP_HOST: host, SMTP_USER",
            "{unreachable: No way out, env: {SMTP_HOST: host, SMTP_USER",
        ),
        path="externals.email",
        says="needs exactly one of `hosts`, `endpoint` and `cidrs`",
        at="email: {hosts",
    ),
    "an unknown endpoint": bad(
        ("endpoint: email-smtp", "endpoint: email-smpt"),
        path="externals.email.endpoint",
        says=("unknown endpoint 'email-smpt'; did you mean 'email-smtp'?", "known: ecr.api"),
    ),
    "an endpoint on another port": bad(
        ("port: 587", "port: 588"),
        path="externals.email.port",
        says="email-smtp answers on 25, 465, 587, 2465, 2587, not on 588",
        at=EMAIL.replace("587", "588"),
    ),
    "a secret that is missing": bad(
        ("secret: webhook}", "secret: wehbook}"),
        path="externals.errors.secret",
        says="no secret 'wehbook'; did you mean 'webhook'?; known: smtp, webhook",
    ),
    "a host that is an address": bad(
        ("[errors.example.com]", '["https://errors.example.com"]'),
        path="externals.errors.hosts.0",
        says="found 'https://errors.example.com', must be a host name such as",
    ),
    "a secret that nobody brings": bad(
        ("smtp: {brought: true", "smtp: {brought: false"),
        path="secrets.smtp.brought",
        says="found false, must be true",
    ),
    "a node with a name of the system's": bad(
        ("  edge:\n", "  internet: {hosts: [example.com]}\n  edge:\n"),
        path="externals.internet",
        says="the name 'internet' is the system's own",
    ),
}
CASES = {**SERVICES, **TASKS, **STORES, **OUTSIDE}
