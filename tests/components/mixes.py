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
network: {cidr: 10.0.0.0/24, zones: {eu-west-1a: euw1-az1}, nat: none}
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
MIXES = {"shop": SHOP, "trial": TRIAL, "least": LEAST}
