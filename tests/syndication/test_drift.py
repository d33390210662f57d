"""Drift: a copy that led home and does so no more is noticed, explained with the bytes, told once, and cleared when mended."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from syndication.delivering import deliver_due
from syndication.drift import Seen, explain, naming_former, turned
from syndication.judge import Evidence, Judgement
from syndication.models import Look, Notice, Republication, Verification, claim
from syndication.pulse import prune
from syndication.receipt import Receipt
from syndication.story import Story
from syndication.verifying import LASTS, verify_due
from tests import factories as make
from tests.fakes.partner import Partner, Visit

HOME = "https://home.example/reviews/lamps/"
BODY = (
    "<p>The harbour was empty when we came, and only the lamps along the quay knew why the ships had gone away so early "
    "in the year, without a word to the people who had waited for them.</p>"
)
OTHER = (
    "<p>Our shop sells garden furniture, parasols and everything else that a warm summer evening on the terrace may need; "
    "order today and we bring it to your door within three working days.</p>"
)
CANONICAL = f'<link rel="canonical" href="{HOME}">'
NOINDEX = '<meta name="robots" content="noindex">'
LINK = f'<a href="{HOME}">First published at home</a>'

Page = Callable[[Visit], None]


def page(
    *head: str, link: str = LINK, body: str = BODY, title: str = "Lamps along the quay", status: int = 200, **headers: str
) -> Page:
    """A page of the outlet."""
    html = f"<!doctype html><html><head><title>{title}</title>{''.join(head)}</head><body>{body}{link}</body></html>"
    return lambda visit: visit.reply(status, html.encode(), **headers)


def to(path: str, host: str = "127.0.0.1") -> Page:
    """A redirect to a path of the outlet, or to the same outlet under another name."""

    def lead_on(visit: Visit) -> None:
        visit.reply(301, location=visit.server.partner.url(path).replace("127.0.0.1", host))

    return lead_on


GOOD = page(CANONICAL, NOINDEX)
SHOP = page(body=OTHER, link="", title="Garden furniture")


class Case(NamedTuple):
    """What the outlet's page becomes, the verdict on it, and what the sentence must say and show."""

    becomes: Page
    verdict: str
    until: str
    since: str


DRIFTS = {
    "canonical lost": Case(page(NOINDEX), "missing", f"named our page as its home ({CANONICAL})", "it names no home"),
    "canonical commented out": Case(
        page(NOINDEX, f"<!-- {CANONICAL} -->"), "missing", f"home ({CANONICAL})", f"it is commented out ({CANONICAL})"
    ),
    "canonical to itself": Case(
        page(NOINDEX, '<link rel="canonical" href="/copy">'),
        "wrong",
        f"home ({CANONICAL})",
        'it names itself as its home (<link rel="canonical" href="/copy">)',
    ),
    "canonical doubled": Case(
        page(NOINDEX, CANONICAL, '<link rel=canonical href="https://third.example/">'),
        "duplicated",
        f"home ({CANONICAL})",
        '<link rel=canonical href="https://third.example/">',
    ),
    "canonical to a third site": Case(
        page(NOINDEX, '<link rel=canonical href="https://third.example/">'),
        "wrong",
        f"home ({CANONICAL})",
        'another page as its home (<link rel=canonical href="https://third.example/">)',
    ),
    "noindex lost": Case(
        page(CANONICAL), "missing", f"asked search engines to leave it out ({NOINDEX})", "it may appear in search"
    ),
    "link lost": Case(
        page(CANONICAL, NOINDEX, link=""),
        "missing",
        f'linked to our page (<a href="{HOME}">)',
        "it does not lead its readers home",
    ),
    "page 404": Case(page(status=404), "gone", "the page was there (HTTP 200", "answers 404 (HTTP 404"),
    "page 410": Case(page(status=410), "gone", "the page was there (HTTP 200", "answers 410 (HTTP 410"),
    "error page 200": Case(
        page(body=OTHER, link="", title="Not found"),
        "gone",
        "the page showed our piece (HTTP 200",
        "neither our headline nor our text",
    ),
    "text replaced": Case(
        page(CANONICAL, NOINDEX, body=OTHER, title="Garden furniture"),
        "gone",
        "showed our piece",
        "neither our headline nor our text",
    ),
    "login wall 401": Case(page(status=401), "unreachable", "the page let us in (HTTP 200", "asks for a password (HTTP 401"),
    "login wall 403": Case(page(status=403), "unreachable", "the page let us in (HTTP 200", "turns us away (HTTP 403"),
    "redirect to the front page": Case(to("/front"), "gone", "showed our piece (HTTP 200", "its address leads on to http"),
    "host changed": Case(
        to("/front", "localhost"), "gone", "showed our piece", "leads to another site, localhost, where our piece is not"
    ),
}

db = pytest.mark.django_db


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def partner(shared_partner: Partner, settings: Any) -> Partner:
    shared_partner.forget()
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    shared_partner.routes["/front"] = SHOP
    return shared_partner


def story() -> Story:
    return make.story(url=HOME, headline="Lamps along the quay", body_html=BODY, excerpt_html=BODY)


def carried(partner: Partner) -> Republication:
    """A copy that owes us all there is, and was honoured three days ago."""
    partner.routes["/copy"] = GOOD
    outlet = make.outlet(automatic=False, owes_noindex=True)
    Republication.objects.want(make.edition(story()), outlet, "publish")
    (row,) = claim(outlet, 1)
    row.accept(Receipt("7", partner.url("/copy")))
    Verification.objects.look(url=partner.url("/copy"), republication=row)
    assert look().verdict == "honoured"
    three_days_ago = timezone.now() - timedelta(days=3)
    Look.objects.update(at=three_days_ago)
    Verification.objects.update(looked_at=three_days_ago, changed_at=three_days_ago)
    return row


def look(times: int = 1) -> Verification:
    """Look at the copy, and tell the newest verdict."""
    for _ in range(times):
        Verification.objects.update(due_at=Now())
        assert verify_due() == 1
    return Verification.objects.get()


def told(*, closed: bool = False) -> list[Notice]:
    return list(Notice.objects.filter(closed_at__isnull=not closed))


def when(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%B %Y, %H:%M}"


@db
@pytest.mark.parametrize("name", DRIFTS)
def test_each_drift_is_noticed_at_the_next_look_explained_told_once_and_cleared_when_mended(name: str, partner: Partner) -> None:
    case = DRIFTS[name]
    carried(partner)
    partner.routes["/copy"] = case.becomes
    before = Verification.objects.get().looked_at
    seen = look()
    drift = Look.objects.telling()[0]
    assert (seen.verdict, drift.before, drift.verdict, drift.is_drift) == (case.verdict, "honoured", case.verdict, True)
    until, since = drift.sentence.split("; since ", 1)
    assert before and until.startswith(f"Until {when(before)} the ") and since.startswith(when(drift.at))
    assert case.until in until and case.since in since
    assert drift.evidence and drift.evidence == seen.evidence
    # A page that does not answer may have a bad hour, so that is told when it lasts.
    assert len(told()) == (0 if case.verdict == "unreachable" else 1)
    look(LASTS)
    (notice,) = Notice.objects.all()
    assert notice.closed_at is None and drift.sentence in notice.sentence and partner.url("/copy") in notice.sentence
    partner.routes["/copy"] = GOOD
    assert look().verdict == "honoured"
    assert told() == [] and told(closed=True) == [notice]
    again = Look.objects.telling()[0].sentence
    assert again.startswith(f"Since {when(timezone.now())} ") and " again (" in again
    assert f"What we had found on {when(drift.at)}: " in again


@db
def test_a_withdrawn_copy_that_comes_back_is_a_drift_too(partner: Partner) -> None:
    row = carried(partner)
    Republication.objects.filter(pk=row.pk).update(state="withdrawn", operation="withdraw", held=None)
    partner.routes["/copy"] = page(CANONICAL)
    assert look().verdict == "wrong"
    assert Look.objects.telling()[0].sentence.startswith("The copy still stands at "), "it was never down: nothing came back"
    partner.routes["/copy"] = page(status=410)
    assert look().verdict == "honoured"
    assert told() == []
    partner.routes["/copy"] = page(CANONICAL)
    look(4)
    (notice,) = told()
    assert "the copy was down (HTTP 410, " in notice.sentence
    assert f"it stands again at {partner.url('/copy')} (HTTP 200, " in notice.sentence
    partner.routes["/copy"] = page(status=404)
    look()
    assert told() == [] and " the copy is down again (HTTP 404, " in Look.objects.telling()[0].sentence


@db
def test_what_the_trouble_became_is_said_in_the_same_notice(partner: Partner) -> None:
    carried(partner)
    partner.routes["/copy"] = page(CANONICAL, NOINDEX, link="")
    look()
    (notice,) = told()
    partner.routes["/copy"] = page(status=410)
    look()
    (same,) = told()
    assert same.pk == notice.pk and same.opened_at == notice.opened_at
    assert "does not lead its readers home" in notice.sentence and "answers 410" in same.sentence
    assert "Until " in same.sentence, "compared with the last look that found it in order"
    partner.routes["/copy"] = page(status=503)
    look()
    (same,) = told()
    assert "answers 410" in same.sentence, "it may only have a bad hour"


@db
def test_a_bad_hour_in_between_changes_nothing_of_what_was_told(partner: Partner) -> None:
    carried(partner)
    partner.routes["/copy"] = page(NOINDEX)
    look()
    (notice,) = told()
    partner.routes["/copy"] = page(status=503)
    look()
    partner.routes["/copy"] = page(NOINDEX)
    look()
    assert Look.objects.telling()[0].sentence.startswith("Since "), "it was so before, and is so again"
    assert [(one.pk, one.sentence) for one in told()] == [(notice.pk, notice.sentence)]


@db
def test_a_notice_dismissed_tells_the_whole_drift_when_it_is_met_again(partner: Partner) -> None:
    carried(partner)
    partner.routes["/copy"] = page(NOINDEX)
    look()
    Notice.objects.update(closed_at=Now())
    look()
    (notice,) = told()
    assert notice.sentence.startswith("Until ")


@db
def test_looks_that_see_the_same_are_small_and_forgotten_and_those_that_saw_a_change_are_kept(partner: Partner) -> None:
    carried(partner)
    look(3)
    partner.routes["/copy"] = page(NOINDEX)
    look(2)
    assert [bool(seen.evidence) for seen in Look.objects.order_by("pk")] == [True, False, False, False, True, False]
    assert all(seen.terms and seen.status == 200 for seen in Look.objects.all())
    Look.objects.update(at=timezone.now() - timedelta(days=91))
    assert prune() == 4
    assert list(Look.objects.order_by("pk").values_list("before", "verdict")) == [("", "honoured"), ("honoured", "missing")]


@db
def test_a_copy_that_is_as_before_costs_no_look_into_its_history(partner: Partner, django_assert_num_queries: Any) -> None:
    carried(partner)
    Verification.objects.update(due_at=Now())
    # Its host is asked for in one of them; another reads the terms that the same page was judged by, nothing else of the past.
    with django_assert_num_queries(15) as asked:
        verify_due()
    of_looks = [query["sql"] for query in asked.captured_queries if 'FROM "syndication_look"' in query["sql"]]
    assert [sql.partition(" FROM ")[0] for sql in of_looks] == ['SELECT "syndication_look"."terms" AS "terms"']


@db
def test_after_a_change_of_address_the_copy_is_asked_for_the_new_one_and_looked_at_for_it(
    partner: Partner, client: Any, commit: Any, rings: list[str]
) -> None:
    heard: list[dict[str, Any]] = []

    def take(visit: Visit) -> None:
        heard.append(json.loads(visit.body)["data"]["story"])
        visit.reply_json({"id": "7", "url": partner.url("/copy")})

    def names(story: dict[str, Any]) -> Page:
        url = story["canonical"]["url"]
        return page(f'<link rel="canonical" href="{url}">', link=f'<a href="{url}">At home</a>', body=story["body_html"])

    partner.routes["/hook"] = take
    make.outlet(endpoint=partner.url("/hook"))
    piece = make.original("Lamps along the quay")
    old = piece.full_url
    deliver_due()
    partner.routes["/copy"] = stubborn = names(heard[0])
    assert look().verdict == "honoured"

    with commit():
        new = make.edit(piece, slug="elsewhere").full_url
    assert "deliver_due" in rings
    answer = client.get(urlsplit(old).path)
    assert (answer.status_code, answer["Location"]) == (301, urlsplit(new).path)
    assert look().verdict == "honoured", "what they hold is what they are judged by"
    deliver_due()
    assert heard[-1]["canonical"]["url"] == new
    assert Verification.objects.get().due_at < timezone.now() + timedelta(seconds=5)
    seen = look()
    assert seen.verdict == "wrong" and f"names our former address as its home ({old})" in seen.sentence
    (notice,) = told()
    assert notice.sentence.startswith("Our page has moved since ") and f'href="{old}"' in notice.sentence
    assert f"Ask the desk to set the canonical link to {new}" in notice.sentence
    partner.routes["/copy"] = names(heard[-1])
    assert look().verdict == "honoured" and told() == []
    partner.routes["/copy"] = stubborn
    assert "our former address" in look().sentence, "an old page from a cache"


# --- pure ---------------------------------------------------------------------------------------------------------------


def seen(day: int, verdict: str, sentence: str = "The copy keeps the contract.", *excerpts: str, **facts: Any) -> Seen:
    evidence = [{"what": "seen", "place": "answer" if text.startswith("HTTP") else "head", "excerpt": text} for text in excerpts]
    return Seen(
        datetime(2026, 5, day, 10, 12, tzinfo=UTC), verdict, sentence, evidence, **{"url": "https://o.example/7", **facts}
    )


def test_a_drift_is_told_with_dates_bytes_and_remedy() -> None:
    before = seen(3, "honoured", "Fine.", CANONICAL, terms={"canonical": "honoured"}, status=200)
    itself = '<link rel="canonical" href="https://o.example/7">'
    sentence = "The copy names itself as its home (https://o.example/7). Ask the desk to set the canonical link."
    now = seen(4, "wrong", sentence, itself, terms={"canonical": "wrong"}, status=200)
    assert explain(before, now) == (
        f"Until 3 May 2026, 10:12 the copy named our page as its home ({CANONICAL}); since 4 May 2026, 10:12 it names itself "
        f"as its home ({itself}). Ask the desk to set the canonical link."
    )
    mended = seen(5, "honoured", "Fine.", CANONICAL, terms={"canonical": "honoured"}, status=200)
    assert explain(now, mended) == (
        f"Since 5 May 2026, 10:12 the copy names our page as its home again ({CANONICAL}). "
        f"What we had found on 4 May 2026, 10:12: The copy names itself as its home ({itself})."
    )


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (None, seen(4, "missing", "The copy names no home.")),
        (seen(3, "", ""), seen(4, "missing", "The copy names no home.")),
        # It was not owed then, so it was not kept until then.
        (
            seen(3, "honoured", "Fine.", terms={"link": "honoured"}),
            seen(4, "missing", "It may appear.", terms={"noindex": "missing"}),
        ),
        # Their bytes are the same: whoever changed, it was not the copy.
        (
            seen(3, "honoured", "Fine.", CANONICAL, terms={"canonical": "honoured"}),
            seen(4, "wrong", "The copy names another page.", CANONICAL, terms={"canonical": "wrong"}),
        ),
    ],
)
def test_nothing_is_told_of_before_that_was_not_seen(before: Seen | None, now: Seen) -> None:
    assert explain(before, now) == now.sentence


def test_a_copy_that_moved_and_keeps_the_contract_is_said_to_have_moved() -> None:
    before, now = seen(3, "honoured"), seen(4, "honoured", url="https://new.example/7")
    assert turned(before, now)
    assert "since 4 May 2026, 10:12 its address leads to https://new.example/7, and there it keeps" in explain(before, now)


def test_a_link_that_search_engines_may_not_follow_any_more_is_said() -> None:
    before = seen(3, "honoured", "Fine.", LINK)
    now = seen(4, "honoured", "Fine.", f'<a href="{HOME}" rel="nofollow">')
    assert turned(before, now)
    assert f'not to follow that link (<a href="{HOME}" rel="nofollow">)' in explain(before, now)


def test_another_trouble_after_one_tells_both() -> None:
    before = seen(3, "gone", "The copy is gone: its address answers 404. Ask.", "HTTP 404, https://o.example/7", status=404)
    now = seen(4, "unreachable", "The outlet did not answer in time.", url="")
    assert explain(before, now) == (
        "Since 4 May 2026, 10:12 the outlet did not answer in time. What we had found on 3 May 2026, 10:12: "
        "The copy is gone: its address answers 404 (HTTP 404, https://o.example/7)."
    )


@pytest.mark.parametrize(
    ("named", "former", "is_former"),
    [
        ("https://home.example/old/", ["https://home.example/old/", HOME], True),
        ("http://home.example/old/", ["https://home.example/old/"], True),
        ("https://third.example/", ["https://home.example/old/"], False),
        (HOME.removesuffix("/"), [HOME], False),
    ],
)
def test_an_address_that_was_ours_is_known(named: str, former: list[str], is_former: bool) -> None:
    evidence = (Evidence("canonical link", "head", f"<link href='{named}' rel=canonical>"),)
    judgement = Judgement("wrong", "The copy names another page.", evidence, {"canonical": "wrong"})
    assert ("our former address" in naming_former(judgement, HOME, former).sentence) == is_former
