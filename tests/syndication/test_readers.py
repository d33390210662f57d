"""What one request tells of a reader abroad: a person or a program, and on which page."""

import pytest

from syndication.readers import Place, is_machine

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1",
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A]",
        "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
    ],
)
def test_browsers_are_people(agent: str) -> None:
    assert not is_machine({"User-Agent": agent, "Sec-Fetch-Dest": "image"})


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "WhatsApp/2.23.20.0",
        "curl/8.5.0",
        "python-requests/2.32.3",
        "Go-http-client/2.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
        "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
    ],
)
def test_programs_are_told_apart_by_their_names(agent: str) -> None:
    assert is_machine({"User-Agent": agent})


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"X-Purpose": "preview"},
        {"Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Dest": "empty"},
    ],
)
def test_what_a_browser_fetches_ahead_or_opens_by_itself_is_no_reading(headers: dict[str, str]) -> None:
    assert is_machine({"User-Agent": FIREFOX, **headers})


@pytest.mark.parametrize(
    ("referrer", "host", "path"),
    [
        ("https://lantern.example/pieces/1?utm=x#end", "lantern.example", "/pieces/1"),
        ("https://LANTERN.example:443", "lantern.example", "/"),
        ("http://lantern.example:8080/a", "lantern.example:8080", "/a"),
        ("https://user:secret@lantern.example/a", "lantern.example", "/a"),
        ("https://lantern.example./a%20b/ü\x00", "lantern.example", "/a%20b/%C3%BC%00"),
        ("https://lantern.example/" + "x" * 900, "lantern.example", "/" + "x" * 499),
        ("", "", ""),
        ("about:blank", "", ""),
        ("javascript:alert(1)", "", ""),
        ("android-app://com.example/", "", ""),
        ("https://[::1", "", ""),
        ("https://host:99999/", "", ""),
        ("https://" + "h" * 300 + "/", "", ""),
    ],
)
def test_a_place_is_host_and_path_and_never_a_query_or_a_name(referrer: str, host: str, path: str) -> None:
    place = Place.of(referrer)
    assert (place.host, place.path) == (host, path)


@pytest.mark.parametrize(
    "url",
    [
        "https://lantern-example.translate.goog/pieces/1",
        "https://mail.google.com/mail/u/0/",
        "https://feedly.com/i/entry/1",
        "https://web.archive.org/web/2026/https://lantern.example/",
        "https://lantern.example/wp-admin/post.php",
        "https://lantern.example/ghost/",
        "https://lantern.example/preview/12",
        "",
    ],
)
def test_in_a_mailbox_a_reader_a_translation_or_an_editor_stands_no_copy(url: str) -> None:
    assert not Place.of(url).may_be_a_copy


def test_elsewhere_one_may_stand() -> None:
    assert Place.of("https://lantern.example/administration/1").may_be_a_copy
    assert Place.of("https://notfeedly.com/1").may_be_a_copy


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://www.lantern.example/pieces/1/", True),
        ("https://lantern.example/pieces/1?p=3", True),
        ("https://lantern.example/pieces/2", False),
        ("https://other.example/pieces/1", False),
        ("", False),
    ],
)
def test_one_page_has_many_addresses(url: str, same: bool) -> None:
    assert Place.of("https://lantern.example/pieces/1").same_page(url) is same
