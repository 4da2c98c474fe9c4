"""An environment with what the systems of this repository leave out."""

TEXT = """
environment: prod
account: "111111111111"
region: eu-central-1
production: false
network:
  cidr: 10.0.0.0/16
  zones: {eu-central-1a: euc1-az2, eu-central-1b: euc1-az3}
  nat: single
balancer:
  certificate: {domain: shop.example.com, zone: Z0123456789ABC}
images:
  web-api: {repository: shop/web}
secrets:
  stripe: {brought: true, description: Key of Stripe}
  paypal: {brought: true, description: Key of PayPal}
  signing: {generate: true, description: Signs sessions, length: 64}
externals:
  cards: {hosts: [api.stripe.com], secret: stripe}
  wallet: {hosts: [api.paypal.com], secret: paypal}
  relay: {hosts: [smtp.example.com], port: 2525}
stores:
  database:
    kind: postgres
    version: "18.6"
    class: t4g.small
    database: shop
    extensions: [pg_trgm, postgis]
    parameters:
      shared_preload_libraries: pg_stat_statements,pg_cron
      rds.logical_replication: "1"
      work_mem: "{DBInstanceClassMemory/32768}"
      log_statement: ddl
    replica: true
    proxy: true
  cache:
    kind: valkey
    topology: nodes
    class: t4g.micro
    version: "9.0"
    parameters: {reserved-memory-percent: "30", notify-keyspace-events: ""}
    query: {ssl_cert_reqs: required, health_check_interval: "30"}
  reports: {kind: bucket}
services:
  web:
    kind: fargate
    image: web-api
    port: 5432
    user: {root: true, reason: The image can not do otherwise yet}
    read_only: {off: true, reason: It writes where it likes for now}
    routes: [{host: shop.example.com, path: /api/*}]
    health: {path: /it's, codes: "200,401"}
    env: {PRICE: "5$ or ${SO}", CACHE_SSL: "1", NO_TLS_HERE: maybe}
    uses:
      database:
        env: {DATABASE_URL: url, DATABASE_HOST: host, DATABASE_PORT: port, DATABASE_NAME: database}
        query: {sslmode: verify-full, sslrootcert: /ca.pem, options: "-c a=b c"}
      cache: {env: {CACHE: url, CACHE_USER: username, CACHE_PASSWORD: password}}
      cards: {env: {API_KEY: secret, CARDS_HOST: host, CARDS_PORT: port}}
      signing: {env: SIGNING}
      stock: {env: {STOCK_URL: url, STOCK_HOST: host, STOCK_PORT: port}}
      reports: {access: write, env: {REPORTS: name, AWS_REGION: region}}
      internet: {reason: It pulls its image that way}
    sidecars:
      guard:
        image: public.ecr.aws/example/guard:1.0
        essential: true
        uses: {reports: {access: read, env: GUARDED}}
  stock:
    kind: fargate
    image: web-api
    port: 9000
    alive: {command: [sh, -c, "test $HOME"], interval: 7}
    uses:
      database: {env: DATABASE_URL, via: reader, query: {sslmode: require}}
      wallet: {env: API_KEY}
      relay: {env: {MAIL_HOST: host, MAIL_PORT: port}}
  pool:
    kind: fargate
    image: web-api
    uses:
      database: {env: DATABASE_URL, via: proxy}
      internet: {reason: It pulls its image that way}
tasks:
  migrate:
    kind: fargate
    image: web-api
    command: [sh, -c, "echo $PRICE"]
    schedule: rate(1 day)
    uses:
      database: {env: DATABASE_URL, as: owner}
      internet: {reason: It pulls its image that way}
    sidecars:
      log: {image: public.ecr.aws/example/log:1.0}
channels:
  critical: {email: [ops@example.com]}
  warning: {email: [ops@example.com]}
  info: {email: [ops@example.com]}
"""
