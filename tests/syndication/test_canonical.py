"""The resolver of our canonical, the identity of addresses, and the headers that speak of canonicals and robots."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication.canonical import absolute, header_links, link_header_canonical, near_miss, resolve, robots, same, spelling
from syndication.story import Canonical

OURS = "https://home.example/stories/river/"
THEIRS = "https://outlet.example/river"
POLICIES = ("", "self", "outlet", "noindex")


# --- the resolver


@pytest.mark.parametrize(
    ("page", "expected"),
    [("", "self"), ("self", "self"), ("outlet", "self"), ("noindex", "noindex")],
)
def test_an_original_is_its_own_home_whatever_outlet_and_site_say(page, expected):
    for outlet, site in product(POLICIES, POLICIES):
        canonical = resolve(
            kind="original", url=OURS, page_policy=page, outlet_policy=outlet, site_policy=site, outlet_url=THEIRS
        )
        assert canonical == Canonical(url=OURS, policy=expected)


@pytest.mark.parametrize(
    ("page", "outlet", "site", "expected"),
    [
        ("", "", "", "outlet"),
        ("self", "outlet", "outlet", "self"),
        ("noindex", "outlet", "self", "noindex"),
        ("outlet", "self", "noindex", "outlet"),
        ("", "self", "outlet", "self"),
        ("", "noindex", "outlet", "noindex"),
        ("", "outlet", "self", "outlet"),
        ("", "", "self", "self"),
        ("", "", "noindex", "noindex"),
        ("", "", "outlet", "outlet"),
    ],
)
def test_a_stub_asks_its_page_then_the_outlet_then_the_site(page, outlet, site, expected):
    canonical = resolve(kind="stub", url=OURS, page_policy=page, outlet_policy=outlet, site_policy=site, outlet_url=THEIRS)
    assert canonical == Canonical(url=THEIRS if expected == "outlet" else OURS, policy=expected)


@pytest.mark.parametrize(
    "target",
    [
        {"outlet_url": ""},
        {"outlet_url": "   "},
        {"outlet_url": "#top"},
        {"outlet_url": "/river"},
        {"outlet_url": "outlet.example/river"},
        {"outlet_url": "javascript:alert(1)"},
        {"outlet_url": "https://[broken/river"},
        {"outlet_url": OURS},
        {"outlet_url": OURS.upper().replace("/STORIES/RIVER/", "/stories/river/#full")},
        {"outlet_url": THEIRS, "target_dead": True},
    ],
)
def test_a_stub_falls_back_to_itself_when_there_is_no_living_page_elsewhere_to_name(target):
    for policy in ("", "outlet"):
        assert resolve(kind="stub", url=OURS, page_policy=policy, **target) == Canonical(url=OURS, policy="self")


def test_a_dead_target_leaves_a_noindex_stub_out_of_search():
    canonical = resolve(kind="stub", url=OURS, page_policy="noindex", outlet_url=THEIRS, target_dead=True)
    assert canonical == Canonical(url=OURS, policy="noindex")


def test_noindex_never_comes_with_a_foreign_canonical():
    for kind, page, outlet, site, dead in product(("original", "stub"), POLICIES, POLICIES, POLICIES, (False, True)):
        canonical = resolve(
            kind=kind,
            url=OURS,
            page_policy=page,
            outlet_policy=outlet,
            site_policy=site,
            outlet_url=THEIRS,
            target_dead=dead,
        )
        assert (canonical.url == THEIRS) == (canonical.policy == "outlet")


@pytest.mark.parametrize("source", [Canonical(url=THEIRS, policy="outlet"), Canonical(url=OURS, policy="noindex")])
def test_an_alias_takes_the_canonical_of_its_source_whatever_it_says_itself(source):
    for kind, page in product(("original", "stub"), POLICIES):
        assert resolve(kind=kind, url="https://home.example/copy/", page_policy=page, alias_of=source) == source


def test_fragments_are_dropped_from_every_kind_of_canonical():
    assert resolve(kind="original", url=OURS + "#part-2", page_policy="").url == OURS
    assert resolve(kind="stub", url=OURS, page_policy="", outlet_url=THEIRS + "#:~:text=river").url == THEIRS
    assert resolve(kind="stub", url=OURS, page_policy="", alias_of=Canonical(url=OURS + "#x")).url == OURS


# --- addresses


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://home.example/stories/river/",
        "https://HOME.Example/stories/river/",
        "https://home.example:443/stories/river/",
        "https://home.example:/stories/river/",
        "https://home.example./stories/river/",
        "https://home.example/stories/river/#comments",
        "https://home.example/stories/river/?",
        "https://home.example/stories/%72iver/",
        "https://home.example/./stories/x/../river/",
        "https://home.example/stories/%2e/river/",
        " https://home.example/stories/river/\n",
    ],
)
def test_spellings_no_server_tells_apart_are_the_same_address(other):
    assert same(other, OURS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://home.example", "https://home.example/"),
        ("http://home.example:80/a", "http://home.example/a"),
        ("https://home.example/%d9%85%d9%82%d8%a7%d9%84", "https://home.example/%D9%85%D9%82%D8%A7%D9%84"),
        ("https://home.example/مقال", "https://home.example/%D9%85%D9%82%D8%A7%D9%84"),
        ("https://مثال.example/", "https://xn--mgbh0fb.example/"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://bu\u0308cher.example/", "https://b\u00fccher.example/"),
        ("https://home.example/a b", "https://home.example/a%20b"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://home.example/~ada", "https://home.example/%7eada"),
    ],
)
def test_escapes_hosts_and_ports_are_evened_out(one, other):
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://home.example/a%2Fb", "https://home.example/a/b"),
        ("https://home.example/a", "https://home.example/A"),
        ("https://home.example/a", "https://home.example/a/"),
        ("https://home.example/a", "http://home.example/a"),
        ("https://home.example/a", "https://home.example:8443/a"),
        ("https://home.example/a?b=1&c=2", "https://home.example/a?c=2&b=1"),
        ("https://home.example/a", "https://home.example@evil.example/a"),
        ("https://home.example/a", "https://ada@home.example/a"),
        ("https://home.example/a", "https://home.example.evil.example/a"),
        ("https://straße.example/", "https://strasse.example/"),
        ("", ""),
        ("mailto:desk@home.example", "mailto:desk@home.example"),
        ("https://[::1/a", "https://[::1/a"),
        ("https://home.example:port/", "https://home.example:port/"),
        ("https:///a", "https:///a"),
    ],
)
def test_different_addresses_and_non_addresses_are_never_the_same(one, other):
    assert not same(one, other)


@pytest.mark.parametrize(
    ("found", "phrase"),
    [
        ("http://home.example/stories/river/", "our http address, while the page is at https"),
        ("https://home.example/stories/river", "our address without a slash at its end"),
        ("https://home.example/stories/river//", "our address with a slash at its end"),
        ("https://www.home.example/stories/river/", "our address with www"),
        ("https://home.example/Stories/River/", "our address in other capitals"),
        ("https://home.example/stories/river/?utm_source=partner", "our address with ?utm_source=partner added"),
        (OURS, ""),
        ("https://home.example/stories/lake/", ""),
        ("http://www.home.example/stories/river", ""),
        ("https://other.example/stories/river/", ""),
        ("nonsense", ""),
    ],
)
def test_a_near_miss_is_told_in_words(found, phrase):
    assert near_miss(found, OURS) == phrase


def test_a_lost_www_is_told_too():
    assert near_miss("https://home.example/a", "https://www.home.example/a") == "our address without www"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("river", "https://outlet.example/news/river"),
        ("/river", "https://outlet.example/river"),
        ("../river", "https://outlet.example/river"),
        ("?page=2", "https://outlet.example/news/2026?page=2"),
        ("#top", "https://outlet.example/news/2026#top"),
        ("//home.example/river", "https://home.example/river"),
        ("\\\\home.example\\river", "https://home.example/river"),
        (" \t\nhttps://home.ex\nample/ri\tver \x00", "https://home.example/river"),
        ("HTTP://home.example/", "HTTP://home.example/"),
        ("javascript:void(0)", ""),
        ("data:text/html,x", ""),
        ("mailto:desk@home.example", ""),
        ("https://", ""),
        ("https:///river", ""),
        ("https://[::1/", ""),
        ("https://home.example:99999/", ""),
    ],
)
def test_an_href_is_read_as_a_browser_reads_it(href, expected):
    assert absolute(href, "https://outlet.example/news/2026") == expected


@given(st.text(), st.text())
def test_no_text_breaks_the_reading_of_addresses(href, base):
    found = absolute(href, base)
    assert found == "" or spelling(found)
    assert spelling(spelling(found)) == spelling(found)
    near_miss(href, base)


# --- the Link header (RFC 8288)


@pytest.mark.parametrize(
    ("value", "targets"),
    [
        (f'<{OURS}>; rel="canonical"', [OURS]),
        (f"<{OURS}>; rel=canonical", [OURS]),
        (f"<{OURS}>;REL=Canonical", [OURS]),
        (f"<{OURS}> ; title=x ; rel = canonical", [OURS]),
        (f'<{OURS}>; rel="shortlink CANONICAL nofollow"', [OURS]),
        (f'<{THEIRS}>; rel="canonical-ish", <{OURS}>; rel="canonical"', [OURS]),
        (f'</feed>; rel="alternate"; title="a, <b>; rel=canonical", <{OURS}>; rel="canonical"', [OURS]),
        (f'<{OURS}>; title="said \\"so\\", then"; rel="canonical"', [OURS]),
        (f'<{OURS}>; rel="canonical", <{THEIRS}>; rel="canonical"', [OURS, THEIRS]),
        (f'<{OURS}>; rel="next"; rel="canonical"', []),
        (f'<{OURS}>; rel="canonical"; anchor="https://elsewhere.example/"', []),
        (f'<{OURS}>; rev="canonical"', []),
        (f'<{OURS}>; title="canonical"', []),
        (f"<{OURS}>", []),
        (f'{OURS}; rel="canonical"', []),
        ("<>; rel=canonical", [""]),
        ("</a,b>; rel=canonical", ["/a,b"]),
        ("<< <<; rel=canonical", []),
        ("", []),
    ],
)
def test_a_link_header_names_its_canonicals(value, targets):
    assert link_header_canonical(value) == targets


def test_a_link_keeps_the_text_it_was_read_from():
    text = f'<{OURS}>; title="a, b"; rel="canonical"'
    assert [link.text for link in header_links(f"{text}, </x>; rel=next")] == [text, "</x>; rel=next"]


@given(st.text(alphabet='<>;,"\\= relcanonical/'))
def test_no_link_header_breaks_the_parser(value):
    assert all(isinstance(target, str) for target in link_header_canonical(value))


# --- robots


@pytest.mark.parametrize(
    ("value", "pairs"),
    [
        ("noindex", [("robots", "noindex")]),
        ("NoIndex, NoFollow", [("robots", "noindex"), ("robots", "nofollow")]),
        ("googlebot: noindex", [("googlebot", "noindex")]),
        ("Googlebot-News : noindex, nofollow", [("googlebot-news", "noindex"), ("googlebot-news", "nofollow")]),
        ("nofollow, googlebot: noindex", [("robots", "nofollow"), ("googlebot", "noindex")]),
        ("googlebot: nofollow, otherbot: noindex", [("googlebot", "nofollow"), ("otherbot", "noindex")]),
        ("max-snippet: 20, noindex", [("robots", "max-snippet: 20"), ("robots", "noindex")]),
        (
            "unavailable_after: 25 Jun 2027 15:00:00 GMT, noindex",
            [("robots", "unavailable_after: 25 jun 2027 15:00:00 gmt"), ("robots", "noindex")],
        ),
        ("googlebot: max-image-preview:large", [("googlebot", "max-image-preview:large")]),
        ("*: noindex", [("robots", "noindex")]),
        (" , ,", []),
        ("googlebot:", []),
        ("", []),
    ],
)
def test_robots_directives_are_read_bot_by_bot(value, pairs):
    assert robots(value) == pairs
