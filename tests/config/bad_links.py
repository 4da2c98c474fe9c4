"""Mistakes in links: targets, details, attributes, variables, logins, what comes from outside."""

from __future__ import annotations

from tests.config.files import bad

DATABASE = "database: {env: DATABASE_URL, query: {sslmode: require}}"
CACHE = "cache: {env: {CACHE_URL: url}}"
EMAIL = "{SMTP_HOST: host, SMTP_USER: secret.username}"
EDGE = "{access: read, reason: The edge delivers public media}"
HERE = "services.backend.uses"

TARGETS = {
    "a node that is missing": bad(
        (CACHE, CACHE.replace("cache", "cahce")),
        path=f"{HERE}.cahce",
        says=("no such node; did you mean 'cache'?", "known: cache, database, edge, email"),
    ),
    "a node that is missing, of a task": bad(
        ("database: {as: owner", "databse: {as: owner"),
        path="tasks.migrations.uses.databse",
        says="did you mean 'database'?",
    ),
    "a node that is missing, from outside": bad(
        (f"media: {EDGE}", f"meda: {EDGE}"),
        path="externals.edge.uses.meda",
        says="did you mean 'media'?",
    ),
    "a service": bad(
        ("notifier: {env: NOTIFIER}", "backend: {env: BACKEND}"),
        path=f"{HERE}.backend",
        says="no such node",
    ),
}
DETAILS = {
    "a login of a cache": bad(
        (CACHE, "cache: {env: CACHE_URL, login: app}"),
        path=f"{HERE}.cache",
        says="`login` has no meaning for this node",
    ),
    "a role on an external": bad(
        (f"email: {{env: {EMAIL}}}", f"email: {{as: owner, env: {EMAIL}}}"),
        path=f"{HERE}.email",
        says="`as` has no meaning for this node",
    ),
    "access to a database": bad(
        (DATABASE, "database: {env: DATABASE_URL, access: read, query: {sslmode: require}}"),
        path=f"{HERE}.database",
        says="`access` has no meaning for this node",
    ),
    "an endpoint that is unreachable": bad(
        (f"email: {{env: {EMAIL}}}", f"email: {{env: {EMAIL}, unreachable: No way out}}"),
        path=f"{HERE}.email",
        says="`unreachable` has no meaning for this node",
    ),
    "a bucket without access": bad(
        ("media: {access: read-write, env: BUCKET}", "media: {env: BUCKET}"),
        path=f"{HERE}.media",
        says="needs `access: read`, `write` or `read-write`",
    ),
    "a bucket that is invoked": bad(
        ("media: {access: read-write, env: BUCKET}", "media: {access: invoke, env: BUCKET}"),
        path=f"{HERE}.media",
        says="needs `access: read`, `write` or `read-write`",
    ),
    "an access that does not exist": bad(
        ("access: read-write", "access: readwrite"),
        path=f"{HERE}.media.access",
        says="did you mean 'read-write'?",
    ),
    "a notifier that is read": bad(
        ("notifier: {env: NOTIFIER}", "notifier: {env: NOTIFIER, access: read}"),
        path=f"{HERE}.notifier",
        says="the only `access` to the notifier is `invoke`",
    ),
    "a cache that nobody is told of": bad(
        (CACHE, "cache:"),
        path=f"{HERE}.cache",
        says="needs `env`: the program must learn the address somehow",
        at="      cache:",
    ),
    "another query with the same login": bad(
        (
            "database: {as: owner, env: DATABASE_URL}",
            "database: {as: owner, login: app, env: DATABASE_URL}",
        ),
        path="tasks.migrations.uses.database",
        says=("login 'app' is used elsewhere with another role, query, secret", "`login:`"),
        at="database: {as: owner, login: app",
    ),
    "another role with the same login": bad(
        ("as: owner, env: DATABASE_URL", "login: owner, env: DATABASE_URL"),
        (DATABASE, "database: {as: owner, env: DATABASE_URL}"),
        path="tasks.migrations.uses.database",
        says="login 'owner' is used elsewhere",
    ),
}
VARIABLES = {
    "an unknown attribute": bad(
        ("CACHE_URL: url", "CACHE_URL: uri"),
        path=f"{HERE}.cache.env.CACHE_URL",
        says="no attribute 'uri'; did you mean 'url'?; known: host, password, port, url, username",
    ),
    "an unknown key of a secret": bad(
        ("secret.username", "secret.usrname"),
        path=f"{HERE}.email.env.SMTP_USER",
        says="did you mean 'secret.username'?",
    ),
    "an attribute that has to be named": bad(
        ("notifier: {env: NOTIFIER}", "smtp: {env: SMTP_LOGIN}"),
        path=f"{HERE}.smtp.env.SMTP_LOGIN",
        says="name the attribute; known: password, username",
    ),
    "a variable set by env and by a link": bad(
        ("NODE_ENV: production", "CACHE_URL: redis"),
        path=f"{HERE}.cache.env.CACHE_URL",
        says="CACHE_URL is already set by env",
        at=CACHE,
    ),
    "a release in a variable that env sets": bad(
        ("    image: web\n    port", "    image: web\n    release_env: NODE_ENV\n    port"),
        path="services.backend.release_env",
        says="NODE_ENV is already set by env",
        at="release_env: NODE_ENV",
    ),
    "a release in a variable that a link sets": bad(
        ("    image: web\n    port", "    image: web\n    release_env: CACHE_URL\n    port"),
        path=f"{HERE}.cache.env.CACHE_URL",
        says="CACHE_URL is already set by release_env",
        at=CACHE,
    ),
    "a variable set by two links": bad(
        ("notifier: {env: NOTIFIER}", "notifier: {env: BUCKET}"),
        path=f"{HERE}.notifier.env.BUCKET",
        says="BUCKET is already set by the link to media",
    ),
    "a list of variables": bad(
        ("env: {CACHE_URL: url}", "env: [CACHE_URL]"),
        path=f"{HERE}.cache.env",
        says="found a list, must be a mapping",
    ),
}
OUTSIDE = {
    "a bucket without access, from outside": bad(
        (EDGE, "{reason: The edge delivers public media}"),
        path="externals.edge.uses.media",
        says="needs `access: read`",
        at="media: {reason",
    ),
    "a bucket written from outside": bad(
        (EDGE, EDGE.replace("read,", "read-write,")),
        path="externals.edge.uses.media",
        says="from outside only `access: read` of a bucket is possible",
        at="media: {access: read-write, reason",
    ),
    "a database from outside": bad(
        (f"media: {EDGE}", "cache: {env: A, reason: The edge delivers public media}"),
        path="externals.edge.uses.cache",
        says="from outside only `access: read` of a bucket is possible",
    ),
    "a bucket opened without a reason": bad(
        (EDGE, "{access: read}"),
        path="externals.edge.uses.media",
        says="opening a bucket to the outside needs a `reason`",
        at="media: {access: read}",
    ),
    "a bucket that only the key opens": bad(
        ("    encryption: {kind: s3, reason: The edge reads without credentials}\n", ""),
        path="externals.edge.uses.media",
        says=("anonymous readers", "`encryption: {kind: s3, reason: …}`"),
        at=EDGE,
    ),
    "an external that comes and is called": bad(
        ("{hosts: [errors.example.com],", '{hosts: [errors.example.com], cidrs: ["192.0.2.0/24"],'),
        path="externals.errors",
        says="needs exactly one of `hosts`, `endpoint` and `cidrs`",
    ),
    "an external with hosts that uses something": bad(
        ("secret: webhook}", f"secret: webhook, uses: {{media: {EDGE}}}}}"),
        path="externals.errors.uses",
        says="only an external with `cidrs` comes to us",
        at="hosts:",
    ),
}
CASES = {
    f"{name} (link)": case
    for table in (TARGETS, DETAILS, VARIABLES, OUTSIDE)
    for name, case in table.items()
}
