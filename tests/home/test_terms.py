"""What machines are told of our rights: each surface says what the one policy says, for each combination of choices."""

import itertools
import json
import xml.etree.ElementTree as ET
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from home.licences import LICENCES
from syndication.models import Edition
from syndication.renderers import robots
from syndication.renderers.robots import BOTS
from tests import factories as make

pytestmark = pytest.mark.django_db

ROOT = "http://127.0.0.1:8000"
RSL = "{https://rslstandard.org/rsl}"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTACT = "https://home.example/licensing/"
COMBINATIONS = [
    dict(zip(("search", "ai_input", "ai_train"), choice, strict=True)) for choice in itertools.product((True, False), repeat=3)
]


def named(choices: dict[str, bool]) -> str:
    """A combination as the name of a test."""
    return ", ".join(name for name, chosen in choices.items() if chosen) or "nothing"


def uses(content: ET.Element) -> dict[str, bool]:
    """What a `content` of RSL says of each use."""
    told: dict[str, bool] = {}
    for name, allowed in (("permits", True), ("prohibits", False)):
        for element in content.findall(f"{RSL}license/{RSL}{name}"):
            assert element.attrib == {"type": "usage"}
            told |= dict.fromkeys((element.text or "").split(" "), allowed)
    return told


def contents(client: Client) -> dict[str, ET.Element]:
    """The parts of the site's RSL document by what they are about."""
    answer = client.get("/rsl.xml")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("application/rsl+xml")
    root = ET.fromstring(answer.content)
    assert root.tag == f"{RSL}rsl" and root.attrib == {"max-age": "1"}
    return {part.attrib["url"]: part for part in root.findall(f"{RSL}content")}


def crawler(client: Client) -> RobotFileParser:
    """robots.txt as a crawler reads it, even one that takes the first rule that fits and not the longest."""
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").content.decode().splitlines())
    return rules


def head(client: Client, page: Any) -> LexborHTMLParser:
    """The parsed page."""
    return LexborHTMLParser(client.get(page.url).content.decode())


def linked_data(tree: LexborHTMLParser) -> dict[str, Any]:
    """The page's one JSON-LD object."""
    (script,) = tree.css('script[type="application/ld+json"]')
    told: dict[str, Any] = json.loads(script.text())
    return told


def item_terms(client: Client, page: Any) -> dict[str, bool] | None:
    """What the RSS item of a piece says of each use; None if it says nothing."""
    items = ET.fromstring(client.get("/feeds/rss/").content).iter("item")
    (item,) = [item for item in items if item.findtext("guid") == page.uid.urn]
    found = item.findall(f"{RSL}content")
    assert len(found) <= 1 and all(part.attrib["url"] == page.full_url for part in found)
    return uses(found[0]) if found else None


# --- one policy ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("licence", ["all-rights-reserved", "cc-by", "cc-by-nc-nd"])
@pytest.mark.parametrize("choices", COMBINATIONS, ids=named)
def test_every_surface_agrees(choices: dict[str, bool], licence: str, client: Client) -> None:
    make.publication(default_licence=licence, licensing_url=CONTACT, **choices)
    page = make.original()
    expected = {
        "search": choices["search"],
        "ai-input": choices["ai_input"],
        "ai-index": choices["ai_input"],
        "ai-train": choices["ai_train"],
    }
    # RSL: the document, and the item of the feed
    assert uses(contents(client)["/"]) == expected
    assert item_terms(client, page) == expected
    # robots.txt
    rules = crawler(client)
    assert rules.can_fetch("Googlebot", page.full_url) is choices["search"]
    for bot, needs in BOTS.items():
        assert rules.can_fetch(bot, page.full_url) is all(choices[choice] for choice in needs), bot
    signals = dict(pair.split("=") for pair in signal_line(client).split(", "))
    assert {name: word == "yes" for name, word in signals.items()} == {
        "search": choices["search"],
        "ai-input": choices["ai_input"],
        "ai-train": choices["ai_train"],
    }
    # TDMRep
    (rule,) = client.get("/.well-known/tdmrep.json").json()
    assert rule["tdm-reservation"] == (0 if choices["ai_input"] and choices["ai_train"] else 1)
    assert ("tdm-policy" in rule) is (rule["tdm-reservation"] == 1)
    # the page, its twin and the list of twins
    tree = head(client, page)
    free = LICENCES[licence].url != ""
    offered = free or choices["ai_input"]
    assert bool(tree.css('link[rel="alternate"][type="text/markdown"]')) is offered
    assert ('type="text/markdown"' in client.get(page.url)["Link"]) is offered
    assert client.get(f"{page.url}index.md").status_code == (200 if offered else 404)
    assert client.get("/llms.txt").status_code == (200 if choices["ai_input"] else 404)
    # the licence: for people
    (entry,) = ET.fromstring(client.get("/feeds/atom/").content).findall(f"{ATOM}entry")
    linked = [link.attrib["href"] for link in entry.findall(f"{ATOM}link") if link.attrib["rel"] == "license"]
    assert linked == ([LICENCES[licence].url] if free else [])
    assert linked_data(tree).get("license", "") == LICENCES[licence].url
    deeds = [node.attributes["href"] for node in tree.css("a[rel=license]")]
    assert deeds == ([LICENCES[licence].url] if free else [])


def signal_line(client: Client) -> str:
    """The value of Content-Signal."""
    lines = client.get("/robots.txt").content.decode().splitlines()
    (line,) = [line for line in lines if line.startswith("Content-Signal: ")]
    return line.partition(": ")[2]


# --- robots.txt ---------------------------------------------------------------------------------------------------------


def test_robots_are_told_the_terms_first_the_sitemaps_last_and_what_is_not_for_them(client: Client) -> None:
    make.front_page()
    answer = client.get("/robots.txt")
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert lines[:3] == [f"License: {ROOT}/rsl.xml", "", "User-agent: *"]
    assert "Disallow: /admin/" in lines and "Allow: /" in lines
    assert lines[-2:] == [f"Sitemap: {ROOT}/sitemap.xml", f"Sitemap: {ROOT}/news-sitemap.xml"]
    assert not any("Content-Usage" in line for line in lines), "a draft whose words still move"


def test_whoever_is_shut_out_may_read_the_terms(client: Client) -> None:
    make.publication(search=False)
    rules = crawler(client)
    for bot in ("Googlebot", "GPTBot", "PerplexityBot"):
        assert rules.can_fetch(bot, f"{ROOT}/rsl.xml")
        assert rules.can_fetch(bot, f"{ROOT}/.well-known/tdmrep.json")
        assert not rules.can_fetch(bot, f"{ROOT}/")


def test_nobody_may_read_the_admin_whatever_is_chosen(client: Client) -> None:
    for choices in COMBINATIONS:
        make.publication(**choices)
        rules = crawler(client)
        assert not [bot for bot in ("Googlebot", *BOTS) if rules.can_fetch(bot, f"{ROOT}/admin/")], named(choices)


def test_the_draft_of_the_ietf_waits_ready(client: Client) -> None:
    policy = make.publication(ai_input=True).policy
    assert robots.signal(policy, "Content-Usage") == "Content-Usage: search=y, train-ai=n"


# --- RSL ----------------------------------------------------------------------------------------------------------------


def test_a_piece_under_another_licence_has_terms_of_its_own(client: Client) -> None:
    make.publication(name="The Harbour Review", licensing_url=CONTACT)
    usual, free, given = make.original(), make.original(licence="cc-by"), make.original(licence="cc0")
    told = contents(client)
    assert set(told) == {"/", free.url, given.url} and usual.url not in told
    assert told["/"].find(f"{RSL}license/{RSL}payment") is None
    payment = told[free.url].find(f"{RSL}license/{RSL}payment")
    assert payment.attrib == {"type": "attribution"} and payment.findtext(f"{RSL}standard") == LICENCES["cc-by"].url
    assert told[given.url].find(f"{RSL}license/{RSL}payment").attrib == {"type": "free"}
    for part in told.values():
        holder = part.find(f"{RSL}copyright")
        assert holder.text == "The Harbour Review" and holder.attrib == {"type": "organization", "contactUrl": CONTACT}
        assert part.findtext(f"{RSL}terms") == CONTACT


def test_ai_is_given_nothing_of_a_stub_for_its_text_is_the_outlets(client: Client) -> None:
    make.publication(ai_input=True, ai_train=True, default_licence="cc-by")
    stub = make.stub()
    part = contents(client)[stub.url]
    assert uses(part) == {"search": True, "ai-all": False}
    assert part.find(f"{RSL}copyright") is None and part.find(f"{RSL}license/{RSL}payment") is None
    assert item_terms(client, stub) is None
    tree = head(client, stub)
    assert not tree.css('link[rel="license"]') and "license" not in client.get(stub.url)["Link"]
    told = linked_data(tree)
    assert not {"copyrightHolder", "usageInfo", "acquireLicensePage", "copyrightNotice"} & set(told)


def test_what_readers_may_not_see_is_not_named(client: Client) -> None:
    free, gone = make.original(licence="cc-by"), make.original(licence="cc-by")
    gone.unpublish()
    make.original(licence="cc-by", live=False)
    assert set(contents(client)) == {"/", free.url}


def test_each_page_leads_to_the_terms(client: Client) -> None:
    page = make.original()
    for path in ("/", page.get_parent().url, page.url):
        answer = client.get(path)
        assert f'<{ROOT}/rsl.xml>; rel="license"; type="application/rsl+xml"' in answer["Link"]
        tree = LexborHTMLParser(answer.content.decode())
        (link,) = tree.head.css('link[rel="license"]')
        assert link.attributes["href"] == f"{ROOT}/rsl.xml" and link.attributes["type"] == "application/rsl+xml"


# --- JSON-LD ------------------------------------------------------------------------------------------------------------


def test_linked_data_say_whose_a_piece_is_and_where_to_ask(client: Client) -> None:
    make.publication(name="The Harbour Review", licensing_url=CONTACT)
    told = linked_data(head(client, make.original(licence="cc-by")))
    assert told["copyrightHolder"] == {"@type": "NewsMediaOrganization", "name": "The Harbour Review", "url": f"{ROOT}/"}
    assert (told["usageInfo"], told["acquireLicensePage"]) == (f"{ROOT}/rsl.xml", CONTACT)
    assert told["creditText"] == "The Harbour Review" and told["copyrightNotice"].endswith("The Harbour Review. CC BY 4.0")


@pytest.mark.parametrize("travels", [True, False])
def test_a_licence_to_a_picture_is_offered_only_where_our_rights_cover_others(travels: bool, client: Client) -> None:
    make.publication(licensing_url=CONTACT)
    page = make.original(lead_image=make.image(may_syndicate=travels, licence="cc-by-sa"))
    for picture in linked_data(head(client, page))["image"]:
        assert picture["creditText"] == "Drawing: Mary Somerville" and picture["license"] == LICENCES["cc-by-sa"].url
        assert picture.get("acquireLicensePage") == (CONTACT if travels else None)


# --- asked again --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/robots.txt", "/rsl.xml", "/.well-known/tdmrep.json"])
def test_who_has_the_terms_already_gets_a_304_until_a_choice_changes(path: str, client: Client) -> None:
    make.publication()
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304 and not again.content
    assert again["ETag"] == first["ETag"] and again["Cache-Control"] == first["Cache-Control"]
    make.publication(ai_train=True, ai_input=True)
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_piece_that_comes_or_goes_changes_the_terms(client: Client) -> None:
    page = make.original(licence="cc-by")
    first = client.get("/rsl.xml")["ETag"]
    page.unpublish()
    gone = client.get("/rsl.xml", headers={"if-none-match": first})
    assert gone.status_code == 200 and page.url not in gone.content.decode()
    make.publish(page)
    assert client.get("/rsl.xml", headers={"if-none-match": gone["ETag"]}).status_code == 200


def test_a_choice_that_changes_changes_the_feed(client: Client) -> None:
    make.original()
    etag = client.get("/feeds/rss/")["ETag"]
    make.publication(ai_train=True)
    assert client.get("/feeds/rss/", headers={"if-none-match": etag}).status_code == 200


def test_saving_the_choices_makes_no_new_edition(client: Client) -> None:
    page = make.original()
    make.publication(ai_train=True, licensing_url=CONTACT)
    page.refresh_from_db()
    make.publish(page)
    assert Edition.objects.filter(uid=page.uid).count() == 1
