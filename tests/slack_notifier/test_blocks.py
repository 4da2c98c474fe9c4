"""How text from events is escaped and fitted into Slack's limits."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from slack_notifier.messages import INFO, Link, Message
from slack_notifier.mrkdwn import clip, date, link
from tests.slack_notifier.samples import header_of, metric_alarm, payload_of, sns, texts_of
from tests.slack_notifier.slack_limits import problems


def notice(**parts: object) -> dict[str, object]:
    """Return an application's message."""
    return {"title": "t", "text": "x"} | parts


@pytest.mark.parametrize("attack", ["<!channel>", "<@U123>", "<https://evil.example|click>"])
def test_event_text_cannot_inject_mentions_or_links(attack: str) -> None:
    event = notice(title=attack, text=attack, level=attack, fields={attack: attack})
    payload = payload_of(event)
    assert problems(payload) == []
    assert attack not in str(payload)
    assert attack.replace("<", "&lt;").replace(">", "&gt;") in texts_of(event)


def test_bare_mentions_are_not_parsed() -> None:
    sections = [b for b in payload_of(notice(text="@channel"))["blocks"] if b["type"] == "section"]
    assert [section["text"]["verbatim"] for section in sections] == [True]


def test_link_target_cannot_end_the_link_early() -> None:
    encoded = link(Link(label="Open", url='https://example.com/a|b>c<d e"f&g'))
    assert encoded == "<https://example.com/a%7Cb%3Ec%3Cd%20e%22f&amp;g|Open>"


@pytest.mark.parametrize("limit", range(3, 20))
def test_shortening_never_cuts_an_escaped_character(limit: int) -> None:
    shortened = clip("a&b<c>d&&&&<<<<", limit)
    assert len(shortened) <= limit
    assert shortened.endswith("…")
    body = shortened.removesuffix("…")
    for entity in ("&amp;", "&lt;", "&gt;"):
        body = body.replace(entity, "")
    assert "&" not in body


def test_text_that_fits_exactly_is_not_shortened() -> None:
    assert clip("&" * 4, 20) == "&amp;" * 4
    assert clip("a" * 20, 20) == "a" * 20


def test_text_one_character_over_is_shortened_to_the_limit() -> None:
    assert clip("a" * 21, 20) == "a" * 19 + "…"


def test_long_title_is_shortened_in_the_heading_and_whole_below_it() -> None:
    name = "x" * 255
    event = sns(metric_alarm(AlarmName=name))
    assert len(header_of(event)) == 150
    assert f"*{name}*" in texts_of(event)


def test_fields_are_spread_over_sections_of_ten() -> None:
    payload = payload_of(notice(fields={f"f{n}": n for n in range(25)}))
    counts = [len(block["fields"]) for block in payload["blocks"] if "fields" in block]
    assert counts == [10, 10, 5]
    assert problems(payload) == []


def test_fields_beyond_the_limit_are_counted() -> None:
    event = notice(fields={f"f{n}": n for n in range(100)})
    assert "*f29*" in texts_of(event)
    assert "*f30*" not in texts_of(event)
    assert "70 more fields left out" in texts_of(event)


def test_long_fields_do_not_add_up_to_more_than_slack_takes() -> None:
    event = notice(
        title="&" * 5000,
        text="<" * 5000,
        level="&" * 50,
        fields={f"{n}" + "&" * 500: "&" * 5000 for n in range(60)},
        link="https://example.com/" + "&" * 350,
    )
    assert problems(payload_of(event)) == []
    assert problems(payload_of(sns(str(event), subject="&" * 200))) == []


@pytest.mark.parametrize("blank", ["", "   ", "\n\t"])
def test_blank_values_never_become_empty_text_objects(blank: str) -> None:
    event = notice(title="t", text=blank, fields={blank: blank}, link=blank)
    assert problems(payload_of(event)) == []
    assert "*(unnamed)*\n(empty)" in texts_of(event)


def test_characters_that_slack_refuses_are_replaced() -> None:
    event = notice(text="a\x00b\ud800c", link="https://example.com/\ud800")
    assert problems(payload_of(event)) == []
    assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c" in texts_of(event)


def test_code_fence_in_an_event_does_not_end_the_code_block() -> None:
    texts = texts_of({"odd": "``` *bold*"})
    assert texts.count("```") == 2


def test_links_are_not_unfurled() -> None:
    payload = payload_of(notice(link="https://example.com/"))
    assert payload["unfurl_links"] is False
    assert payload["unfurl_media"] is False


def test_date_is_given_in_utc_and_in_the_readers_time() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert date(noon) == (
        "2026-03-01 10:00:00 UTC"
        " (<!date^1772359200^{date_short_pretty} {time}|2026-03-01 10:00:00 UTC>)"
    )


def test_date_before_1970_has_no_date_token() -> None:
    assert date(datetime(1912, 6, 23, tzinfo=UTC)) == "1912-06-23 00:00:00 UTC"


def test_message_needs_nothing_but_state_and_title() -> None:
    assert Message(state=INFO, title="t").fields == {}
