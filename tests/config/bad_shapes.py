"""Mistakes in one place: unknown keys, wrong types, missing fields, kinds, allowed values."""

from __future__ import annotations

from tests.config.files import bad, section

UNKNOWN_KEYS = {
    "unknown at the top": bad(
        ("images:", "imagse: {}\nimages:"),
        path="imagse",
        says=("unknown key", "did you mean 'images'?", "allowed: accepted, account, alarms"),
    ),
    "extends misspelled": bad(
        ("region: us-east-1\n", "region: us-east-1\nextend: base.yaml\n"),
        path="extend",
        says="did you mean 'extends'?",
        at="extend: base.yaml",
    ),
    "unknown in the network": bad(
        ("nat: none", "nat: none\n  flow_logs_days: 30"),
        path="network.flow_logs_days",
        says="did you mean 'flow_log_days'?",
        at="flow_logs_days",
    ),
    "unknown in a service": bad(
        ("    health: {", "    helth: {"),
        path="services.backend.helth",
        says=("unknown key", "did you mean 'health'?", "allowed: cpu, dns, domain"),
    ),
    "unknown deep in a service": bad(
        ("health: {path: /health}", "health: {path: /health, intervall: 5}"),
        path="services.backend.health.intervall",
        says="did you mean 'interval'?; allowed: healthy, interval, path, timeout, unhealthy",
    ),
    "unknown in a log metric's alarm": bad(
        ("{above: 0, tier: info,", "{above: 0, minuts: 5, tier: info,"),
        path="services.backend.metrics.slow.alarm.minuts",
        says="did you mean 'minutes'?",
    ),
    "unknown in a link": bad(
        ("query: {sslmode", "qeury: {sslmode"),
        path="services.backend.uses.database.qeury",
        says="did you mean 'query'?",
    ),
    "unknown in a database": bad(
        ("backup_days: 7", "backup_dais: 7"),
        path="stores.database.backup_dais",
        says="did you mean 'backup_days'?",
    ),
    "unknown in a cache": bad(
        ("topology: serverless", "topology: serverless\n    max_bg: 3"),
        path="stores.cache.max_bg",
        says="did you mean 'max_gb'?",
        at="max_bg",
    ),
    "a cache's key in a bucket": bad(
        ("versioned: true", "versioned: true\n    max_gb: 7"),
        path="stores.media.max_gb",
        says="allowed: cors, encryption, expire_after_days, expire_old_versions_after_days, gla",
        at="max_gb: 7",
    ),
    "unknown in an opt-out": bad(
        ("backup_days: 7", "backup_days: {none: true, reason: A copy of prod, untill: May}"),
        path="stores.database.backup_days.untill",
        says="allowed: none, reason",
    ),
    "unknown in a task": bad(
        ("command: npx migrate", "command: npx migrate\n    time_out: 9"),
        path="tasks.migrations.time_out",
        says="did you mean 'timeout'?",
        at="time_out",
    ),
    "a required key misspelled": bad(
        ("class: t4g.small", "clas: t4g.small"),
        path="stores.database.clas",
        says="did you mean 'class'?",
    ),
    "system in the file": bad(
        ("environment: prod", "environment: prod\nsystem: demo"),
        path="system",
        says="is the folder's name and does not stand in the file",
        at="system: demo",
    ),
}
WRONG_TYPES = {
    "a version without quotes": bad(
        ('version: "17.11"', "version: 17.11"),
        path="stores.database.version",
        says="found 17.11, must be text: put it in quotes",
    ),
    "an account without quotes": bad(
        ('account: "111111111111"', "account: 111111111111"),
        path="account",
        says="found 111111111111, must be text: put it in quotes",
    ),
    "an account too short": bad(
        ('account: "111111111111"', 'account: "11111111111"'),
        path="account",
        says=("found '11111111111'", "must be the account's twelve digits in quotes"),
    ),
    "a port as text": bad(
        ("port: 8080", 'port: "8080"'),
        path="services.backend.port",
        says="found '8080', must be a whole number",
    ),
    "a port with a fraction": bad(
        ("port: 8080", "port: 80.5"),
        path="services.backend.port",
        says="found 80.5, must be a whole number",
    ),
    "a port out of range": bad(
        ("port: 8080", "port: 65536"),
        path="services.backend.port",
        says="found 65536, must be less than or equal to 65535",
    ),
    "a list for a mapping": bad(
        ("health: {path: /health}", "health: [/health]"),
        path="services.backend.health",
        says="found a list, must be a mapping with the keys healthy, interval, path",
    ),
    "text for a mapping": bad(
        ("cache: {env: {CACHE_URL: url}}", "cache: CACHE_URL"),
        path="services.backend.uses.cache",
        says="found 'CACHE_URL', must be a mapping with the keys access, as, env",
    ),
    "text for a store": bad(
        ("\n    kind: valkey\n    topology: serverless", " valkey"),
        path="stores.cache",
        says="found 'valkey', must be a mapping with the keys",
        at="cache: valkey",
    ),
    "a mapping for a list": bad(
        ("keys: [username, password]", "keys: {username: a}"),
        path="secrets.smtp.keys",
        says="found a mapping, must be a list",
    ),
    "a mapping for text": bad(
        ("NODE_ENV: production", "NODE_ENV: {is: production}"),
        path="services.backend.env.NODE_ENV",
        says="found a mapping, must be text",
    ),
    "a boolean for text": bad(
        ("NODE_ENV: production", "NODE_ENV: on"),
        path="services.backend.env.NODE_ENV",
        says="found true, must be text: put it in quotes",
    ),
    "text for a boolean": bad(
        ("existing_customer: true", "existing_customer: sure"),
        path="services.backend.existing_customer",
        says="found 'sure', must be true or false",
    ),
    "nothing for text": bad(
        ("NODE_ENV: production", "NODE_ENV:"),
        path="services.backend.env.NODE_ENV",
        says="found nothing, must be text",
    ),
    "a date for text": bad(
        ("NODE_ENV: production", "NODE_ENV: 2026-10-20"),
        path="services.backend.env.NODE_ENV",
        says="takes this for 'timestamp': put text in quotes",
    ),
    "a date for a mapping": bad(
        ("query: {sslmode: require}", "query: 2026-10-20"),
        path="services.backend.uses.database.query",
        says="takes this for 'timestamp'",
    ),
    "not a number": bad(
        ("above: 90", "above: .nan"),
        path="alarms.backend.cpu.above",
        says="found nan, must be a finite number",
    ),
    "a number beyond all": bad(
        ("port: 8080", "port: 0x" + "f" * 5000),
        path="services.backend.port",
        says="the number is too large",
        at="port: 0xf",
    ),
    "a variable's name with a dash": bad(
        ("NODE_ENV: production", "node-env: production"),
        path="services.backend.env.node-env",
        says="the name 'node-env' must be letters, digits and underscores",
    ),
    "a node's name with a capital": bad(
        ("repository: demo-web", "repository: demo-web}\n  Web: {repository: demo-other"),
        path="images.Web",
        says="the name 'Web' must be small letters, digits and single hyphens",
        at="Web:",
    ),
}
MISSING = {
    "no region": bad(
        ("region: us-east-1\n", ""), path="region", says="is required", at="environment: prod"
    ),
    "no image's repository": bad(
        ("{repository: demo-web}", "{keep: 3}"), path="images.web.repository", says="is required"
    ),
    "no class of a database": bad(
        ("    class: t4g.small\n", ""),
        path="stores.database.class",
        says="is required",
        at="  database:",
    ),
    "no path of a health check": bad(
        ("health: {path: /health}", "health: {interval: 5}"),
        path="services.backend.health.path",
        says="is required",
    ),
    "no services": bad(
        (section("services"), "services: {}\n"),
        path="services",
        says="found a mapping, must be a mapping with at least one entry",
        at="services: {}",
    ),
    "no kind of a store": bad(
        ("    kind: valkey\n", ""),
        path="stores.cache.kind",
        says="is required: one of postgres, valkey, bucket",
        at="  cache:",
    ),
    "no kind of a service": bad(
        ("    kind: app-runner\n", ""),
        path="services.backend.kind",
        says="is required: one of app-runner, fargate",
        at="  backend:",
    ),
    "no kind of a task": bad(
        ("    kind: codebuild\n", ""),
        path="tasks.migrations.kind",
        says="is required: one of codebuild, fargate",
        at="  migrations:",
    ),
}
CHOICES = {
    "an unknown kind of store": bad(
        ("kind: valkey", "kind: valkie"),
        path="stores.cache.kind",
        says="found 'valkie', must be one of postgres, valkey, bucket; did you mean 'valkey'?",
    ),
    "an unknown kind of service": bad(
        ("kind: app-runner", "kind: fargat"),
        path="services.backend.kind",
        says="found 'fargat', must be one of app-runner, fargate; did you mean 'fargate'?",
    ),
    "an unknown nat": bad(
        ("nat: none", "nat: singel"),
        path="network.nat",
        says=(
            "must be one of none, instance, single, per-zone, regional or a mapping with the keys",
            "did you mean 'single'?",
        ),
    ),
    "an unknown tier of an alarm": bad(
        ("tier: warning", "tier: warnin"),
        path="alarms.database.storage.tier",
        says="did you mean 'warning'?",
    ),
    "an unknown channel": bad(
        ("  critical: {", "  critcal: {"),
        path="channels.critcal",
        says=("the name 'critcal' must be one of critical, warning, info", "did you mean"),
    ),
    "a number where text is a choice": bad(
        ("topology: serverless", "topology: serverless\n    version: 8"),
        path="stores.cache.version",
        says="found 8, must be one of 7, 8: put it in quotes",
        at="version: 8",
    ),
    "text where a number is a choice": bad(
        ("cpu: 1024", 'cpu: "1024"'),
        path="services.backend.cpu",
        says="found '1024', must be one of 256, 512, 1024, 2048, 4096, without quotes",
    ),
    "days that CloudWatch Logs lacks": bad(
        ("cpu: 1024", "cpu: 1024\n    log_days: 45"),
        path="services.backend.log_days",
        says="found 45, must be a number of days that CloudWatch Logs offers: 1, 3, 5",
        at="log_days: 45",
    ),
}
OPT_OUTS = {
    "multi_az off without a reason": bad(
        ("multi_az: true", "multi_az: {off: true}"),
        path="stores.database.multi_az.reason",
        says="is required",
    ),
    "multi_az off for one word": bad(
        ("multi_az: true", "multi_az: {off: true, reason: cheap}"),
        path="stores.database.multi_az.reason",
        says="found 'cheap', must be a sentence that would convince an auditor",
    ),
    "multi_az simply false": bad(
        ("multi_az: true", "multi_az: false"),
        path="stores.database.multi_az",
        says="found false, must be true or a mapping with the keys off, reason",
    ),
    "no backups without a reason": bad(
        ("backup_days: 7", "backup_days: {none: true}"),
        path="stores.database.backup_days.reason",
        says="is required",
    ),
    "no backups for one word": bad(
        ("backup_days: 7", "backup_days: {none: true, reason: cheap}"),
        path="stores.database.backup_days.reason",
        says="must be a sentence",
    ),
    "backups for too many days": bad(
        ("backup_days: 7", "backup_days: 36"),
        path="stores.database.backup_days",
        says="less than or equal to 35 or a mapping with the keys none, reason",
    ),
    "no versions without a reason": bad(
        ("versioned: true", "versioned: {off: true}"),
        path="stores.media.versioned.reason",
        says="is required",
    ),
    "no versions for one word": bad(
        ("versioned: true", "versioned: {off: true, reason: cheap}"),
        path="stores.media.versioned.reason",
        says="must be a sentence",
    ),
    "versions half off": bad(
        ("versioned: true", "versioned: {off: false, reason: Nobody needs them}"),
        path="stores.media.versioned.off",
        says="found false, must be true",
    ),
    "no key without a reason": bad(
        ("{kind: s3, reason: The edge reads without credentials}", "{kind: s3}"),
        path="stores.media.encryption.reason",
        says="is required",
        at="encryption: {kind: s3}",
    ),
    "an unknown encryption": bad(
        ("{kind: s3, reason: The edge reads without credentials}", "s3"),
        path="stores.media.encryption",
        says="found 's3', must be key or a mapping with the keys kind, reason",
        at="encryption: s3",
    ),
    "a link without NAT for one word": bad(
        ("unreachable: Errors are dropped without NAT", "unreachable: dropped"),
        path="services.backend.uses.errors.unreachable",
        says="must be a sentence",
    ),
}
CASES = {**UNKNOWN_KEYS, **WRONG_TYPES, **MISSING, **CHOICES, **OPT_OUTS}
