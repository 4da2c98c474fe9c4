"""Connection strings, logins and verifiers by themselves."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database_admin.credentials import FORMATS, ConnectionUrl, new_password, read, scram_verifier
from database_admin.settings import Credential

HOSTS = st.from_regex(r"[a-z0-9-]{1,20}(\.[a-z0-9-]{1,20}){0,4}", fullmatch=True)
NAMES = st.text("abcXYZ019_-$ '\"%/:@?#&ü€", min_size=1, max_size=60)
PASSWORDS = st.from_regex(r"[A-Za-z0-9]{1,60}", fullmatch=True)
QUERIES = st.sampled_from(["", "sslmode=require", "sslmode=verify-full&connect_timeout=5"])


@settings(database=None, max_examples=50)
@given(user=NAMES, password=PASSWORDS, host=HOSTS, database=NAMES, query=QUERIES)
def test_what_is_written_is_read_again(
    user: str, password: str, host: str, database: str, query: str
) -> None:
    """Whatever the names are."""
    url = ConnectionUrl(user, password, host, 5432, database, query)
    assert ConnectionUrl.parse(url.text()) == url
    assert [read(url.text(form)) for form in FORMATS] == [url, url]


@settings(database=None, max_examples=50)
@given(st.binary())
def test_any_other_text_is_no_connection_string_and_no_error(raw: bytes) -> None:
    """The initial value may be anything at all."""
    text = raw.decode("latin-1")
    assert ConnectionUrl.parse(text) is None
    assert read(text) is None
    assert read(json.dumps({"url": text})) is None


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://app_blue@host:5432/db",
        "postgresql://app_blue:pass@host/db",
        "postgresql://app_blue:pass@host:5432/",
        "postgresql://app_blue:pass word@host:5432/db",
        "postgres://app_blue:pass@host:5432/db",
        "postgresql://app_blue:pass@host:5432/db\n",
    ],
)
def test_incomplete_connection_strings_are_not_read(text: str) -> None:
    """Something is missing or wrong in each of them."""
    assert ConnectionUrl.parse(text) is None
    assert read(json.dumps({"username": "app_blue", "url": text})) is None


def test_password_does_not_show_by_accident() -> None:
    """Not even where a connection string is logged or part of an error."""
    url = ConnectionUrl("app_blue", "verySecret", "host", 5432, "db")
    assert "verySecret" not in f"{url} {url!r}"
    assert "verySecret" in url.text()


def test_passwords_are_long_plain_and_never_the_same() -> None:
    """Letters and digits need no escaping anywhere."""
    passwords = [new_password() for _ in range(200)]
    assert len(set(passwords)) == len(passwords)
    assert all(len(each) >= 32 and each.isalnum() and each.isascii() for each in passwords)


@pytest.mark.parametrize(
    ("current", "following"),
    [
        (None, "app_blue"),
        ("app_blue", "app_green"),
        ("app_green", "app_blue"),
        ("formerly_blue", "app_blue"),
    ],
)
def test_logins_take_turns(current: str | None, following: str) -> None:
    """Blue comes first, also after a login that is not one of the two."""
    assert Credential("application", "app").next_login(current) == following


def test_verifiers_of_one_password_differ() -> None:
    """Each has a salt of its own, and none contains the password."""
    verifiers = {scram_verifier("verySecret") for _ in range(3)}
    assert len(verifiers) == 3
    assert not any("verySecret" in each for each in verifiers)
