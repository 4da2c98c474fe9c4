"""Mistakes in stores: caches and queues, lifecycles, databases' replicas and proxies, secrets."""

from __future__ import annotations

from functools import partial

from tests.config import files
from tests.config.files import FARGATE

bad = partial(files.bad, of=FARGATE)
HOLDS = "    holds: queue\n"
STORE = "queue: {store: broker,"
EVICTION = "eviction: volatile-lfu"
CORS = "[{origins: [https://example.com], methods: [GET]}]"
TOKENS = "{generate: key, description: Signs tokens}"
IN_A_CACHE = "this store may evict what it holds: put the queue into a Valkey with"

PARAMETERS = {
    f"{name} as a parameter": bad(
        ('lazyfree-lazy-eviction: "yes"', f'{name}: "{value}"'),
        path=f"stores.cache.parameters.{name}",
        says=says,
    )
    for name, value, says in (
        ("timeout", "300", "has a field of its own: `timeout:`"),
        ("tcp-keepalive", "60", "has a field of its own: `keepalive:`"),
        ("cluster-enabled", "yes", "is always off"),
    )
}
QUEUES = {
    "a queue in a cache, going by its variable": bad(
        ("cache: {env: CACHE_URL}", "cache: {env: CELERY_BROKER_URL}"),
        path="services.web.uses.cache.env.CELERY_BROKER_URL",
        says=("looks like a queue", IN_A_CACHE, "`topology: nodes` and `holds: queue`"),
    ),
    "a queue in a serverless cache, going by its variable": bad(
        ("fast: {env: FAST_URL}", "fast: {env: BULL_REDIS}"),
        path="services.admin.uses.fast.env.BULL_REDIS",
        says=("looks like a queue: a serverless cache is always in cluster mode", "CROSSSLOT"),
    ),
    "a queue in a cache, going by the scale": bad(
        (STORE, "queue: {store: cache,"),
        path="services.worker.scale.queue.store",
        says=IN_A_CACHE,
    ),
    "a queue in a serverless cache, going by the scale": bad(
        (STORE, "queue: {store: fast,"),
        path="services.worker.scale.queue.store",
        says="a serverless cache is always in cluster mode",
    ),
    "a queue in a database": bad(
        (STORE, "queue: {store: database,"),
        path="services.worker.scale.queue.store",
        says="no Valkey 'database'; known: broker, cache, fast",
    ),
    "a queue nowhere": bad(
        (STORE, "queue: {store: brokr,"),
        path="services.worker.scale.queue.store",
        says="no Valkey 'brokr'; did you mean 'broker'?",
    ),
    "a queue that is not used": bad(
        ("uses: {payments: null}", "uses: {payments: null, broker: null}"),
        path="services.worker.scale.queue.store",
        says="the service does not use this store: link to it",
        at="scale: {min: 1",
    ),
    "a queue that evicts": bad(
        (HOLDS, f"{HOLDS}    eviction: allkeys-lru\n"),
        path="stores.broker.eviction",
        says="allkeys-lru would throw jobs away when memory is full: remove it",
        at="eviction: allkeys-lru",
    ),
}
NODES = {
    "eviction as a parameter": bad(
        ("lazyfree-lazy-eviction:", "maxmemory-policy:"),
        path="stores.cache.parameters.maxmemory-policy",
        says="has a field of its own: `eviction:`",
    ),
    "an unknown eviction": bad(
        (EVICTION, "eviction: volatile-lf"),
        path="stores.cache.eviction",
        says="did you mean 'volatile-lfu'?",
        at="    eviction: volatile-lf",
    ),
    "something that is neither cache nor queue": bad(
        (HOLDS, "    holds: jobs\n"),
        path="stores.broker.holds",
        says="found 'jobs', must be one of cache, queue",
    ),
    "one node in several zones": bad(
        ("    multi_az: {off: true, reason: Nothing is lost with it}\n", ""),
        path="stores.cache.nodes",
        says="one node is lost with its zone: take two, or say `multi_az: {off: true, reason: …}`",
        at="nodes: 1",
    ),
    "more nodes than a group has": bad(
        ("nodes: 2", "nodes: 7"),
        path="stores.broker.nodes",
        says="found 7, must be less than or equal to 6",
    ),
    "no class of nodes": bad(
        ("    class: t4g.micro\n", ""),
        path="stores.cache.class",
        says="is required",
        at="  cache:",
    ),
    "a class with its prefix": bad(
        ("class: t4g.micro", "class: cache.t4g.micro"),
        path="stores.cache.class",
        says=(
            "found 'cache.t4g.micro', must be a class such as t4g.small",
            "without `db.` or `cache.`",
        ),
    ),
    "no topology": bad(
        ("    topology: serverless\n", ""),
        path="stores.fast.topology",
        says="is required: one of serverless, nodes",
        at="  fast:",
    ),
    "an unknown topology": bad(
        ("topology: serverless", "topology: servrless"),
        path="stores.fast.topology",
        says="must be one of serverless, nodes; did you mean 'serverless'?",
    ),
    "a queue that is serverless": bad(
        ("topology: serverless", "topology: serverless\n    holds: cache"),
        path="stores.fast.holds",
        says="unknown key; allowed: access_string, kind, max_ecpu_per_second",
        at="holds: cache",
    ),
    "a snapshot window that is too short": bad(
        (EVICTION, "snapshot_window: 05:00-05:30"),
        path="stores.cache.snapshot_window",
        says="must last 60 minutes at least",
    ),
    "a maintenance window that is too short": bad(
        (EVICTION, "maintenance_window: mon:07:00-mon:07:30"),
        path="stores.cache.maintenance_window",
        says="must last 60 minutes at least",
    ),
    "windows of a cache that meet": bad(
        (EVICTION, "maintenance_window: mon:05:30-mon:06:30"),
        path="stores.cache.maintenance_window",
        says="meets the daily snapshot window 05:00-06:00",
    ),
    "a query that holds a number": bad(
        (EVICTION, "query: {ssl_cert_reqs: 1}"),
        path="stores.cache.query.ssl_cert_reqs",
        says="found 1, must be text: put it in quotes",
    ),
    "a timeout of more than a day": bad(
        (EVICTION, "timeout: 86401"),
        path="stores.cache.timeout",
        says="less than or equal to 86400",
    ),
    "a version of nodes that is serverless": bad(
        (EVICTION, 'version: "8"'),
        path="stores.cache.version",
        says="found '8', must be one of 7.2, 8.0, 8.1, 8.2, 9.0",
    ),
}
BUCKETS = {
    "objects that expire before Glacier pays": bad(
        ("expire_after_days: 120", "expire_after_days: 119"),
        path="stores.files.expire_after_days",
        says="Glacier bills 90 days at least: expire after 120 or more, or don't use Glacier",
    ),
    "objects that expire at once": bad(
        ("expire_after_days: 120", "expire_after_days: 0"),
        path="stores.files.expire_after_days",
        says="found 0, must be greater than or equal to 1",
    ),
    "an origin with a path": bad(
        (CORS, "[{origins: [https://example.com/app], methods: [GET]}]"),
        path="stores.files.cors.0.origins.0",
        says="must be an origin such as https://app.example.com, without a path",
    ),
    "no origins": bad(
        (CORS, "[{origins: [], methods: [GET]}]"),
        path="stores.files.cors.0.origins",
        says="found a list, must be a list with at least one entry",
    ),
    "a method in small letters": bad(
        ("methods: [GET]", "methods: [get]"),
        path="stores.files.cors.0.methods.0",
        says="found 'get', must be one of GET, HEAD, PUT, POST, DELETE",
    ),
    "an age of more than a day": bad(
        ("methods: [GET]", "methods: [GET], max_age: 86401"),
        path="stores.files.cors.0.max_age",
        says="less than or equal to 86400",
    ),
}
DATABASES = {
    "insights without monitoring": bad(
        ("    monitoring_seconds: 60\n", ""),
        path="stores.database.insights",
        says="advanced needs Enhanced Monitoring: say `monitoring_seconds: 60`",
        at="insights: advanced",
    ),
    "an interval that RDS lacks": bad(
        ("monitoring_seconds: 60", "monitoring_seconds: 7"),
        path="stores.database.monitoring_seconds",
        says="found 7, must be one of 1, 5, 10, 15, 30, 60",
    ),
    "statistics that are not loaded": bad(
        (
            "extensions: [vector]",
            "extensions: [pg_stat_statements]\n    parameters: {shared_preload_libraries: other}",
        ),
        path="stores.database.parameters.shared_preload_libraries",
        says="must name pg_stat_statements, which `extensions` asks for",
        at="parameters: {shared",
    ),
    "an extension with a space": bad(
        ("extensions: [vector]", "extensions: [pg vector]"),
        path="stores.database.extensions.0",
        says="found 'pg vector', must be an extension's name such as vector",
    ),
    "a reader that is not there": bad(
        ("    replica: true\n", ""),
        path="services.admin.uses.database",
        says="there is no reader: say `replica: true` in the database",
        at="via: reader",
    ),
    "a replica of a database without backups": bad(
        (
            "    replica: true\n",
            "    replica: true\n    backup_days: {none: true, reason: A trial}\n",
        ),
        path="stores.database.replica",
        says="RDS makes replicas out of backups: keep some",
    ),
    "a proxy that nobody goes through": bad(
        ("DATABASE_URL, via: proxy", "DATABASE_URL"),
        path="stores.database.proxy",
        says="nobody goes through it: say `via: proxy` in a link",
        at="    proxy: true",
    ),
    "the database's own host by way of the proxy": bad(
        ("DATABASE_URL, via: proxy", "{DATABASE_URL: url, DATABASE_HOST: host}, via: proxy"),
        path="services.web.uses.database",
        says="`host` is the database's own: take `url`, which leads through the proxy",
    ),
    "what a proxy does not pass on": bad(
        ("DATABASE_URL, via: proxy", "DATABASE_URL, via: proxy, query: {options: -c jit=off}"),
        path="services.web.uses.database",
        says="RDS Proxy takes no `options`: set them on the role or in the program",
        at="database: {env: DATABASE_URL",
    ),
    "an extension by its project's name": bad(
        ("extensions: [vector]", "extensions: [pgvector]"),
        path="stores.database.extensions.0",
        says="no extension of RDS is called 'pgvector'; did you mean 'vector'?",
    ),
    "a class that is misspelled": bad(
        ("class: t4g.medium", "class: t4g.medum"),
        path="stores.database.class",
        says="no class of RDS is called 't4g.medum'; did you mean 't4g.medium'?",
    ),
    "a class that caches lack": bad(
        ("class: t4g.micro", "class: t4g.nano"),
        path="stores.cache.class",
        says="no class of ElastiCache is called 't4g.nano'",
    ),
    "a store that nobody uses": bad(
        ("      cache: {env: CACHE_URL}\n", ""),
        path="stores.cache",
        says="nobody uses it: link to it by `uses`, or remove it",
        at="  cache:",
    ),
    "a secret that nobody uses": bad(
        ("      session: {env: SESSION}\n", ""),
        path="secrets.session",
        says="nobody uses it",
        at="  session:",
    ),
    "an extension whose library is not loaded": bad(
        ("extensions: [vector]", "extensions: [pgaudit]"),
        path="stores.database.parameters.shared_preload_libraries",
        says="must name pgaudit, which `extensions` asks for",
        at="  database:",
    ),
    "a PostgreSQL that is newer than what is known": bad(
        ('version: "17.11"', 'version: "17.99"'),
        path="stores.database.version",
        says=("17.11 is the newest that is known here", "config/aws.py"),
    ),
    "a proxy that is not there": bad(
        ("    proxy: true\n", ""),
        path="services.web.uses.database",
        says="there is no proxy: say `proxy: true` in the database",
        at="via: proxy",
    ),
    "an owner by way of the proxy": bad(
        ("as: owner, env", "as: owner, via: proxy, env"),
        path="tasks.migrate.uses.database",
        says="the owner changes the schema and goes to the database itself: remove `via`",
    ),
    "a way that does not exist": bad(
        ("via: reader", "via: writer"),
        path="services.admin.uses.database.via",
        says="found 'writer', must be one of reader, proxy",
    ),
    "a way to a cache": bad(
        ("{env: FAST_URL}", "{env: FAST_URL, via: reader}"),
        path="services.admin.uses.fast",
        says="`via` has no meaning for this node",
    ),
    "a secret of an unknown format": bad(
        ("via: reader", "via: reader, format: yaml"),
        path="services.admin.uses.database.format",
        says="found 'yaml', must be one of url, json",
    ),
    "one login with two formats": bad(
        ("via: reader", "via: reader, login: app-proxy"),
        path="services.admin.uses.database",
        says="login 'app-proxy' is used elsewhere with another role, query, secret, format or way",
    ),
}
SECRETS = {
    "a generated secret that is short": bad(
        ("length: 64", "length: 31"),
        path="secrets.session.length",
        says="found 31, must be greater than or equal to 32",
    ),
    "a generated secret with a key that begins with a digit": bad(
        (TOKENS, "{generate: 7key, description: Signs tokens}"),
        path="secrets.tokens.generate",
        says="found '7key', must be a key such as session_secret",
    ),
    "a secret that is brought and generated": bad(
        (TOKENS, "{generate: key, brought: true, description: Signs tokens}"),
        path="secrets.tokens.brought",
        says="does not go with the other keys here",
    ),
    "a secret that is neither": bad(
        (TOKENS, "{description: Signs tokens}"), path="secrets.tokens.brought", says="is required"
    ),
    "a secret that is a word": bad(
        (TOKENS, "generated"),
        path="secrets.tokens",
        says="found 'generated', must be a mapping with the keys brought, description, generate",
    ),
    "an unknown key of a generated secret": bad(
        ("{env: TOKEN_KEY}", "{env: {TOKEN_KEY: keys}}"),
        path="services.api.uses.tokens.env.TOKEN_KEY",
        says="no attribute 'keys'; did you mean 'key'?; known: key",
    ),
    "a tag that can't be one": bad(
        ("moving: [latest]", "moving: [-latest]"),
        path="images.app.moving.0",
        says="found '-latest', must be an image's tag such as latest",
    ),
    "more tags than move": bad(
        ("moving: [latest]", "moving: [a, b, c, d, e, f]"),
        path="images.app.moving",
        says="at most 5",
    ),
}
NAMES = {
    f"a node with the name {name}": bad(
        ("  fast:\n", f"  {name}:\n"),
        ("      fast: {", f"      {name}: {{"),
        path=f"stores.{name}",
        says=f"the name '{name}' is the system's own",
        at=f"  {name}:",
    )
    for name in ("balancer", "nat", "database-admin", "database-proxy", "broker-depth")
}
CASES = {
    f"{name} (store)": case
    for table in (PARAMETERS, QUEUES, NODES, BUCKETS, DATABASES, SECRETS, NAMES)
    for name, case in table.items()
}
