"""The certificate and the host name of the server are checked."""

import dataclasses
import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from database_admin import database, privileges
from database_admin.settings import Settings
from tests.database_admin.certificates import Authority
from tests.database_admin.deployment import Deployment
from tests.database_admin.server import HOST, MASTER
from tests.rehearsal.servers.postgres_tls import tls_in_front_of

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2", "ap-southeast-2", "sa-east-1")


@pytest.fixture
def settings(deployment: Deployment) -> Settings:
    """Read the settings as the function does where DATABASE_TLS is not set."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_TLS"}
    return Settings.from_environment(environment)


def log_in(settings: Settings, deployment: Deployment, certificate: Path) -> None:
    """Log in as the master by way of TLS with the given server certificate."""
    password = deployment.secrets.value(deployment.master)
    with tls_in_front_of(settings.port, certificate) as port:
        proxied = dataclasses.replace(settings, port=port)
        with database.connect(proxied, MASTER, password) as connection:
            privileges.check_identity(connection, MASTER, MASTER)


def test_server_with_a_trusted_certificate_of_its_name_is_accepted(
    deployment: Deployment, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The root certificate is made like Amazon's: without an authority key identifier."""
    authority = Authority(tmp_path)
    monkeypatch.setattr(database.tls_context, "__defaults__", (authority.root,))
    log_in(settings, deployment, authority.issue(HOST))


def test_server_with_another_name_is_refused(
    deployment: Deployment, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate of another database of the same authority is no good."""
    authority = Authority(tmp_path)
    monkeypatch.setattr(database.tls_context, "__defaults__", (authority.root,))
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        log_in(settings, deployment, authority.issue("127.0.0.2"))


def test_server_of_an_unknown_authority_is_refused(
    deployment: Deployment, settings: Settings, tmp_path: Path
) -> None:
    """Only Amazon's authorities are trusted."""
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
        log_in(settings, deployment, Authority(tmp_path).issue(HOST))


def test_server_without_tls_is_refused_unless_told_otherwise(
    deployment: Deployment, settings: Settings
) -> None:
    """No password is ever sent in the clear by mistake."""
    assert settings.verify_tls
    password = deployment.secrets.value(deployment.master)
    with pytest.raises(Exception, match="Server refuses SSL"):
        database.connect(settings, MASTER, password)


def test_bundle_holds_the_roots_of_the_regions_for_years_to_come() -> None:
    """All of them are usable with the strict checks of newer Python versions."""
    context = database.tls_context()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    roots = context.get_ca_certs()
    subjects = {str(root["subject"]) for root in roots}
    for region in REGIONS:
        for kind in ("RSA2048", "RSA4096", "ECC384"):
            assert any(f"Amazon RDS {region} Root CA {kind} G1" in each for each in subjects)
    assert all(root["subject"] == root["issuer"] for root in roots)
    ends = [ssl.cert_time_to_seconds(str(root["notAfter"])) for root in roots]
    assert min(ends) > (datetime.now(UTC) + timedelta(days=3650)).timestamp()
    assert len(subjects) == len(roots) >= 81
