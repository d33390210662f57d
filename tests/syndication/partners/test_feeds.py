"""An outlet's feeds: who may read them, what stands in them and what never does, and what is written down."""

import base64
import json
import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from syndication.discretion import discreet_event
from syndication.models import Edition, Outlet, Pull, Republication, Token
from tests import factories as make
from tests.syndication.partners.shelves import DIALECTS, ROOT, gone, ids, lay, links, parsed, puller, token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def weekly() -> Outlet:
    return puller()


@pytest.fixture
def key(weekly: Outlet) -> str:
    return token(weekly)


def basic(text: str, user: str = "weekly") -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'{user}:{text}'.encode()).decode()}"}


# --- who may read -------------------------------------------------------------------------------------------------------


def test_a_feed_is_read_with_the_token_in_the_path_or_in_either_header(client: Client, key: str) -> None:
    page = make.original()
    for dialect in DIALECTS:
        assert ids(client, f"/partners/feeds/{key}/{dialect}/") == [page.uid.urn]
    asked = [
        (headers, dialect)
        for headers in (basic(key), basic("", user=key), {"authorization": f"Bearer {key}"})
        for dialect in DIALECTS
    ]
    for headers, dialect in asked:
        answer = client.get(f"/partners/feeds/{dialect}/", headers=headers)
        assert answer.status_code == 200 and page.uid.urn in answer.content.decode()
        assert key not in answer.content.decode() + answer["Link"], "who sends a header finds no token in the document"


def test_the_token_in_a_feed_is_only_the_one_it_was_read_with(client: Client, weekly: Outlet, key: str) -> None:
    make.original()
    other = token(weekly)
    for dialect in DIALECTS:
        assert other not in client.get(f"/partners/feeds/{key}/{dialect}/").content.decode()


def test_each_refusal_is_a_sentence_and_written_down(client: Client, weekly: Outlet, key: str) -> None:
    make.original("Canary")
    expired, revoked, read = token(weekly), token(weekly), token(weekly, "read", "report")
    Token.objects.filter(prefix=expired.split("_")[1]).update(expires_at=timezone.now())
    Token.find(revoked).revoke()
    stranger = f"{key[:-4]}aaaa"
    cases = [
        ("", 401, "do not know this token"),
        ("nonsense", 401, "do not know this token"),
        (stranger, 401, "do not know this token"),
        (expired, 401, "has expired"),
        (revoked, 401, "was revoked"),
        (read, 403, "read feeds"),
    ]
    for text, status, words in cases:
        asked = [client.get("/partners/feeds/rss/", headers={"authorization": f"Bearer {text}"})]
        asked += [client.get(f"/partners/feeds/{text}/rss/")] if text else []
        for answer in asked:
            assert answer.status_code == status and words in answer.content.decode()
            assert answer["Content-Type"] == "text/plain; charset=utf-8" and "Canary" not in answer.content.decode()
            assert ("WWW-Authenticate" in answer) == (status == 401)
            pull = Pull.objects.latest("pk")
            assert (pull.status, pull.surface) == (status, "feed") and words in pull.refusal
            assert "hw_" not in text or text not in pull.path
    assert Pull.objects.filter(outlet=weekly).count() == 6, "those whose token is ours, though not usable"


def test_a_suspended_outlet_is_refused(client: Client, weekly: Outlet, key: str) -> None:
    Outlet.objects.filter(pk=weekly.pk).update(state="suspended")
    answer = client.get(f"/partners/feeds/{key}/rss/")
    assert answer.status_code == 403 and "suspended this outlet" in answer.content.decode()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("yaml/", "There is no feed “yaml”. There are: rss, atom"),
        ("rss/archive/1/", "There is no such archive"),
        ("rss/archive/0/", "There is no such archive"),
        ("rss/archive/99999999999999999999/", "There is no such archive"),
    ],
)
def test_what_there_is_not_is_not_found_and_the_sentence_says_what_there_is(
    place: str, words: str, client: Client, key: str
) -> None:
    answer = client.get(f"/partners/feeds/{key}/{place}")
    assert answer.status_code == 404 and words in answer.content.decode()
    assert Pull.objects.get().status == 404


def test_another_method_than_reading_is_refused_also_with_forgery_checks(key: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(f"/partners/feeds/{key}/rss/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_no_token_reaches_the_log(client: Client, key: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get(f"/partners/feeds/{key}x/rss/")
    for record in caplog.records:
        line = discreet_event(None, "", {"event": record.getMessage()})
        assert key not in json.dumps(line)


# --- what stands in them ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_only_what_the_outlet_may_have_now_stands_in_its_feed(dialect: str, client: Client, weekly: Outlet, key: str) -> None:
    other = puller("Other", website="https://other.example")
    make.original("Canary")
    kept = Republication.objects.filter(outlet=weekly)
    path = f"/partners/feeds/{key}/{dialect}/"
    assert b"Canary" in client.get(path).content
    soon, past = timezone.now() + timedelta(hours=1), timezone.now() - timedelta(hours=1)
    for facts in ({"starts_at": soon}, {"ends_at": past}, {"outlet": other}):
        uid, outlet = kept.get().uid, weekly
        Republication.objects.filter(uid=uid).exclude(outlet=weekly).delete()
        Republication.objects.filter(uid=uid).update(**facts)
        assert b"Canary" not in client.get(path).content, facts
        Republication.objects.filter(uid=uid).update(starts_at=None, ends_at=None, outlet=outlet)
    Edition.objects.update(expires_at=past)
    assert b"Canary" not in client.get(path).content, "expired, and no sweep came by yet"


def test_an_embargoed_piece_arrives_when_its_embargo_ends_though_nobody_acts(client: Client, key: str) -> None:
    page, paths = make.original(), [f"/partners/feeds/{key}/{dialect}/" for dialect in DIALECTS]
    soon = timezone.now() + timedelta(hours=1)
    Republication.objects.update(starts_at=soon, changed_at=soon)
    tags = [client.get(path)["ETag"] for path in paths]
    assert [ids(client, path) for path in paths] == [[]] * len(paths)
    Republication.objects.update(starts_at=timezone.now(), changed_at=timezone.now())
    for path, tag in zip(paths, tags, strict=True):
        assert client.get(path, headers={"if-none-match": tag}).status_code == 200
        assert ids(client, path) == [page.uid.urn]


def test_the_text_is_as_long_as_the_contract_says_and_names_its_home(client: Client, key: str) -> None:
    Outlet.objects.update(extent="excerpt", excerpt_words=10, attribution="Out of & the Review")
    body = make.paragraphs("The harbour was empty when we came, and only the lamps knew the reason why.")
    make.original(standfirst="Only the lamps.", body=body)
    for dialect in DIALECTS:
        text = client.get(f"/partners/feeds/{key}/{dialect}/").content.decode()
        assert "The harbour was empty" in text and "the reason why" not in text
        assert "Out of &amp; the Review" in text or "Out of &amp;amp; the Review" in text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_withdrawn_piece_is_named_as_gone_and_nothing_of_it_is_told(dialect: str, client: Client, key: str) -> None:
    page, path = make.original("Canary", standfirst="Canary"), f"/partners/feeds/{key}/{dialect}/"
    kept = make.original("Kept")
    before = client.get(path)
    page.unpublish()
    after = client.get(path, headers={"if-none-match": before["ETag"], "if-modified-since": before.get("Last-Modified", "")})
    assert after.status_code == 200 and b"Canary" not in after.content
    assert (gone(client, path), ids(client, path)) == ([page.uid.urn], [kept.uid.urn])
    assert Republication.objects.get(uid=page.uid).state == "withdrawn", "it was told"


def test_a_piece_that_was_never_given_leaves_no_trace(client: Client, key: str) -> None:
    make.original("Canary").unpublish()
    for dialect in DIALECTS:
        path = f"/partners/feeds/{key}/{dialect}/"
        assert (gone(client, path), ids(client, path)) == ([], [])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_exactly_one_entry_changes_on_an_edit_and_no_id_does(dialect: str, client: Client, key: str) -> None:
    pages, path = [make.original() for _number in range(3)], f"/partners/feeds/{key}/{dialect}/"
    before, old = entries(client, path), ids(client, path)
    make.edit(pages[0], title="Otherwise")
    after = entries(client, path)
    assert sorted(old) == sorted(ids(client, path)) and ids(client, path)[0] == pages[0].uid.urn
    assert [uid for uid in before if before[uid] != after[uid]] == [pages[0].uid.urn]


def entries(client: Client, path: str) -> dict[str, str]:
    """Each piece in the feed as it stands there, by id."""
    answer = client.get(path)
    if answer["Content-Type"].startswith("application/json") or "feed+json" in answer["Content-Type"]:
        told = answer.json()
        items = told.get("items") or told.get("_items") or told["associations"]
        # An association is named by its place.
        return {item.get("id") or item.get("guid") or item["uri"]: json.dumps({**item, "name": ""}) for item in items}
    mark = {"rss": "item", "atom": "entry", "newsml": "newsItem"}[path.split("/")[-2]]
    parts = [part.partition(f"</{mark}>")[0] for part in answer.content.decode().split(f"<{mark}")[1:]]
    return {next(uid for uid in ids(client, path) if uid in part): part for part in parts}


def test_a_stub_names_the_page_at_the_outlet(client: Client, weekly: Outlet, key: str) -> None:
    Outlet.objects.filter(pk=weekly.pk).update(takes_stubs=True)
    page = make.stub(outlet_url=f"{make.ABROAD}/lamps")
    (item,) = client.get(f"/partners/feeds/{key}/json/").json()["items"]
    assert (item["url"], item["external_url"]) == (page.full_url, f"{make.ABROAD}/lamps")
    for dialect in ("rss", "atom"):
        (entry,) = parsed(client, f"/partners/feeds/{key}/{dialect}/").entries
        assert [link.href for link in entry.links if link.rel == "via"] == [f"{make.ABROAD}/lamps"]


# --- what is written down -----------------------------------------------------------------------------------------------


def test_what_was_read_counts_as_taken_and_is_written_down(client: Client, weekly: Outlet, key: str) -> None:
    page, path = make.original(), f"/partners/feeds/{key}/atom/"
    assert client.head(path).status_code == 200
    row = Republication.objects.get()
    assert (row.state, Pull.objects.get().pieces.count()) == ("pending", 0), "a HEAD carries no piece"
    tag = client.get(path)["ETag"]
    row.refresh_from_db()
    assert (row.state, row.held) == ("delivered", row.wanted)
    pull = Pull.objects.latest("pk")
    assert (pull.outlet, pull.status, pull.method) == (weekly, 200, "GET")
    assert [(one.uid, one.version) for one in pull.pieces.all()] == [(page.uid, 1)]
    assert key not in pull.path and pull.path.endswith("…/atom/")
    make.edit(page, title="Otherwise")
    client.get(path, headers={"if-none-match": '"other"'})
    Republication.objects.update(state="offered")
    tag = client.get(path)["ETag"]
    Republication.objects.update(state="offered")
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304
    row.refresh_from_db()
    assert row.state == "offered", "a 304 carries no piece"
    assert Pull.objects.latest("pk").status == 304 and not Pull.objects.latest("pk").pieces.exists()


def test_what_is_pushed_elsewhere_may_be_read_too_and_stays_as_it_is(client: Client) -> None:
    pushed = make.outlet("Pushed")
    page = make.original()
    before = Republication.objects.filter(outlet=pushed).values().get()
    assert ids(client, f"/partners/feeds/{token(pushed)}/rss/") == [page.uid.urn]
    assert Republication.objects.filter(outlet=pushed).values().get() == before


# --- what it costs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sixty_pieces_cost_as_many_queries_as_three(dialect: str, client: Client, weekly: Outlet, key: str) -> None:
    def asked() -> int:
        Republication.objects.update(state="offered")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/partners/feeds/{key}/{dialect}/").status_code == 200
        return len(captured)

    lay(weekly, 3)
    asked()
    few = asked()
    lay(weekly, 57)
    assert asked() == few <= 20
    tag = client.get(f"/partners/feeds/{key}/{dialect}/")["ETag"]
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/partners/feeds/{key}/{dialect}/", headers={"if-none-match": tag}).status_code == 304
    bodies = [query["sql"] for query in captured if '"body_html"' in query["sql"]]
    assert bodies == [] and len(captured) <= 14


def test_a_feed_names_its_own_address_and_no_hub_of_others(client: Client, key: str) -> None:
    make.outlet("Hub", kind="websub", endpoint="https://hub.example/", secret="")
    for dialect in DIALECTS:
        answer = client.get(f"/partners/feeds/{key}/{dialect}/")
        assert links(answer)["self"] == f"{ROOT}/partners/feeds/{key}/{dialect}/"
        assert "hub.example" not in answer["Link"] + answer.content.decode(), "a token in an address is no other hub's business"
