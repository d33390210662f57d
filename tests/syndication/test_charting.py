"""Counting copies that lead home: what a copy is, how the weeks went, since when one is in trouble."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication import charting
from syndication.charting import Tally
from syndication.models import Look, Outlet, Republication, Verification
from syndication.renderers.chart import HEIGHT, WIDTH, chart
from tests import factories as make

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)  # a Wednesday


def copy(*looks: tuple[int, str], outlet: Outlet | None = None, state: str = "delivered", ago: int = 0) -> Verification:
    """A copy with these verdicts, so many days ago; what is withdrawn was so `ago` days ago."""
    told = make.edition()
    row = Republication.objects.create(
        uid=told.uid, outlet=outlet or make.outlet(), wanted=told, held=told, state=state, delivered_at=NOW - timedelta(days=ago)
    )
    seen = Verification.objects.create(republication=row, url="https://x.example/", verdict=looks[-1][1])
    before = ""
    for days, verdict in looks:
        Look.objects.create(verification=seen, at=NOW - timedelta(days=days), verdict=verdict, before=before)
        before = verdict
    return seen


@pytest.mark.parametrize(
    ("tally", "words", "symbol", "share"),
    [
        (Tally(), "", "", None),
        (Tally(honoured=1), "The copy leads home", "★", 100),
        (Tally(gone=1), "The copy does not lead home", "⚠", 0),
        (Tally(honoured=40), "All 40 copies lead home", "★", 100),
        (Tally(honoured=3, unreachable=1), "3 of 4 copies lead home", "⚠", 75),
        (Tally(honoured=999, drifted=1), "999 of 1000 copies lead home", "⚠", 99),
    ],
)
def test_a_tally_in_words(tally: Tally, words: str, symbol: str, share: int | None) -> None:
    assert (tally.words, tally.symbol, tally.share) == (words, symbol, share)


def test_weeks_begin_on_monday_also_where_the_clocks_change() -> None:
    begins = charting.beginnings(NOW, 3)
    assert [f"{one:%a %d %b %H:%M}" for one in begins] == ["Mon 18 May 00:00", "Mon 25 May 00:00", "Mon 01 Jun 00:00"]


@pytest.mark.django_db
def test_each_week_counts_the_newest_look_of_each_copy_before_its_end() -> None:
    copy((20, "honoured"), (12, "honoured"), (4, "wrong"))
    copy((30, "missing"), (8, "honoured"))
    copy((1, "unreachable"))
    last = charting.weekly(now=NOW, weeks=4)
    assert [week.tally for week in last] == [
        Tally(honoured=1, drifted=1),
        Tally(honoured=1, drifted=1),
        Tally(honoured=1, drifted=1),
        Tally(honoured=1, drifted=1, unreachable=1),
    ]
    assert [week.over for week in last] == [True, True, True, False]
    assert (last[0].ends, last[-1].ends) == (last[1].begins, NOW)


@pytest.mark.django_db
def test_the_address_of_a_copy_may_change_in_between() -> None:
    """Its next look has no look before it."""
    seen = copy((30, "honoured"))
    Look.objects.create(verification=seen, at=NOW - timedelta(days=1), verdict="gone", before="")
    assert [week.tally for week in charting.weekly(now=NOW, weeks=2)] == [Tally(honoured=1), Tally(gone=1)]


@pytest.mark.django_db
def test_what_was_withdrawn_is_a_copy_until_it_is_down() -> None:
    copy((30, "honoured"), state="withdrawn", ago=1)
    copy((30, "honoured"), (1, "wrong"), state="withdrawn", ago=2)
    assert [week.tally for week in charting.weekly(now=NOW, weeks=2)] == [Tally(honoured=2), Tally(drifted=1)]
    assert charting.tally() == charting.total(charting.by_outlet()) == Tally(drifted=1)


@pytest.mark.django_db
def test_trouble_counts_from_when_the_copy_left_home_and_the_worst_outlet_is_first() -> None:
    good, bad = make.outlet("Good"), make.outlet("Wayward")
    copy((30, "honoured"), outlet=good)
    copy((30, "honoured"), outlet=bad)
    old = copy((40, "honoured"), (20, "missing"), (10, "wrong"), outlet=bad)
    never = copy((25, "duplicated"), outlet=bad)
    lines = charting.by_outlet()
    assert [(line.name, line.tally, line.oldest) for line in lines] == [
        ("Wayward", Tally(honoured=1, drifted=2), NOW - timedelta(days=25)),
        ("Good", Tally(honoured=1), None),
    ]
    assert [(row.pk, row.since) for row in charting.astray()] == [
        (never.pk, NOW - timedelta(days=25)),
        (old.pk, NOW - timedelta(days=20)),
    ]
    assert charting.weekly({"outlet": good.pk}, now=NOW)[-1].tally == Tally(honoured=1)


def test_bars_fill_the_height_and_run_as_the_language_does() -> None:
    bars = [("1 Jun", (3, 1, 0, 0), "75 %"), ("8 Jun", (0, 0, 0, 0), "")]
    drawn, mirrored = chart(bars), chart(bars, right_to_left=True)
    assert [part.kind for part in drawn.bars[0].parts] == ["honoured", "drifted"] and drawn.bars[1].parts == ()
    whole = drawn.lines[0][0] - drawn.lines[2][0]
    assert round(sum(part.height for part in drawn.bars[0].parts)) == round(whole) < HEIGHT
    assert drawn.bars[0].x < drawn.bars[1].x < WIDTH and mirrored.bars[0].x > mirrored.bars[1].x
