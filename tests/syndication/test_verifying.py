"""Verifying: fetch the copy from a real server on loopback, judge it, write down what was seen and when to look again."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from syndication import http
from syndication.judge import Judgement
from syndication.models import Edition, Notice, Republication, Verification, claim, current_edition, target_dead
from syndication.models.verification import HONOURED, UNSETTLED
from syndication.receipt import Receipt
from syndication.story import Correction, Story
from syndication.verifying import look_now, verify_due
from tests import factories as make
from tests.fakes.partner import Partner, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def partner(shared_partner: Partner, settings: Any) -> Partner:
    shared_partner.forget()
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    return shared_partner


def copy(canonical: str = "", link: str = "", status: int = 200, **headers: str) -> Callable[[Visit], None]:
    """A page abroad that says so much of its home."""
    head = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    anchor = f'<a href="{link}">First published at home</a>' if link else ""
    html = f"<!doctype html><html><head><title>A copy</title>{head}</head><body><p>Words.</p>{anchor}</body></html>"
    return lambda visit: visit.reply(status, html.encode(), **headers)


def delivered(url: str, story: Story | None = None, **terms: Any) -> Republication:
    """A republication that the outlet holds at `url`, to be looked at now."""
    story = story or make.story()
    outlet = make.outlet(automatic=False, **terms)
    Republication.objects.want(make.edition(story), outlet, "publish")
    (row,) = claim(outlet, 1)
    row.accept(Receipt("7", url))
    Verification.objects.look(url=url, republication=row)
    return Republication.objects.get(pk=row.pk)


def look() -> Verification:
    """Look at everything once, and tell the newest verdict."""
    Verification.objects.update(due_at=Now())
    assert verify_due() >= 1
    return Verification.objects.get()


def waits(row: Verification) -> timedelta:
    assert row.due_at is not None
    return row.due_at - timezone.now()


def test_a_copy_that_leads_home_is_honoured_with_the_evidence(partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy(story.canonical.url, story.canonical.url)
    delivered(partner.url("/copy"), story)
    seen = look()
    assert (seen.verdict, seen.in_a_row) == ("honoured", 1)
    assert seen.looked_at is not None and seen.changed_at is not None
    excerpts = [piece["excerpt"] for piece in seen.evidence]
    assert f'<link rel="canonical" href="{story.canonical.url}">' in excerpts
    assert {"what", "place", "excerpt"} == set(seen.evidence[0])


def test_a_copy_that_drops_the_canonical_is_missing_it_with_cause_and_remedy(partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy("", story.url)
    delivered(partner.url("/copy"), story)
    seen = look()
    assert seen.verdict == "missing"
    assert "no canonical link" in seen.sentence and story.canonical.url in seen.sentence


def test_the_terms_of_the_outlet_decide(partner: Partner) -> None:
    partner.routes["/copy"] = copy()
    delivered(partner.url("/copy"), owes_canonical=False, owes_link=False)
    assert look().verdict == "honoured"


def test_what_they_hold_is_what_they_are_judged_by(partner: Partner) -> None:
    """A newer address that is still on its way to them is our business."""
    story = make.story(url="https://home.example/old/")
    partner.routes["/copy"] = copy("https://home.example/old/", "https://home.example/old/")
    row = delivered(partner.url("/copy"), story)
    moved = story.model_copy(update={"url": "https://home.example/new/"})
    moved = moved.model_copy(update={"canonical": story.canonical.model_copy(update={"url": moved.url})})
    Republication.objects.want(make.edition(moved), row.outlet, "publish")
    assert look().verdict == "honoured"


@pytest.mark.parametrize(
    ("behaviour", "verdict"),
    [
        ("status/404", "gone"),
        ("status/410", "gone"),
        ("status/500", "unreachable"),
        ("status/403", "unreachable"),
        ("reset", "unreachable"),
        ("redirect_loop", "unreachable"),
        ("redirect/302?to=http://10.0.0.1/", "unreachable"),
        ("bomb", "unreachable"),
        ("garbage", "unreachable"),
    ],
)
def test_an_answer_that_is_no_page_has_a_verdict_too(behaviour: str, verdict: str, partner: Partner) -> None:
    delivered(partner.url(f"/{behaviour}"))
    seen = look()
    assert seen.verdict == verdict
    assert seen.sentence and seen.due_at is not None


def test_a_withdrawn_copy_is_looked_for_and_not_found(partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy(story.url, story.url)
    row = delivered(partner.url("/copy"), story)
    Republication.objects.filter(pk=row.pk).update(state=Republication.State.WITHDRAWN, held=None)
    assert look().verdict == "wrong", "it still stands"
    partner.routes["/copy"] = copy(status=410)
    assert look().verdict == "honoured"


def test_looks_at_an_honoured_copy_slow_down(partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy(story.url, story.url)
    delivered(partner.url("/copy"), story)
    for number, wait in enumerate([*HONOURED, HONOURED[-1]], start=1):
        seen = look()
        assert seen.in_a_row == number
        assert 0.9 * wait - timedelta(minutes=1) < waits(seen) <= 1.1 * wait


def test_looks_at_a_broken_promise_come_sooner_and_slow_down_too(partner: Partner) -> None:
    delivered(partner.url("/status/404"))
    for wait in [*UNSETTLED, UNSETTLED[-1]]:
        assert 0.9 * wait - timedelta(seconds=30) < waits(look()) <= 1.1 * wait


def test_the_moment_of_change_is_kept_while_the_verdict_stays(partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy(story.url, story.url)
    delivered(partner.url("/copy"), story)
    changed = look().changed_at
    assert look().changed_at == changed
    partner.routes["/copy"] = copy()
    seen = look()
    assert seen.changed_at != changed and seen.in_a_row == 1


def test_a_look_that_fails_by_our_own_fault_stops_no_other(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    story = make.story()
    partner.routes["/copy"] = copy(story.url, story.url)
    delivered(partner.url("/broken"))
    delivered(partner.url("/copy"), story)
    send = http.send

    def fail(method: str, url: str, *args: Any, **kwargs: Any) -> http.Response:
        if url.endswith("/broken"):
            raise KeyError("a fault of ours")
        return send(method, url, *args, **kwargs)

    monkeypatch.setattr(http, "send", fail)
    Verification.objects.update(due_at=Now())
    assert verify_due() == 2
    assert dict(Verification.objects.values_list("url", "verdict")) == {
        partner.url("/broken"): "unreachable",
        partner.url("/copy"): "honoured",
    }


def test_many_copies_are_looked_at_in_one_go(partner: Partner) -> None:
    for number in range(25):
        Verification.objects.look(url=partner.url(f"/status/404?{number}"), stub_uid=uuid4())
    Verification.objects.update(due_at=Now())
    assert verify_due() == 25
    assert len(partner.requests) == 25
    assert verify_due() == 0


def test_a_late_look_writes_nothing_down(partner: Partner) -> None:
    delivered(partner.url("/copy"))
    Verification.objects.update(due_at=Now())
    with transaction.atomic():
        (late,) = Verification.objects.all().lease(1)
    Verification.objects.update(lease_until=Now() - timedelta(seconds=1))
    partner.routes["/copy"] = copy(status=404)
    verify_due()
    assert late.settle(Judgement("honoured", "All was well.")) is False
    assert Verification.objects.get().verdict == "gone"


def test_look_now_is_due_within_seconds_and_only_where_there_is_an_address(partner: Partner) -> None:
    row = delivered(partner.url("/copy"))
    Verification.objects.update(due_at=timezone.now() + timedelta(days=7), verdict="honoured", in_a_row=2)
    look_now(row)
    seen = Verification.objects.get()
    assert waits(seen) < timedelta(seconds=5) and (seen.verdict, seen.in_a_row) == ("honoured", 2)
    Verification.objects.all().delete()
    row.receipt_url = ""
    look_now(row)
    assert not Verification.objects.exists()


def test_another_address_begins_a_new_count(partner: Partner) -> None:
    row = delivered(partner.url("/copy"))
    Verification.objects.update(verdict="gone", in_a_row=5, sentence="Gone.", evidence=[{"what": "x"}])
    Verification.objects.look(url=partner.url("/moved"), republication=row)
    seen = Verification.objects.get()
    assert (seen.url, seen.verdict, seen.in_a_row, seen.sentence, seen.evidence) == (partner.url("/moved"), "", 0, "", [])


def test_a_verification_is_of_one_thing() -> None:
    row = delivered("https://outlet.example/7")
    Verification.objects.all().delete()
    for own in ({}, {"republication": row, "stub_uid": uuid4()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Verification.objects.create(url="https://outlet.example/7", **own)


# --- the page a stub points at ------------------------------------------------------------------------------------------


def canonical_of(page: Any) -> tuple[str, str]:
    edition = current_edition(page.uid)
    assert edition is not None
    return edition.story.canonical.url, edition.story.canonical.policy


def test_a_stub_leans_on_the_outlets_page_until_that_is_proved_dead_and_again_when_it_is_back(partner: Partner) -> None:
    theirs = partner.url("/piece")
    page = make.stub(outlet_url=theirs)
    partner.routes["/piece"] = copy(status=404)
    for count in (1, 2):
        assert look().in_a_row == count
        assert not target_dead(page.uid)
        assert canonical_of(page) == (theirs, "outlet")
    seen = look()
    assert seen.verdict == "gone" and "Check the address on the stub" in seen.sentence
    assert target_dead(page.uid)
    assert canonical_of(page) == (page.full_url, "self")
    assert Edition.objects.current().get(uid=page.uid).reason == "outlet's page died"
    partner.routes["/piece"] = copy()
    assert look().verdict == "honoured"
    assert canonical_of(page) == (theirs, "outlet")


def test_a_fault_of_theirs_is_not_death(partner: Partner) -> None:
    page = make.stub(outlet_url=partner.url("/status/503"))
    for _ in range(4):
        assert look().verdict == "unreachable"
    assert not target_dead(page.uid)


def test_the_target_of_a_stub_owes_us_nothing(partner: Partner) -> None:
    partner.routes["/piece"] = copy(canonical="https://outlet.example/theirs")
    make.stub(outlet_url=partner.url("/piece"))
    assert look().verdict == "honoured"


def test_verdicts_say_what_they_are_of() -> None:
    row = Verification(url="https://outlet.example/7")
    assert str(row) == "not looked yet: https://outlet.example/7"


# --- notices ------------------------------------------------------------------------------------------------------------


def open_notices() -> list[Notice]:
    return list(Notice.objects.open())


def test_a_copy_that_does_not_lead_home_is_told_once_and_closed_when_it_does(partner: Partner) -> None:
    story = make.story()
    partner.routes["/copy"] = copy()
    row = delivered(partner.url("/copy"), story)
    look(), look()
    (told,) = open_notices()
    assert (told.kind, told.uid, told.outlet_id, told.title) == ("canonical", row.uid, row.outlet_id, story.headline)
    assert partner.url("/copy") in told.sentence
    partner.routes["/copy"] = copy(story.canonical.url, story.canonical.url)
    look()
    assert open_notices() == []
    partner.routes["/copy"] = copy("https://elsewhere.example/")
    look()
    assert len(open_notices()) == 1, "lost again is news again"


def test_a_copy_that_is_gone_is_told_at_once(partner: Partner) -> None:
    partner.routes["/copy"] = copy(status=410)
    delivered(partner.url("/copy"))
    look()
    assert [told.kind for told in open_notices()] == ["canonical"]


def test_a_copy_that_does_not_answer_is_told_when_that_lasts(partner: Partner) -> None:
    partner.routes["/copy"] = copy(status=503)
    delivered(partner.url("/copy"))
    look(), look()
    assert open_notices() == []
    look(), look()
    assert len(open_notices()) == 1


def test_a_stubs_page_is_told_of_when_it_is_proved_dead(partner: Partner) -> None:
    partner.routes["/copy"] = copy(status=404)
    uid = uuid4()
    Verification.objects.look(url=partner.url("/copy"), stub_uid=uid)
    look(), look()
    assert open_notices() == []
    look()
    assert [told.uid for told in open_notices()] == [uid]


def test_a_copy_that_still_shows_the_text_of_before_a_correction_is_wrong(partner: Partner) -> None:
    first = make.story(body_html="<p>" + "The dam was inspected twice in ten years, said the ministry on a Monday. " * 3 + "</p>")
    make.edition(first)
    mended = first.body_html.replace("twice in ten years", "once in thirty years").replace("Monday", "Thursday")
    note = Correction(at=date(2026, 3, 3), text="The dam was inspected once in thirty years, not twice in ten years.")
    story = first.model_copy(update={"body_html": mended, "corrections": (note,)})
    head = f'<link rel="canonical" href="{story.canonical.url}">'
    page = f"<!doctype html><head>{head}</head><body><h1>{story.headline}</h1>%s</body>"
    partner.routes["/copy"] = lambda visit: visit.reply(200, (page % first.body_html).encode())
    delivered(partner.url("/copy"), story, owes_link=False)
    seen = look()
    assert seen.verdict == "wrong" and "does not show our correction of 3 March 2026" in seen.sentence
    assert seen.looks.get().terms["correction"] == "wrong"
    partner.routes["/copy"] = lambda visit: visit.reply(200, (page % mended).encode())
    assert look().verdict == "honoured"
