"""How a stub's page stands: pages as outlets, sellers of addresses and strangers serve them. Pure."""

import pytest

from syndication.http import Response
from syndication.snapshot import TRACES, Snapshot
from syndication.standing import judge_target, kin

URL = "https://lantern.example/lamps"
LINES = [f"On evening number {number} the keeper of lamp {number * 7} wrote of ships, fog and oil." for number in range(30)]
TEXT = " ".join(LINES)
OTHER = " ".join(f"Bet {number} coins at our casino, line {number * 3}, and win a bonus of {number}." for number in range(40))


def page(title: str = "The lamps", text: str = TEXT, site: str = "Evening Lantern", head: str = "", more: str = "") -> bytes:
    named = f'<meta property="og:site_name" content="{site}">' if site else ""
    return (
        f"<!doctype html><html><head><title>{title}</title>{named}{head}</head><body><p>{text}</p>{more}</body></html>".encode()
    )


def answer(body: bytes = b"", status: int = 200, url: str = URL) -> Response:
    return Response(status, url, {"content-type": "text/html; charset=utf-8"}, body)


KNOWN = Snapshot.take(answer(page()))
CLOSED = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x", "isAccessibleForFree": "False"}</script>'
PARTLY = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "hasPart": {"@type": "WebPageElement", '
    '"isAccessibleForFree": false}}</script>'
)
TIER = '<meta property="article:content_tier" content="locked">'
SALE = "The domain lantern.example is for sale! Make us an offer today and own it tomorrow."


def canonical(url: str) -> str:
    return f'<link rel="canonical" href="{url}">'


@pytest.mark.parametrize(
    ("why", "seen", "standing", "verdict"),
    [
        ("as it was", answer(page()), "alive", "honoured"),
        (
            "a few words edited",
            answer(page(text=" ".join([*LINES[:28], "Two lines are new.", "So is this."]))),
            "alive",
            "honoured",
        ),
        ("another headline over the same text", answer(page(title="Of ships")), "alive", "honoured"),
        ("https and a slash", answer(page(), url=f"{URL}/"), "alive", "honoured"),
        ("its canonical is our page", answer(page(head=canonical("https://home.example/lamps/"))), "alive", "honoured"),
        ("a part that is closed closes not all", answer(page(head=PARTLY)), "alive", "honoured"),
        ("redirected on the same host", answer(page(), url="https://lantern.example/2026/lamps"), "moved", "honoured"),
        ("redirected to a new host", answer(page(), url="https://lantern-news.example/lamps"), "moved", "honoured"),
        ("canonical elsewhere", answer(page(head=canonical("https://lantern.example/a/lamps"))), "moved", "honoured"),
        ("moved and edited", answer(page(text=LINES[0]), url="https://lantern.example/b"), "moved", "honoured"),
        ("schema.org says closed", answer(page(head=CLOSED)), "paywalled", "honoured"),
        ("closed, and less of it", answer(page(text=LINES[0], head=TIER)), "paywalled", "honoured"),
        ("a form to sign in", answer(page("Sign in", "Welcome", more="<input type=password>")), "paywalled", "honoured"),
        ("401", answer(status=401), "paywalled", "unreachable"),
        ("402", answer(status=402), "paywalled", "unreachable"),
        ("403", answer(status=403), "paywalled", "unreachable"),
        ("rewritten under the same headline", answer(page(text=OTHER)), "changed", "honoured"),
        ("half kept, other headline", answer(page("News", " ".join([*LINES[:12], OTHER]))), "changed", "honoured"),
        ("the front page of the outlet", answer(page("Evening Lantern", OTHER)), "gone", "gone"),
        ("an error page with 200", answer(page("Not found", "We could not find that. " * 10)), "gone", "gone"),
        ("404", answer(status=404), "gone", "gone"),
        ("410", answer(status=410), "gone", "gone"),
        ("a casino at their address", answer(page("Lucky", OTHER, "Lucky Casino")), "taken over", "gone"),
        ("redirected to a stranger", answer(page("Lucky", OTHER, ""), url="https://casino.example/"), "taken over", "gone"),
        ("parked", answer(page("lantern.example", SALE, "")), "taken over", "gone"),
        (
            "a challenge",
            answer(page("Just a moment...", "Checking your browser before you go on.", "")),
            "unreachable",
            "unreachable",
        ),
        ("scripts only", answer(page("App", "", "")), "unreachable", "unreachable"),
        ("a notice too short to tell", answer(page("Hello", "We use cookies. " * 10, "Other")), "unreachable", "unreachable"),
        ("500", answer(status=500), "unreachable", "unreachable"),
        ("429", answer(status=429), "unreachable", "unreachable"),
    ],
)
def test_how_a_page_stands_that_we_knew(why: str, seen: Response, standing: str, verdict: str) -> None:
    told = judge_target(seen, URL, KNOWN, home="https://home.example")
    assert (told.standing, told.verdict) == (standing, verdict), why
    assert told.sentence and told.evidence


@pytest.mark.parametrize(
    ("seen", "standing", "kept"),
    [
        (answer(page()), "alive", True),
        (answer(page(), url="https://other.example/lamps"), "moved", True),
        (answer(page(text="Few words.")), "alive", False),
        (answer(page("Sign in", "Welcome", more="<input type=password>")), "paywalled", False),
        (answer(page("lantern.example", SALE, "")), "taken over", False),
    ],
)
def test_at_the_first_look_nothing_is_known_to_compare_with(seen: Response, standing: str, kept: bool) -> None:
    told = judge_target(seen, URL)
    assert (told.standing, told.snapshot is not None) == (standing, kept)


def test_the_snapshot_is_renewed_while_the_text_is_alike_and_only_then() -> None:
    edited = judge_target(answer(page(text=f"{TEXT} A late line.")), URL, KNOWN)
    assert edited.snapshot is not None and edited.snapshot.digest != KNOWN.digest
    assert judge_target(answer(page(text=OTHER)), URL, KNOWN).snapshot is None


def test_where_it_moved_is_offered_in_words() -> None:
    told = judge_target(answer(page(), url="https://lantern-news.example/lamps"), URL, KNOWN)
    assert told.moved_to == "https://lantern-news.example/lamps"
    assert "on another host (lantern-news.example)" in told.sentence


def test_a_snapshot_holds_facts_and_traces_but_no_text() -> None:
    facts = KNOWN.model_dump(mode="json")
    assert (KNOWN.title, KNOWN.site_name, len(KNOWN.traces), len(KNOWN.digest)) == ("The lamps", "Evening Lantern", TRACES, 64)
    assert "fog" not in str(facts)
    assert Snapshot.kept(facts) == KNOWN
    assert Snapshot.kept({}) is None and Snapshot.kept({"words": "many"}) is None


def test_likeness_is_about_the_share_of_what_both_have() -> None:
    half = Snapshot.take(answer(page(text=" ".join(LINES[:15]))))
    assert KNOWN.likeness(KNOWN) == 1
    assert 0.3 < KNOWN.likeness(half) < 0.7
    assert KNOWN.likeness(Snapshot.take(answer(page("Lucky", OTHER, "")))) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.lantern.example/", "https://news.lantern.example/a", True),
        ("https://lantern.co.uk/", "https://casino.co.uk/", False),
        ("https://lantern.example/", "https://casino.example/", False),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_hosts_of_one_site(one: str, other: str, same: bool) -> None:
    assert kin(one, other) is same
