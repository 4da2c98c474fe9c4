"""What RDS and ElastiCache offer: extensions and classes, for refusing a misspelled one.

Whether a class is sold in a region and for a version is checked by CloudFormation's own rules at
synthesis; these lists are for a message that names the line.
"""

from __future__ import annotations

# https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html
EXTENSIONS = frozenset(
    """
    address_standardizer address_standardizer_data_us amcheck autoinc aws_commons aws_lambda
    aws_s3 bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance
    fuzzystrmatch h3 h3_postgis hll hstore hstore_plperl hypopg insert_username intagg intarray
    ip4r isn lo log_fdw ltree moddatetime mysql_fdw oracle_fdw orafce pageinspect pg_bigm
    pg_buffercache pg_cron pg_freespacemap pg_hint_plan pg_partman pg_prewarm pg_proctab
    pg_repack pg_similarity pg_stat_statements pg_tle pg_transport pg_trgm pg_visibility
    pg_walinspect pgactive pgaudit pgcollection pgcrypto pglogical pgrouting pgrowlocks
    pgstattuple pgtap plperl plprofiler plrust pltcl plv8 postgis postgis_raster
    postgis_tiger_geocoder postgis_topology postgres_fdw prefix rdkit refint seg sslinfo
    tablefunc tcn tds_fdw test_parser tsm_system_rows tsm_system_time unaccent uuid-ossp vector
    """.split()  # noqa: SIM905
)

BURSTABLE = ("micro", "small", "medium")
LARGE = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
LARGEST = (*LARGE, "24xlarge", "32xlarge", "48xlarge")


def _classes(families: str, sizes: tuple[str, ...]) -> set[str]:
    return {f"{family}.{size}" for family in families.split() for size in sizes}


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
DATABASE_CLASSES = frozenset(
    _classes("t3 t4g", (*BURSTABLE, "large", "xlarge", "2xlarge"))
    | _classes("m5 m5d m6g m6gd m6i m6id m7g m7i m8g m8gd", LARGEST)
    | _classes("r5 r5b r5d r6g r6gd r6i r6id r7g r7i r8g r8gd x2g x2idn x2iedn", LARGEST)
)
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
CACHE_CLASSES = frozenset(
    _classes("t3 t4g", BURSTABLE)
    | _classes("m5 m6g m7g r5 r6g r6gd r7g c7gn", (*LARGE, "24xlarge"))
)
