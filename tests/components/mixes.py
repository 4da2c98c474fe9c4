"""Systems that nobody runs, put together from what daadaar does not use."""

from __future__ import annotations

# Two public services, a way out, stores that are no databases, people instead of Slack.
SHOP = """
environment: prod
account: "222222222222"
region: eu-central-1
network:
  cidr: 10.9.0.0/20
  zones: {eu-central-1a: euc1-az2, eu-central-1c: euc1-az1}
  nat: regional
images: {web: {repository: shop/web}, api: {repository: shop/api, keep: 3}}
secrets:
  payment: {brought: true, keys: [public, private], description: Keys of the payment service}
externals:
  payments: {hosts: [api.pay.example], secret: payment}
stores:
  sessions: {kind: valkey, topology: serverless, max_gb: 1}
  carts:
    kind: valkey
    topology: serverless
    version: "7"
    snapshot_days: {none: true, reason: Carts may be lost}
  invoices: {kind: bucket}
  uploads: {kind: bucket, versioned: {off: true, reason: Temporary files}}
services:
  web:
    kind: app-runner
    existing_customer: true
    image: web
    port: 3000
    health: {path: /up}
    domain: shop.example.com
    uses:
      sessions: {env: {CACHE: url}}
      uploads: {access: write, env: UPLOADS}
      internet: {reason: It asks the weather}
  api:
    kind: app-runner
    existing_customer: true
    image: api
    port: 4000
    health: {path: /up}
    uses:
      sessions: {env: {CACHE: url, CACHE_PASSWORD: password}}
      carts: {env: {CARTS: url}}
      invoices: {access: read-write, env: INVOICES}
      uploads: {access: read}
      payments: {env: {PAY_HOST: host, PAY_KEY: secret.private}}
channels:
  critical: {email: [night@example.com, day@example.com]}
  warning: {email: [day@example.com]}
"""

# Every safeguard off, two databases, names left to AWS, a notifier and a task without a name.
TRIAL = """
environment: prod
production: false
account: "333333333333"
region: us-west-2
network:
  cidr: 10.1.0.0/16
  zones: {us-west-2a: usw2-az1, us-west-2b: usw2-az2}
  nat: per-zone
images: {api: {repository: trial}}
secrets:
  hook: {brought: true, description: Webhook of Slack}
stores:
  orders:
    kind: postgres
    version: "16.15"
    class: t4g.micro
    database: orders
    multi_az: {off: true, reason: A trial system}
    backup_days: {none: true, reason: Only made-up data}
  stock: {kind: postgres, name: the-stock, version: "17.11", class: t4g.small, database: stock}
services:
  api:
    kind: app-runner
    existing_customer: true
    image: api
    port: 8080
    health: {path: /up}
    uses:
      orders: {env: ORDERS, query: {options: -c statement_timeout=5s}}
      stock: {env: {STOCK: url, STOCK_HOST: host}, login: read-only}
      notifier: {access: invoke}
      internet: {reason: Reads the prices of others}
tasks:
  migrate:
    kind: codebuild
    image: api
    buildspec: infrastructure/aws/codebuild-migrations.buildspec.yml
    command: npx migrate
    uses:
      orders: {as: owner, env: DATABASE_URL}
      stock: {as: owner, env: STOCK_URL}
notifier: {webhook: hook}
channels:
  critical: {slack: true}
  warning: {email: [day@example.com]}
"""

# As little as there can be: one service, one bucket, one zone.
LEAST = """
environment: prod
account: "444444444444"
region: eu-west-1
network: {cidr: 10.0.0.0/24, zones: {eu-west-1a: euw1-az1, eu-west-1b: euw1-az2}, nat: none}
images: {web: {repository: least}}
stores:
  files: {kind: bucket, encryption: {kind: s3, reason: Nothing private}}
services:
  web:
    kind: app-runner
    existing_customer: true
    image: web
    port: 80
    health: {path: /}
    uses:
      files: {access: read-write}
channels: {critical: {email: [a@example.com]}, warning: {email: [a@example.com]}}
"""
# Two web services by path, a serverless cache, no database, a task by the clock.
DEMO = """
environment: prod
account: "555555555555"
region: us-east-2
network:
  cidr: 10.20.0.0/18
  zones: {us-east-2a: use2-az1, us-east-2b: use2-az2}
  nat: none
balancer: {certificate: {domain: demo.example.com, zone: Z0123456789ABC}}
images: {site: {repository: demo/site}, api: {repository: demo/api}}
stores:
  sessions: {kind: valkey, topology: serverless, max_gb: 1}
services:
  site:
    kind: fargate
    image: site
    port: 3000
    routes: [{host: demo.example.com}]
    health: {path: /up}
    scale: {min: 2, max: 4, cpu: 60}
    uses: {sessions: {env: CACHE_URL}}
  api:
    kind: fargate
    image: api
    port: 4000
    routes: [{host: demo.example.com, path: /api/*}]
    health: {path: /api/up}
    uses: {sessions: {env: CACHE_URL}}
tasks:
  report:
    like: api
    command: [node, report.js]
    schedule: cron(0 6 ? * MON *)
    timezone: Europe/Berlin
channels: {critical: {email: [a@example.com]}, warning: {email: [a@example.com]}}
"""

# What no documented system uses: groups that call each other, Spot, a shell, a collector, a
# replica and a proxy, a NAT instance, shifting traffic in steps, App Runner beside Fargate.
WORKS = """
environment: prod
production: false
account: "666666666666"
region: us-west-2
network:
  cidr: 10.30.0.0/16
  zones: {us-west-2a: usw2-az2, us-west-2c: usw2-az3}
  nat: instance
  name: works
balancer:
  name: works
  certificate: arn:aws:acm:us-west-2:666666666666:certificate/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9
  idle_seconds: 120
images:
  shop: {repository: works/shop, moving: [latest, edge]}
  stock: {repository: works/stock}
secrets:
  hook: {brought: true, description: Webhook of Slack}
  token: {generate: token, description: Signs tokens, name: works/token}
stores:
  orders:
    kind: postgres
    version: "18.6"
    class: m7g.large
    database: orders
    extensions: [pg_trgm, vector]
    multi_az: {off: true, reason: A trial system}
    replica: true
    proxy: true
    monitoring_seconds: 15
    insights: advanced
  jobs: {kind: valkey, topology: nodes, class: t4g.micro, holds: queue, version: "9.0"}
  files:
    kind: bucket
    glacier_after_days: 30
    expire_after_days: 365
    cors: [{origins: ["https://*.example.com"], methods: [GET]}]
services:
  old:
    kind: app-runner
    existing_customer: true
    image: shop
    port: 8080
    health: {path: /up}
    uses:
      orders: {env: DATABASE_URL}
      internet: {reason: As before}
  shop:
    kind: fargate
    image: shop
    architecture: x86_64
    port: 8080
    routes: [{path: /shop/*}]
    health: {path: /shop/up, codes: 200-299}
    scale: {min: 2, max: 4, memory: 70}
    rollout: {kind: linear, percent: 25, step_minutes: 3, bake_minutes: 5}
    group: front
    uses:
      stock: {env: {STOCK_URL: url, STOCK_HOST: host, STOCK_PORT: port}}
      orders: {env: DATABASE_URL, via: proxy}
      files: {access: read, env: FILES}
      token: {env: TOKEN}
      notifier: {env: NOTIFIER}
      internet: {reason: The image of the collector}
    sidecars:
      collector:
        image: public.ecr.aws/aws-observability/aws-otel-collector:v0.46.0
        traces: true
        env: {AOT_CONFIG: default}
    metrics:
      slow: {label: Slow, pattern: "{ $.slow IS TRUE }"}
  stock:
    kind: fargate
    image: stock
    port: 9000
    cpu: 256
    memory: 512
    scale: {min: 1, max: 3, cpu: 50}
    spot: {percent: 80, base: 1}
    shell: {reason: Support looks into running tasks}
    read_only: {off: true, reason: ECS Exec writes where it runs}
    alive: {command: [CMD-CHECK, "--all"], interval: 60}
    group: back
    uses:
      orders: {env: REPORTS_URL, via: reader, query: {options: -c statement_timeout=5s}}
      jobs: {env: JOBS_URL}
  worker:
    like: stock
    command: [work, --forever]
    scale: {min: 1, max: 9, queue: {store: jobs, keys: [jobs, "bull:x:prioritized"], per_task: 5}}
  clock:
    like: stock
    singleton: {lock: jobs}
tasks:
  migrate:
    kind: fargate
    image: shop
    architecture: x86_64
    command: [migrate]
    retries: 0
    uses: {orders: {as: owner, env: DATABASE_URL}}
notifier: {webhook: hook}
channels:
  critical: {slack: true}
  warning: {slack: true}
  info: {email: [a@example.com]}
"""
MIXES = {"shop": SHOP, "trial": TRIAL, "least": LEAST, "demo": DEMO, "works": WORKS}
