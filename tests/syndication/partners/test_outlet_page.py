"""The outlet's own page: who may open it, what it shows and never shows, and what can be asked there."""

import logging
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from structlog.stdlib import ProcessorFormatter
from wagtail.models import ModelLogEntry

from syndication.admitting import Closed, outlet_of, page_of, renew_link
from syndication.delivering import deliver_due
from syndication.feeding import DIALECTS
from syndication.models import Delivery, Edition, Errand, Outlet, Pull, Republication, Token, Verification
from syndication.partners import entry
from syndication.partners.opening import ACTS
from syndication.pulling import report, shelf, taken
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def weekly() -> Outlet:
    """An outlet that fetches."""
    facts = {"kind": "pull", "endpoint": "", "secret": "", "website": "https://weekly.example"}
    return make.outlet("The Weekly", owes_noindex=True, attribution="From the Harbour", **facts)


@pytest.fixture
def lantern() -> Outlet:
    """An outlet that is pushed to."""
    return make.outlet("Evening Lantern")


def at(outlet: Outlet, *onward: Any, name: str = "outlet_page") -> str:
    """An address of the outlet's page."""
    signed = page_of(outlet).rstrip("/").rpartition("/")[2]
    return reverse(name, args=[signed, *onward])


def html(client: Client, url: str, status: int = 200, **query: Any) -> str:
    answer = client.get(url, query)
    assert answer.status_code == status
    return answer.content.decode()


# --- the link -----------------------------------------------------------------------------------------------------------


def test_the_link_opens_without_an_account_and_is_kept_nowhere(client: Client, weekly: Outlet) -> None:
    make.original("The harbour")
    answer = client.get(page_of(weekly))
    assert answer.status_code == 200 and "The harbour" in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer" and "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"] and not answer.cookies
    pull = Pull.objects.get()
    assert (pull.surface, pull.outlet, pull.status, pull.refusal) == ("page", weekly, 200, "")
    assert pull.path == "/partners/o/…/"


def test_an_ended_link_says_so_and_the_new_one_opens(client: Client, weekly: Outlet) -> None:
    old = page_of(weekly)
    renew_link(weekly)
    assert "ended this link" in html(client, old, 410)
    assert Pull.objects.get().outlet == weekly and "ended" in Pull.objects.get().refusal
    assert page_of(weekly) != old and html(client, page_of(weekly))
    assert ModelLogEntry.objects.filter(action="syndication.renew_link").exists()


@pytest.mark.parametrize("signed", ["1.1~AAAA", "nonsense", "~", "1.1", "9" * 3000, "é~ö"])
def test_what_we_never_signed_opens_nothing(client: Client, weekly: Outlet, signed: str) -> None:
    with pytest.raises(Closed) as closed:
        outlet_of(signed)
    assert closed.value.status == 404
    assert "not whole" in html(client, reverse("outlet_page", args=[signed]), 404)


def test_another_outlets_number_cannot_be_put_into_a_link(weekly: Outlet, lantern: Outlet) -> None:
    _front, signature = page_of(weekly).rstrip("/").rpartition("/")[2].split("~")
    with pytest.raises(Closed):
        outlet_of(f"{lantern.pk}.1~{signature}")


def test_a_suspended_outlet_and_one_that_is_gone_are_told_so(client: Client, weekly: Outlet) -> None:
    link = page_of(weekly)
    Outlet.objects.update(state="suspended")
    assert "suspended this outlet" in html(client, link, 403)
    weekly.delete()
    assert "ended this link" in html(client, link, 410)


def test_refusals_are_not_logged_with_the_link_in_them(client: Client, weekly: Outlet, caplog: Any) -> None:
    link = page_of(weekly)
    renew_link(weekly)
    html(client, link, 410)
    client.post(page_of(weekly), {"url": "https://elsewhere.example/"})
    # As it is written, not as it is recorded: the formatter hides what opens doors.
    writer = next(one for one in logging.getLogger().handlers if isinstance(one.formatter, ProcessorFormatter))
    logged = "\n".join(writer.format(record) for record in caplog.records)
    assert "/partners/o/…" in logged and link not in logged and page_of(weekly) not in logged


def test_other_methods_are_refused_and_written_down(client: Client, weekly: Outlet) -> None:
    assert client.delete(page_of(weekly)).status_code == 405
    assert client.head(page_of(weekly)).status_code == 200
    assert sorted(Pull.objects.values_list("method", "status")) == [("DELETE", 405), ("HEAD", 200)]


# --- what it shows --------------------------------------------------------------------------------------------------------


def test_each_piece_tells_its_state_version_delivery_and_verdict(client: Client, weekly: Outlet) -> None:
    page = make.original("The harbour")
    assert "ready for you to fetch" in html(client, page_of(weekly))
    taken(shelf(weekly))
    row = report(weekly, page.uid, "https://weekly.example/harbour")
    evidence = [{"what": "canonical link", "place": "head", "excerpt": '<link rel="canonical" href="https://x.example">'}]
    told = "It is wrong. Ask the desk to set the canonical link to X."
    Verification.objects.filter(republication=row).update(
        verdict="wrong", sentence=told, evidence=evidence, looked_at=timezone.now()
    )
    listed = html(client, page_of(weekly))
    assert "delivered" in listed and "wrong" in listed and "Please set the canonical link to X." in listed
    make.edit(page, standfirst="Another one")
    assert "you have version 1, newest is 2" in html(client, page_of(weekly))
    own = html(client, at(weekly, page.uid, name="outlet_piece"))
    assert "https://weekly.example/harbour" in own and "x.example" in own and "looked at" in own
    assert Pull.objects.first().pieces.get().uid == page.uid


def test_the_exact_tags_are_there_for_each_system(client: Client, weekly: Outlet) -> None:
    page = make.original("Ships & lamps")
    own = html(client, at(weekly, page.uid, name="outlet_piece"))
    canonical = Republication.objects.get().story.canonical.url
    assert f"&lt;link rel=&quot;canonical&quot; href=&quot;{canonical}&quot;&gt;" in own
    assert "&lt;meta name=&quot;robots&quot; content=&quot;noindex&quot;&gt;" in own
    assert "From the Harbour: &lt;a href=" in own and "Ships &amp;amp; lamps" in own
    for system in ("By hand", "WordPress", "Ghost"):
        assert system in own


@pytest.mark.django_db(transaction=True)
def test_what_the_outlet_may_not_see_is_not_there(client: Client, weekly: Outlet, lantern: Outlet) -> None:
    page = make.original("Canary headline", standfirst="Canary standfirst")
    taken(shelf(weekly))
    past, soon = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)
    rows = Republication.objects.filter(uid=page.uid)
    deliver_due()

    def shown() -> str:
        return html(client, page_of(weekly)) + html(client, at(weekly, name="outlet_log"))

    assert "Canary" in shown()
    for facts in ({"starts_at": soon}, {"ends_at": past}, {"operation": "withdraw"}):
        before = rows.values("starts_at", "ends_at", "operation")[0]
        rows.update(**facts)
        assert "Canary" not in shown()
        html(client, at(weekly, page.uid, name="outlet_piece"), 404)
        rows.update(**before)
    Edition.objects.filter(uid=page.uid).update(expires_at=past)
    assert "Canary" not in shown()
    html(client, at(weekly, page.uid, name="outlet_piece"), 404)


def test_what_must_come_down_is_told_by_its_address_until_it_is_down(client: Client, weekly: Outlet) -> None:
    page = make.original("Canary")
    row = report(weekly, page.uid, "https://weekly.example/harbour")
    page.unpublish()
    told = html(client, page_of(weekly))
    assert "Please take down" in told and "https://weekly.example/harbour" in told and "Canary" not in told
    taken(Republication.objects.filter(pk=row.pk))
    assert "Please take down" in html(client, page_of(weekly)), "they know, but we saw nothing of it"
    Verification.objects.update(verdict="honoured")
    assert "Please take down" not in html(client, page_of(weekly))


def test_pieces_are_found_and_paged_in_a_constant_number_of_queries(
    client: Client, weekly: Outlet, django_assert_num_queries: Any
) -> None:
    def pieces(count: int) -> None:
        for _number in range(count):
            told = make.edition(make.story())
            Republication.objects.create(uid=told.uid, outlet=weekly, wanted=told, held=told, state="delivered")

    html(client, page_of(weekly))
    pieces(3)
    with CaptureQueriesContext(connection) as few:
        html(client, page_of(weekly))
    pieces(57)
    with django_assert_num_queries(len(few)):
        first = html(client, page_of(weekly))
    assert "Page 1 of 3" in first and first.count("<h3>") == 20
    named = make.original("The only lamp")
    assert named.title in html(client, page_of(weekly), q="only LAMP")
    assert "No piece of yours" in html(client, page_of(weekly), q="\0nothing")


def test_an_outlet_with_nothing_and_no_terms_is_told_so(client: Client) -> None:
    facts = {"kind": "pull", "owes_canonical": False, "owes_link": False}
    lonely = make.outlet("Lonely", embargo_hours=2, expiry_days=3, **facts)
    told = html(client, page_of(lonely))
    assert "nothing for you yet" in told and "2 hours after" in told and "3 days after" in told
    log = html(client, at(lonely, name="outlet_log"))
    assert "Nothing was sent to you yet" in log and "/partners/o/…/" in log


# --- what can be asked ------------------------------------------------------------------------------------------------------


def test_a_url_is_reported_looked_at_and_only_on_their_own_host(client: Client, weekly: Outlet) -> None:
    page = make.original("The harbour")
    own = at(weekly, page.uid, name="outlet_piece")
    answer = client.post(own, {"act": "report", "url": "https://weekly.example/harbour"})
    assert answer.status_code == 302 and "Thank you" in html(client, answer["Location"])
    row = Republication.objects.get()
    assert (row.receipt_url, row.state) == ("https://weekly.example/harbour", "delivered")
    assert Verification.objects.get(republication=row).due_at
    refused = client.post(own, {"act": "report", "url": "https://elsewhere.example/harbour"})
    assert refused.status_code == 422 and "not on weekly.example" in refused.content.decode()
    assert "not on weekly.example" in Pull.objects.first().refusal
    assert client.post(own, {"act": "report", "url": "javascript:alert(1)"}).status_code == 422
    assert Republication.objects.get().receipt_url == "https://weekly.example/harbour"


def test_a_check_is_asked_of_a_worker_once_and_belongs_to_the_outlet(client: Client, weekly: Outlet, lantern: Outlet) -> None:
    answer = client.post(page_of(weekly), {"url": "https://weekly.example/harbour"})
    errand = Errand.objects.get()
    assert (errand.kind, errand.outlet, errand.due_at is not None) == ("check-copy", weekly, True)
    waiting = client.get(answer["Location"])
    assert waiting["Refresh"] == "2" and "We are looking" in waiting.content.decode()
    client.post(page_of(weekly), {"url": "https://weekly.example/harbour"})
    assert Errand.objects.count() == 1, "one of the same page is enough"
    html(client, at(lantern, errand.pk, name="outlet_check"), 404)
    assert client.post(page_of(weekly), {"url": ""}).status_code == 422


def test_who_asks_too_much_is_asked_to_wait(client: Client, weekly: Outlet) -> None:
    Pull.objects.bulk_create(Pull(surface="page", outlet=weekly, method="POST", path="/", status=302) for _ in range(ACTS))
    answer = client.post(page_of(weekly), {"url": "https://weekly.example/"})
    assert answer.status_code == 429 and answer["Retry-After"] == "600" and not Errand.objects.exists()
    assert html(client, page_of(weekly)), "reading goes on"
    Pull.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert client.post(page_of(weekly), {"url": "https://weekly.example/"}).status_code == 302


def test_a_piece_is_sent_once_more_but_not_at_once_again(client: Client, lantern: Outlet) -> None:
    page = make.original("The harbour")
    own = at(lantern, page.uid, name="outlet_piece")
    row = Republication.objects.get()
    assert "on its way" in client.post(own, {"act": "again"}).content.decode()
    Republication.objects.update(state="failed", due_at=None)
    facts = {"outlet": lantern, "key": row.key, "operation": "publish", "edition": row.wanted, "outcome": "permanent"}
    delivery = Delivery.objects.create(republication=row, fence=1, sentence="They answered 500.", **facts)
    assert client.post(own, {"act": "again"}).status_code == 422
    Delivery.objects.update(started_at=timezone.now() - timedelta(minutes=6))
    answer = client.post(own, {"act": "again"})
    assert answer.status_code == 302 and "once more" in html(client, answer["Location"])
    again = Republication.objects.get()
    assert again.key != row.key and again.due_at
    log = html(client, at(lantern, name="outlet_log"))
    assert "They answered 500." in log and str(delivery.get_outcome_display()) in log


def test_nothing_is_sent_once_more_to_who_fetches(client: Client, weekly: Outlet) -> None:
    own = at(weekly, make.original().uid, name="outlet_piece")
    assert "once more" not in html(client, own)
    assert "fetch the piece" in client.post(own, {"act": "again"}).content.decode()


def test_a_piece_that_is_not_theirs_cannot_be_asked_for(client: Client, weekly: Outlet) -> None:
    own = at(weekly, uuid4(), name="outlet_piece")
    assert client.post(own, {"act": "report", "url": "https://weekly.example/x"}).status_code == 404


# --- tokens ---------------------------------------------------------------------------------------------------------------


def test_tokens_are_made_shown_once_and_revoked_where_the_newsroom_allows_it(client: Client, weekly: Outlet) -> None:
    own = at(weekly, name="outlet_tokens")
    assert "The newsroom makes your tokens" in html(client, own)
    assert client.post(own, {"name": "Website", "scopes": ["read"]}).status_code == 403 and not Token.objects.exists()
    Outlet.objects.update(own_tokens=True)
    answer = client.post(own, {"name": "Website", "scopes": ["read", "feed"]})
    token = Token.objects.get()
    text = next(
        word
        for word in answer.content.decode().replace("<", " ").replace(">", " ").split()
        if word.startswith(f"hw_{token.prefix}_") and "…" not in word
    )
    assert Token.find(text) == token and token.scopes == ["read", "feed"]
    assert timedelta(days=364) < token.expires_at - timezone.now() <= timedelta(days=365)
    later = html(client, own)
    assert text not in later and f"hw_{token.prefix}_…" in later
    entry = ModelLogEntry.objects.get(action="syndication.make_token")
    assert entry.user is None and text not in str(entry.data)
    client.post(own, {"revoke": str(token.pk)})
    token.refresh_from_db()
    assert token.revoked_at and "revoked" in html(client, own)


def test_nobody_revokes_another_outlets_token_or_hoards_their_own(client: Client, weekly: Outlet, lantern: Outlet) -> None:
    Outlet.objects.update(own_tokens=True)
    token, _text = Token.make(lantern, "Website", ["read"])
    own = at(weekly, name="outlet_tokens")
    for pk in (str(token.pk), "x", "", "9" * 40):
        assert client.post(own, {"revoke": pk}).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    for _number in range(10):
        Token.make(weekly, "One of many", ["read"])
    assert "Revoke one" in client.post(own, {"name": "More", "scopes": ["read"]}).content.decode()
    assert client.post(own, {"name": "", "scopes": ["admin"]}).status_code == 422


def test_the_addresses_that_a_new_token_opens_are_told_and_do_open(client: Client, weekly: Outlet) -> None:
    make.original("The harbour")
    own = at(weekly, name="outlet_tokens")
    assert "/partners/feeds/hw_…/atom/" in html(client, own)
    Outlet.objects.update(own_tokens=True)
    made = client.post(own, {"name": "Website", "scopes": ["feed"]}).content.decode()
    told = re.findall(r'<dd><code dir="ltr">([^<]+)</code></dd>', made)
    assert len(told) == len(DIALECTS) + 1 and f"hw_{Token.objects.get().prefix}_" in told[0]
    for url in told:
        assert client.get(urlsplit(url).path).status_code == 200, url
    assert {dialect for dialect, _label in entry.DIALECTS} == set(DIALECTS)


def test_who_waits_long_for_a_worker_is_told_so(client: Client, weekly: Outlet) -> None:
    answer = client.post(page_of(weekly), {"url": "https://weekly.example/harbour"})
    Errand.objects.update(asked_at=timezone.now() - timedelta(seconds=21))
    assert "longer than it should" in html(client, answer["Location"])


def test_partners_are_sent_to_whoever_reads_the_newsrooms_mail(client: Client, weekly: Outlet, settings: Any) -> None:
    settings.SYNDICATION_REPLY_TO, settings.DEFAULT_FROM_EMAIL = "", "The Review <desk@home.example>"
    assert "mailto:desk@home.example" in html(client, page_of(weekly))
    settings.SYNDICATION_REPLY_TO = "partners@home.example, second@home.example"
    assert "mailto:partners@home.example" in html(client, page_of(weekly))
