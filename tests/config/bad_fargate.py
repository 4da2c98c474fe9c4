"""Mistakes in programs on ECS Fargate: sizes, sidecars, ports, names, calls, tasks."""

from __future__ import annotations

from functools import partial

from tests.config import files
from tests.config.files import FARGATE

bad = partial(files.bad, of=FARGATE)
SIZE = "    cpu: 512\n    memory: 1024\n"
CANARY = "rollout: {kind: canary, percent: 5}"
SPOT = "spot: {percent: 50, base: 1}"
AGENT = "public.ecr.aws/example/agent:1.2.3"
TOKENS = "      tokens: {env: TOKEN_KEY}"


def api(line: str) -> tuple[str, str]:
    """The change that adds a line to the service that others call."""
    return (SPOT, f"{line}\n    {SPOT}")


SIZES = {
    "memory that Fargate does not sell with the CPU": bad(
        (SIZE, "    cpu: 512\n    memory: 512\n"),
        path="services.web.memory",
        says="with cpu 512 Fargate sells 1024, 2048, 3072, 4096 MiB",
        at="    memory: 512",
    ),
    "memory between two steps": bad(
        (SIZE, "    cpu: 8192\n    memory: 18432\n"),
        path="services.web.memory",
        says="with cpu 8192 Fargate sells 16384 to 61440 in steps of 4096 MiB",
        at="memory: 18432",
    ),
    "memory whose steps are uneven": bad(
        (SIZE, "    cpu: 256\n    memory: 1536\n"),
        path="services.web.memory",
        says="with cpu 256 Fargate sells 512, 1024, 2048 MiB",
        at="memory: 1536",
    ),
    "memory of a task": bad(
        ("    image: tools\n", "    image: tools\n    memory: 8192\n"),
        path="tasks.migrate.memory",
        says="with cpu 512 Fargate sells",
        at="memory: 8192",
    ),
    "a CPU that is not sold": bad(
        ("cpu: 512", "cpu: 768"),
        path="services.web.cpu",
        says="found 768, must be one of 256, 512, 1024",
    ),
    "an architecture that is none": bad(
        api("architecture: amd64"),
        path="services.api.architecture",
        says="found 'amd64', must be one of arm64, x86_64",
    ),
    "nothing left for the program": bad(
        ("memory: 64", "memory: 936"),
        path="services.web.memory",
        says="sidecars (936 MiB) and scratch (88 MiB) leave the program nothing",
        at="    memory: 1024",
    ),
    "scratch of no size": bad(
        ("/managed-agents: 8", "/managed-agents: 0"),
        path="services.web.scratch./managed-agents",
        says="found 0, must be greater than or equal to 1",
        at="/managed-agents: 0",
    ),
    "scratch that is no folder": bad(
        api("scratch: {tmp: 8}"),
        path="services.api.scratch.tmp",
        says="the name 'tmp' must be a folder such as /tmp",
    ),
    "a user by name": bad(
        ('user: "1000"', "user: node"),
        path="services.api.user",
        says="found 'node', must be a user's number, such as 1000 or 1000:1000",
    ),
    "a user that is root": bad(
        ('user: "1000"', 'user: "0"'),
        path="services.api.user",
        says=("found '0', must be a user's number", "or a mapping with the keys reason, root"),
    ),
    "a user without quotes": bad(
        ('user: "1000"', "user: 1000"),
        path="services.api.user",
        says="found 1000, must be text",
    ),
    "root without a reason": bad(
        ('user: "1000"', "user: {root: true}"),
        path="services.api.user.reason",
        says="is required",
    ),
    "a root file system that may be written to, without a reason": bad(
        api("read_only: {off: true}"), path="services.api.read_only.reason", says="is required"
    ),
    "a root file system that simply may be written to": bad(
        api("read_only: false"),
        path="services.api.read_only",
        says="found false, must be true or a mapping with the keys off, reason",
    ),
    "a program that is stopped too late": bad(
        ("stop_seconds: 120", "stop_seconds: 121"),
        path="services.worker.stop_seconds",
        says="found 121, must be less than or equal to 120",
    ),
    "a command that is a number": bad(
        ("command: node web.js", "command: 7"),
        path="services.web.command",
        says="found 7, must be a list",
    ),
    "an alarm called like another node's": bad(
        (
            '  slow: {label: Slow answers, pattern: "{ $.slow IS TRUE }"}',
            "  x-cpu: {label: Slow, pattern: x, alarm: {above: 1, tier: info, means: slow}}",
        ),
        ("  beat:\n", "  web-x:\n"),
        path="services.web.metrics.x-cpu",
        says="web-x has an alarm web-x-cpu already: choose another name",
        at="x-cpu",
    ),
    "a family that is another program's by default": bad(
        ("family: demo-web-family", "family: demo-prod-api"),
        path="services.api.family",
        says="web has 'demo-prod-api' already",
        at="  api:",
    ),
    "an image that is called like a task and its image": bad(
        (
            "  tools: {repository: demo/tools}",
            "  tools: {repository: demo/tools}\n  tools-migrate: {repository: demo/more}",
        ),
        path="tasks.migrate",
        says="image 'tools-migrate' is called like this task and its image: rename it",
        at="  migrate:",
    ),
    "a family with a slash": bad(
        ("family: demo-web-family", "family: demo/web"),
        path="services.web.family",
        says="found 'demo/web', must be letters, digits, hyphens and underscores",
    ),
    "a log group with a space": bad(
        ("log_group: /demo/web", "log_group: demo web"),
        path="services.web.log_group",
        says="found 'demo web', must be a log group's name such as /ecs/shop",
    ),
    "days that CloudWatch Logs lacks, of Fargate": bad(
        api("log_days: 45"), path="services.api.log_days", says="found 45, must be a number of days"
    ),
    "a name with a dot": bad(
        ("name: demo-web\n", "name: demo.web\n"),
        path="services.web.name",
        says="found 'demo.web', must be letters, digits, hyphens",
    ),
    "a group with a capital": bad(
        api("group: Back"), path="services.api.group", says="found 'Back', must be small letters"
    ),
}
SIDECARS = {
    "a sidecar without a version": bad(
        (AGENT, "public.ecr.aws/example/agent"),
        path="services.web.sidecars.agent.image",
        says="must be a registry's image with a version or a digest",
    ),
    "a sidecar whose version moves": bad(
        (AGENT, "public.ecr.aws/example/agent:latest"),
        path="services.web.sidecars.agent.image",
        says="`latest` is another image tomorrow: name a version",
    ),
    "a sidecar with the program's name": bad(
        ("      agent:\n", "      app:\n"),
        path="services.web.sidecars.app",
        says="'app' is what the program's own container is called",
        at="      app:",
    ),
    "a sidecar that nobody can pull": bad(
        ("      internet: {reason: It calls whomever a customer names}\n", ""),
        path="services.web.sidecars.agent.image",
        says=("is pulled from outside AWS's private network", "`internet: {reason: …}`"),
        at=AGENT,
    ),
    "a sidecar with too little memory": bad(
        ("memory: 64", "memory: 5"),
        path="services.web.sidecars.agent.memory",
        says="found 5, must be greater than or equal to 6",
    ),
    "a sidecar that is root for one word": bad(
        ("reason: Its image can only begin so", "reason: must"),
        path="services.web.sidecars.agent.user.reason",
        says="found 'must', must be a sentence that would convince an auditor",
        at="reason: must}",
    ),
    "unknown in a sidecar": bad(
        ("traces: true", "trace: true"),
        path="services.web.sidecars.agent.trace",
        says="unknown key; did you mean 'traces'?; allowed: command, env, essential, image",
    ),
    "a node that is missing, of a sidecar": bad(
        ("agent-key: {env: AGENT_KEY}", "agnt-key: {env: AGENT_KEY}"),
        path="services.web.sidecars.agent.uses.agnt-key",
        says="no such node; did you mean 'agent-key'?",
    ),
    "a variable set twice in a sidecar": bad(
        ("        traces: true\n", "        traces: true\n        env: {AGENT_KEY: none}\n"),
        path="services.web.sidecars.agent.uses.agent-key.env.AGENT_KEY",
        says="AGENT_KEY is already set by env",
        at="agent-key: {env: AGENT_KEY}",
    ),
    "a credential in a sidecar's env": bad(
        ("traces: true", "traces: true\n        env: {DD_API_KEY: abc}"),
        path="services.web.sidecars.agent.env.DD_API_KEY",
        says="looks like a credential",
        at="DD_API_KEY",
    ),
    "a sidecar that calls a service": bad(
        ("agent-key: {env: AGENT_KEY}", "agent-key: {env: AGENT_KEY}\n          admin: {env: A}"),
        ("    uses: {api: null}", "    uses: {api: null}\n    sidecars: null"),
        path="services.web.sidecars.agent.uses.admin",
        says="a sidecar is told no names of services: link to it in the program's `uses`",
        at="admin: {env: A}",
    ),
}
PORTS = {
    "routes without a port": bad(
        ("    port: 8080\n", ""),
        path="services.web.port",
        says="is required with `routes`",
        at="  web:",
    ),
    "a port that only root may have": bad(
        ("port: 8080\n", "port: 80\n"),
        path="services.web.port",
        says="only root may listen on 80: let the program use 1024 or above",
        at="    port: 80",
    ),
    "a service without a port that is called": bad(
        ("    port: 9000\n", ""),
        path="services.web.uses.api",
        says="api has no `port` to be called on",
        at="api: {env: API_URL}",
    ),
    "health without routes": bad(
        api("health: {path: /}"),
        path="services.api.health",
        says="is the balancer's, and there are no `routes`",
    ),
    "clients that stick without routes": bad(
        api("sticky_hours: 5"),
        path="services.api.sticky_hours",
        says="is the balancer's, and there are no `routes`",
    ),
    "health that takes longer than its interval": bad(
        ("{path: /ready}", "{path: /ready, interval: 10, timeout: 10}"),
        path="services.admin.health.timeout",
        says="must be shorter than the interval",
    ),
    "health codes that are words": bad(
        ('codes: "200-299"', "codes: ok"),
        path="services.web.health.codes",
        says="found 'ok', must be codes such as 200 or 200-299 or 200,301",
    ),
    "health too often": bad(
        ("{path: /ready}", "{path: /ready, interval: 4, timeout: 2}"),
        path="services.admin.health.interval",
        says="found 4, must be greater than or equal to 5",
    ),
    "alive without a command": bad(
        ('alive: {command: [curl, -f, "http://127.0.0.1:8080/health"]}', "alive: {retries: 3}"),
        path="services.web.alive.command",
        says="is required",
    ),
    "a probe without an address": bad(
        api("probe: {path: /}"),
        path="services.api.probe",
        says="needs a public host name to call",
    ),
    "a probe of all addresses": bad(
        (CANARY, f"{CANARY}\n    probe: {{path: /}}"),
        path="services.admin.probe",
        says="needs a public host name to call",
        at="probe: {path: /}",
    ),
}
NAMES = {
    "one family for two": bad(
        api('family: "demo-web-family"'),
        path="services.api.family",
        says="web has 'demo-web-family' already",
    ),
    "one log group for two": bad(
        ("    command: [npx, migrate]\n", '    command: npx x\n    log_group: "/demo/web"\n'),
        path="tasks.migrate.log_group",
        says="web has '/demo/web' already",
        at='log_group: "/demo/web"',
    ),
    "one name for two": bad(
        api("name: admin"),
        path="services.api.name",
        says="service admin has 'admin' already",
    ),
}
METRICS = {
    "one metric for two": bad(
        (CANARY, f"{CANARY}\n    metrics: {{slow: {{label: Slow, pattern: slow}}}}"),
        path="services.admin.metrics.slow",
        says="service web has 'slow' already",
        at="    metrics: {slow:",
    ),
    "a metric with the name of an alarm": bad(
        (
            '{label: Slow answers, pattern: "{ $.slow IS TRUE }"}',
            "{label: Slow, pattern: x, alarm: {above: 0, tier: info, means: it is slow}}",
        ),
        ("      slow: ", "      running: "),
        path="services.web.metrics.running",
        says="web has an alarm web-running already: choose another name",
        at="      running: ",
    ),
}
CALLS = {
    "a service that calls itself": bad(
        (TOKENS, f"{TOKENS}\n      api: {{env: SELF}}"),
        path="services.api.uses.api",
        says="is the service itself",
        at="api: {env: SELF}",
    ),
    "a task that calls a service": bad(
        ("    uses: {api: null}\n", ""),
        path="tasks.report.uses.api",
        says="only services on Fargate learn the names of services",
        at="api: {env: API_URL}",
    ),
    "a service of a later group": bad(
        api("group: back"),
        path="services.web.uses.api",
        says="is in group 'back', which is made later: give web a group too",
        at="api: {env: API_URL}",
    ),
}
TASKS = {
    "a zone of time without a schedule": bad(
        ("    schedule: rate(1 day)\n", ""),
        path="tasks.report.timezone",
        says="there is no `schedule` that it could be for",
        at="timezone:",
    ),
    "a schedule that never comes": bad(
        ("rate(1 day)", "rate(0 days)"),
        path="tasks.report.schedule",
        says="must be rate(1 day), or cron(…) with six fields such as cron(0 6 * * ? *)",
    ),
    "a schedule of five fields": bad(
        ("rate(1 day)", "cron(0 6 * * *)"),
        path="tasks.report.schedule",
        says="with six fields",
    ),
    "a zone of time that is none": bad(
        ("Europe/Berlin", "Berlin time"),
        path="tasks.report.timezone",
        says="found 'Berlin time', must be a zone such as UTC",
    ),
    "a task that runs for more than a day": bad(
        ("timeout: 90", "timeout: 1441"),
        path="tasks.report.timeout",
        says="less than or equal to 1440",
    ),
    "a task that is tried too often": bad(
        ("retries: 1", "retries: 6"), path="tasks.report.retries", says="less than or equal to 5"
    ),
    "a task with routes": bad(
        ("retries: 1", "routes: [{host: example.com}]"),
        path="tasks.report.routes",
        says="unknown key",
        at="    routes: [{host: example.com}]",
    ),
    "a command for a shell": bad(
        ("command: node web.js", "command: npx migrate && node web.js"),
        path="services.web.command",
        says="must be a list of words: no shell reads it, and quotes would stay",
    ),
    "a command in quotes": bad(
        ("command: node web.js", "command: sh -c 'node web.js'"),
        path="services.web.command",
        says="must be a list of words",
    ),
    "an architecture by Docker's name": bad(
        api("architecture: amd64"),
        path="services.api.architecture",
        says="found 'amd64', must be one of arm64, x86_64; did you mean 'x86_64'?",
    ),
    **{
        f"a credential by its form, {value[:7]}": bad(
            ("env: {MODE: web}", f"env: {{MODE: '{value}'}}"),
            path="services.web.env.MODE",
            says="looks like a credential: declare a secret and link to it by `uses`",
        )
        for value in (
            "postgres://admin:geheim@db:5432/x",
            "redis://:geheim@cache:6379",
            "sk_live_" + "x" * 9,
            "ghp_" + "x" * 9,
            "AKIA" + "X" * 16,
            "eyJhbGciOi.xxx.yyy",
        )
    },
    "days by month and by week": bad(
        ("schedule: rate(1 day)", "schedule: cron(0 6 * * MON *)"),
        path="tasks.report.schedule",
        says=("one of the fields three and five has to be `?`", "cron(0 6 ? * MON *)"),
    ),
    "no days at all": bad(
        ("schedule: rate(1 day)", "schedule: cron(0 6 ? * ? *)"),
        path="tasks.report.schedule",
        says="one of the fields three and five has to be `?`, and only one",
    ),
    "a zone of time that is misspelled": bad(
        ("timezone: Europe/Berlin", "timezone: Europe/Berln"),
        path="tasks.report.timezone",
        says="there is no zone 'Europe/Berln'; did you mean 'Europe/Berlin'?",
    ),
    "a schema push by a service": bad(
        ("command: node web.js", "command: npx drizzle-kit push"),
        path="services.web.command",
        says="schema pushes are forbidden in production",
    ),
    "a schema push in production, on Fargate": bad(
        ("command: [npx, migrate]", "command: [npx, prisma, db, push]"),
        path="tasks.migrate.command",
        says="schema pushes are forbidden in production",
    ),
    "an image that is missing, on Fargate": bad(
        ("image: tools", "image: tool"),
        path="tasks.migrate.image",
        says="no image 'tool'; did you mean 'tools'?; known: app, tools",
    ),
}
TABLES = (SIZES, SIDECARS, PORTS, NAMES, METRICS, CALLS, TASKS)
CASES = {f"{name} (Fargate)": case for table in TABLES for name, case in table.items()}
