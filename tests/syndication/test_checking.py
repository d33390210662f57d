"""Check my URL: a worker fetches a page from a real server on loopback and judges it, term by term, as verification does."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from syndication.errands import run_errands
from syndication.models import Errand, Outlet, Republication, Verification
from syndication.syndicating import request_check
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


@pytest.fixture
def weekly() -> Outlet:
    """An outlet on loopback that fetches."""
    return make.outlet("The Weekly", kind="pull", endpoint="", secret="", website="http://127.0.0.1/")


def page(canonical: str = "", link: str = "", noindex: bool = False, status: int = 200) -> Callable[[Visit], None]:
    """A page of theirs."""
    head = (f'<link rel="canonical" href="{canonical}">' if canonical else "") + (
        '<meta name="robots" content="noindex">' if noindex else ""
    )
    anchor = f'<a href="{link}">At home</a>' if link else ""
    html = f"<!doctype html><html><head><title>A copy</title>{head}</head><body><p>Words.</p>{anchor}</body></html>"
    return lambda visit: visit.reply(status, html.encode())


def ready(outlet: Outlet, **facts: Any) -> Republication:
    """A piece that lies ready for the outlet."""
    told = make.edition(make.story())
    return Republication.objects.create(uid=told.uid, outlet=outlet, wanted=told, **{"state": "offered", **facts})


def checked(outlet: Outlet, url: str, uid: str = "") -> tuple[Errand, dict[str, str]]:
    """The errand after a worker was there, and the outcome of each step."""
    asked = request_check(outlet, url, uid)
    assert run_errands() == 1
    errand = Errand.objects.get(pk=asked.pk)
    assert errand.ended_at
    return errand, {step["step"]: step["outcome"] for step in errand.steps}


def test_a_page_that_keeps_the_contract_is_honoured_term_by_term_with_evidence(partner: Partner, weekly: Outlet) -> None:
    row = ready(weekly)
    home = row.wanted.story.canonical.url
    partner.routes["/copy"] = page(home, home)
    errand, steps = checked(weekly, partner.url("/copy"))
    assert steps == {"page": "ok", "piece": "ok", "canonical": "ok", "noindex": "none", "link": "ok"}
    assert (errand.state, errand.found["verdict"], errand.found["uid"]) == ("done", "honoured", str(row.uid))
    assert home in next(step["detail"] for step in errand.steps if step["step"] == "canonical")
    assert not Verification.objects.exists(), "a check writes down no verdict"


def test_each_broken_term_is_named_by_itself(partner: Partner, weekly: Outlet) -> None:
    Outlet.objects.update(owes_noindex=True)
    row = ready(weekly)
    partner.routes["/copy"] = page("https://weekly.example/copy", row.wanted.url)
    errand, steps = checked(weekly, partner.url("/copy"), str(row.uid))
    assert steps == {"page": "ok", "piece": "ok", "canonical": "failed", "noindex": "failed", "link": "ok"}
    assert errand.state == "failed" and errand.found["verdict"] == "wrong"


@pytest.mark.parametrize("tail", ["", "/"])
def test_the_piece_is_told_by_a_canonical_a_link_or_what_was_reported(partner: Partner, weekly: Outlet, tail: str) -> None:
    row, other = ready(weekly), ready(weekly)
    home = row.wanted.url.rstrip("/") + tail
    for path, answer in {"/canonical": page(home), "/link": page("", home + "#top")}.items():
        partner.routes[path] = answer
        assert checked(weekly, partner.url(path))[0].found["uid"] == str(row.uid)
    Republication.objects.filter(pk=other.pk).update(receipt_url=partner.url("/canonical"))
    assert checked(weekly, partner.url("/canonical"))[0].found["uid"] == str(other.uid), "what was reported counts first"


def test_a_page_that_names_no_piece_or_one_that_is_not_theirs_is_not_judged(partner: Partner, weekly: Outlet) -> None:
    elsewhere = ready(make.outlet("Other", kind="pull"))
    partner.routes["/copy"] = page(elsewhere.wanted.url, elsewhere.wanted.url)
    for uid in ("", str(elsewhere.uid), str(uuid4())):
        errand, steps = checked(weekly, partner.url("/copy"), uid)
        assert steps == {"page": "ok", "piece": "failed"} and "Choose the piece" in errand.sentence
        assert elsewhere.wanted.headline not in str(errand.steps)


def test_a_withdrawn_piece_is_checked_for_being_down_and_not_named(partner: Partner, weekly: Outlet) -> None:
    row = ready(weekly, operation="withdraw")
    Republication.objects.update(held=row.wanted)
    partner.routes["/copy"] = page(row.wanted.url, row.wanted.url)
    errand, steps = checked(weekly, partner.url("/copy"), str(row.uid))
    assert steps == {"page": "failed", "piece": "ok"} and "still stands" in errand.sentence
    assert row.wanted.headline not in str(errand.steps)
    partner.routes["/copy"] = page(status=410)
    errand, steps = checked(weekly, partner.url("/copy"), str(row.uid))
    assert steps["page"] == "ok" and errand.found["verdict"] == "honoured"


def test_a_page_that_does_not_answer_is_told_with_the_cause(partner: Partner, weekly: Outlet) -> None:
    row = ready(weekly)
    for path in ("/status/404", "/status/503", "/reset"):
        errand, steps = checked(weekly, partner.url(path), str(row.uid))
        assert steps["page"] == "failed" and errand.state == "failed" and errand.sentence


def test_an_address_that_is_not_theirs_any_more_is_not_fetched(partner: Partner, weekly: Outlet) -> None:
    ready(weekly)
    request_check(weekly, partner.url("/copy"))
    Outlet.objects.update(website="https://weekly.example")
    run_errands()
    errand = Errand.objects.get()
    assert errand.state == "failed" and "not on a host" in errand.sentence and partner.requests == []


def test_our_own_network_is_not_for_checking(partner: Partner, weekly: Outlet, settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = []
    ready(weekly)
    errand, steps = checked(weekly, partner.url("/copy"))
    assert steps == {"page": "failed"} and errand.state == "failed" and partner.requests == []
