"""How answers are sorted, and how long a partner may make us wait."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndication import errors

NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("30", 30),
        (" 120 ", 120),
        ("0000000000030", 30),
        ("31536000", 6 * 3600),
        ("9" * 60, 6 * 3600),
        ("Wed, 21 Oct 2026 07:30:00 GMT", 120),
        ("Wed, 21 Oct 2026 09:30:00 +0200", 120),
        ("Wed, 21 Oct 2026 07:30:00", 120),
        ("Wed, 21 Oct 2026 07:30:00 -0000", 120),
        ("Wednesday, 21-Oct-26 07:30:00 GMT", 120),
        ("Wed Oct 21 07:30:00 2026", 120),
        ("Wed, 21 Oct 2020 07:30:00 GMT", 0),
        ("Wed, 21 Oct 2027 07:30:00 GMT", 6 * 3600),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 6 * 3600),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_never_exceeds_six_hours(value, seconds):
    assert errors.retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", " ", "soon", "-5", "1.5", "1e9", "NaN", "٣٠", "5, 5", ",", "Mon"),
        *(
            "Wed, 99 Oct 2026 07:30:00 GMT",
            "Mon, 01 Jan 99999999999 00:00:00 GMT",
            "Sun, 06 Nov 1994 08:49:37 +99999999999999999999",
        ),
        *("Fri, 31 Dec 1999 99999999999999:59:59 GMT", "9" * 5000, "x" * 100_000),
    ],
)
def test_a_retry_after_that_makes_no_sense_is_ignored(value):
    assert errors.retry_after(value, NOW) is None


def test_a_clock_without_a_zone_is_taken_as_utc():
    assert errors.retry_after("Wed, 21 Oct 2026 07:30:00 GMT", NOW.replace(tzinfo=None)) == 120


def test_without_a_clock_a_date_counts_from_now():
    later = datetime.now(UTC) + timedelta(seconds=100)
    assert 97 <= errors.retry_after(later.strftime("%a, %d %b %Y %H:%M:%S GMT")) <= 100


@given(st.one_of(st.text(), st.text("0123456789 ,:+-JanMoGTUC()", max_size=40)))
@example("Mon, 01 Jan 99999999999 00:00:00 GMT")
def test_no_retry_after_raises_or_leaves_the_bounds(value):
    seconds = errors.retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= errors.RETRY_AFTER_LIMIT


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_2xx_is_no_error(status):
    errors.raise_for_status(status, {})


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        (300, errors.Permanent, "permanent"),
        (301, errors.Permanent, "permanent"),
        (304, errors.Permanent, "permanent"),
        (308, errors.Permanent, "permanent"),
        (400, errors.Permanent, "permanent"),
        (401, errors.Refused, "refused"),
        (403, errors.Refused, "refused"),
        (404, errors.Permanent, "permanent"),
        (408, errors.Transient, "transient"),
        (409, errors.Permanent, "permanent"),
        (410, errors.OutletGone, "gone"),
        (413, errors.Permanent, "permanent"),
        (422, errors.Permanent, "permanent"),
        (425, errors.Transient, "transient"),
        (429, errors.Transient, "transient"),
        (500, errors.Transient, "transient"),
        (503, errors.Transient, "transient"),
        (599, errors.Transient, "transient"),
    ],
)
def test_each_status_is_sorted_and_keeps_its_number(status, kind, outcome):
    with pytest.raises(errors.DeliveryError) as caught:
        errors.raise_for_status(status, {}, "the answer")
    assert type(caught.value) is kind
    assert caught.value.outcome == outcome
    assert caught.value.status == status
    assert str(status) in caught.value.sentence
    assert caught.value.detail == f"HTTP {status}\nthe answer"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_transient_refusal_carries_the_wait_it_asks_for(status):
    with pytest.raises(errors.Transient) as caught:
        errors.raise_for_status(status, {"retry-after": "90"})
    assert caught.value.retry_after == 90


def test_a_redirect_names_the_new_address_without_what_may_be_secret():
    with pytest.raises(errors.Permanent) as caught:
        errors.raise_for_status(308, {"location": "https://ada:s3cret@new.example/api/posts?token=s3cret#s3cret"})
    assert "https://new.example/api/posts" in caught.value.sentence
    assert "s3cret" not in caught.value.sentence + caught.value.detail


@pytest.mark.parametrize("location", ["", "?token=s3cret", "http://[", "\x00\r\n", "https://x.example/" + "y" * 9000])
def test_a_redirect_to_nonsense_still_makes_a_short_sentence(location):
    with pytest.raises(errors.Permanent) as caught:
        errors.raise_for_status(302, {"location": location})
    assert len(caught.value.sentence) < 400
    assert caught.value.sentence.isprintable()
    assert "s3cret" not in caught.value.sentence


def test_only_the_beginning_of_an_answer_is_kept():
    with pytest.raises(errors.Permanent) as caught:
        errors.raise_for_status(422, {}, "x" * 1_000_000)
    assert len(caught.value.detail) < 2100


def test_an_error_survives_being_pickled():
    error = errors.Transient("Wait.", detail="why", status=429, retry_after=5.0)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.sentence, again.detail, again.status, again.retry_after) == (
        errors.Transient,
        "Wait.",
        "why",
        429,
        5.0,
    )
