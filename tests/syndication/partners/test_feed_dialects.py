"""The dialects of an outlet's feeds, from a Story alone: what each says, and that what others wrote for it can read it."""

import json
import os
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import feedparser
import feedparser_sgmllib
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from reader import make_reader
from referencing import Registry, Resource

from syndication.contract import Contract
from syndication.feeding import DIALECTS
from syndication.renderers.feeds import About, Entry, Feed, Gone, for_outlet, for_readers
from syndication.story import Correction, Licence, Named, OutletCopy, Publisher, Story
from tests import factories as make

# reader brings a feedparser of its own, which asks for the module by the name it had in Python 2.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)

HERE = "https://home.example/partners/feeds/rss/"
MAY = datetime(2018, 5, 31, 9, tzinfo=UTC)
NASTY = "Lamps\x0b and\x1f ]]> <![CDATA[ & </title> \u2028 \U0001f3ee"
CLEAN = "Lamps and ]]> <![CDATA[ & </title> \u2028 \U0001f3ee"
GEO_JSON = "https://geojson.org/schema/GeoJSON.json"
GONE = Gone(uid=uuid4(), at=MAY)
OWING = Contract(noindex=True, attribution="First published in the Review")
BY = Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/")


def rich(**facts: Any) -> Story:
    """A Story with all that a dialect can tell."""
    told: dict[str, Any] = {
        "headline": NASTY,
        "standfirst": NASTY,
        "lead_image": make.picture(alt="A lamp", caption="At dusk", credit="Mary Somerville", licence=BY),
        "licence": BY,
        "topics": (Named(name="Sea", url="https://home.example/topics/sea/"), Named(name="Light")),
        "corrections": (Correction(at=date(2018, 6, 1), text="The lamp was green."),),
        "publisher": Publisher(
            name="The Harbour Review",
            url="https://home.example/",
            policies=(("ethicsPolicy", "https://home.example/ethics/"), ("masthead", "")),
        ),
    }
    return make.story(**{**told, **facts})


def entry(story: Story | None = None, contract: Contract = OWING, **facts: Any) -> Entry:
    return for_outlet(story or rich(), contract, facts.pop("changed_at", MAY + timedelta(days=1)), **facts)


def document(*entries: Entry, **facts: Any) -> Feed:
    told: dict[str, Any] = {
        "title": NASTY,
        "home": "https://home.example/",
        "url": HERE,
        "author": "The Harbour Review",
        "language": "en-gb",
    }
    told |= {"id": uuid4().urn, "updated": MAY, "hubs": ("https://home.example/hub/",), "prev_archive": f"{HERE}archive/7/"}
    return Feed(about=About(**{**told, **facts}), entries=entries or (entry(),), gone=(GONE,))


def written(dialect: str, feed: Feed | None = None) -> Any:
    return DIALECTS[dialect].write(feed or document())


def parsed(dialect: str, feed: Feed) -> Any:
    told = feedparser.parse(written(dialect, feed), response_headers={"content-type": DIALECTS[dialect].content_type})
    assert not told.bozo, told.get("bozo_exception")
    return told


# --- RSS and Atom -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["rss", "atom"])
def test_parsers_find_the_piece_its_picture_and_its_home(dialect: str) -> None:
    piece = entry()
    told = parsed(dialect, document(piece))
    assert {link.rel: link.href for link in told.feed.links} == {
        "alternate": "https://home.example/",
        "self": HERE,
        "hub": "https://home.example/hub/",
        "prev-archive": f"{HERE}archive/7/",
    }
    (one,) = told.entries
    story = piece.story
    assert (one.id, one.link) == (story.uid.urn, story.url)
    assert one.title in (CLEAN, CLEAN.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    assert one.updated_parsed[:6] == (2018, 6, 1, 9, 0, 0), "since when it stands so here, not at home"
    assert one.published_parsed[:3] == (2018, 5, 30)
    assert [link.href for link in one.links if link.rel == "canonical"] == [story.canonical.url]
    assert "The harbour was empty" in one.content[0].value and "First published in the Review" in one.content[0].value
    assert "The lamp was green." in one.content[0].value
    assert one.source.title == "The Harbour Review"
    if dialect == "rss":
        assert one.source.href == "https://home.example/feeds/rss/"
        assert one.media_content[0]["url"] == "https://home.example/media/images/field.jpg"
        assert one.media_credit[0]["content"] == "Mary Somerville"
    else:
        assert one.source.id == "https://home.example/feeds/atom/"
        assert [link.href for link in one.links if link.rel == "license"] == [BY.url]


@pytest.mark.parametrize("dialect", ["rss", "atom"])
def test_what_is_gone_is_a_deleted_entry(dialect: str) -> None:
    (one,) = ElementTree.fromstring(written(dialect)).iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert one.attrib == {"ref": GONE.uid.urn, "when": "2018-05-31T09:00:00+00:00"}


def test_readers_feeds_say_nothing_of_contracts() -> None:
    for dialect in ("rss", "atom", "json"):
        text = written(dialect, Feed(about=About(title="t", home="https://h.example/", url=HERE), entries=(for_readers(rich()),)))
        for words in (b"owes", b"<source", b"deleted-entry", b"First published in"):
            assert words not in text.replace(b"xmlns:at=", b"")


def test_an_arabic_piece_says_its_language_and_its_direction() -> None:
    piece = entry(rich(language="ar", direction="rtl"))
    assert b'xml:lang="ar"' in written("atom", document(piece)) and b"<dc:language>ar<" in written("rss", document(piece))
    assert '<div dir="rtl" lang="ar">' in piece.html and "المصدر" not in piece.story.headline


# --- the third-party reader -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["rss", "atom", "json"])
def test_reader_finds_each_piece_and_on_an_edit_exactly_one_changed(dialect: str, tmp_path: Path) -> None:
    pieces = [entry(rich(headline=f"Piece {number}")) for number in range(3)]
    file = tmp_path / f"feed.{'json' if dialect == 'json' else 'xml'}"
    reader = make_reader(":memory:", feed_root=str(tmp_path))
    reader.add_feed(file.name)
    file.write_bytes(written(dialect, document(*pieces, id="urn:uuid:f", updated=MAY)))
    first: Any = reader.update_feed(file.name)
    assert (first.new, first.modified) == (3, 0)
    assert {one.id for one in reader.get_entries()} == {piece.story.uid.urn for piece in pieces}
    edited = pieces[1].story.model_copy(update={"headline": "Otherwise"})
    pieces = [entry(edited, changed_at=MAY + timedelta(days=2)), pieces[0], pieces[2]]
    file.write_bytes(written(dialect, document(*pieces, id="urn:uuid:f", updated=MAY + timedelta(days=2))))
    second: Any = reader.update_feed(file.name)
    assert (second.new, second.modified) == (0, 1)
    assert reader.get_entry((file.name, edited.uid.urn)).title == "Otherwise"


# --- JSON Feed ------------------------------------------------------------------------------------------------------------


def test_the_json_feed_tells_machines_what_is_owed() -> None:
    piece = entry(ends_at=MAY + timedelta(days=30))
    told = json.loads(written("json", document(piece)))
    assert told["hubs"] == [{"type": "WebSub", "url": "https://home.example/hub/"}] and told["next_url"].endswith("/archive/7/")
    assert told["_syndication"]["withdrawn"] == [{"id": GONE.uid.urn, "at": "2018-05-31T09:00:00+00:00"}]
    (item,) = told["items"]
    terms = item["_syndication"]
    assert terms["owes"] == {"canonical": True, "noindex": True, "link": True, "attribution": OWING.attribution}
    assert (terms["canonical_url"], terms["extent"], terms["version"]) == (piece.story.canonical.url, "full", 0)
    assert terms["licence"] == BY.model_dump() and terms["until"] == "2018-06-30T09:00:00+00:00"
    assert [(one["at"], one["kind"], one["text"]) for one in terms["corrections"]] == [
        ("2018-06-01", "correction", "The lamp was green.")
    ]
    assert terms["image"]["credit"] == "Mary Somerville" and "may_syndicate" not in terms["image"]


@pytest.mark.parametrize("extent", ["link", "excerpt", "full"])
def test_no_dialect_tells_more_than_the_contract_says(extent: str) -> None:
    contract = Contract(extent=extent, words=3)
    view = contract.view(rich(body_html="<p>One two three four five</p>", excerpt_html="<p>One two six</p>"))
    for dialect in DIALECTS:
        text = written(dialect, document(entry(view, contract))).decode()
        assert ("four five" in text) == (extent == "full"), dialect
        assert ("One two" in text) == (extent != "link"), dialect


def test_a_picture_that_may_not_travel_is_in_no_dialect() -> None:
    contract = Contract()
    view = contract.view(rich(lead_image=make.picture(may_syndicate=False, credit="Canary")))
    for dialect in DIALECTS:
        assert b"field.jpg" not in written(dialect, document(entry(view, contract))) and b"Canary" not in written(dialect)


# --- ninjs ----------------------------------------------------------------------------------------------------------------


def published(name: str) -> list[Any]:
    """The schema of that name, if it is at hand: in the folder NINJS_SCHEMAS names, or beside the project."""
    root = Path(os.environ.get("NINJS_SCHEMAS") or Path(__file__).parents[4] / "shared" / "schemas")
    return [json.loads(path.read_text(encoding="utf-8")) for path in root.glob(name)]


def validators() -> list[Draft202012Validator]:
    """Validators by IPTC's published schema, which is not ours to carry; without the network."""
    near = [(GEO_JSON, Resource.from_contents(schema)) for schema in published("GeoJSON-schema.json")]
    registry: Any = Registry().with_resources(near)
    checker = Draft202012Validator.FORMAT_CHECKER
    schemas = published("ninjs-schema_3.1.json")
    return [Draft202012Validator(schema, registry=registry, format_checker=checker) for schema in schemas]


# What ninjs 3.1 calls the properties we use; another name would be refused (`unevaluatedProperties`).
ITEM = set(
    "uri type standard representationType version firstCreated contentCreated versionCreated pubStatus expires language "
    "copyrightHolder usageTerms edNote by slugline headlines descriptions bodies people subjects infoSources altIds "
    "trustIndicators rightsInfo associations renditions name rel".split()
)


def test_ninjs_is_what_iptc_published() -> None:
    stub = rich(outlet=OutletCopy(name="Evening Lantern", url="https://outlet.example/lamps"), body_html="")
    bare = make.story(authors=(), section=None, description="", excerpt_html="", body_html="")
    pieces = [entry(ends_at=MAY), entry(stub), entry(bare, Contract(extent="link", canonical=False, link=False))]
    for feed in (document(*pieces), document(), Feed(about=About(title="Empty", home=HERE, url=HERE))):
        told = json.loads(written("ninjs", feed))
        for validator in validators():
            assert [error.message for error in validator.iter_errors(told)] == []
        for item in [told, *told.get("associations", [])]:
            assert set(item) <= ITEM and re.fullmatch(r"[a-z]+:\S+", item["uri"])


def test_ninjs_tells_the_canonical_the_rights_and_the_end() -> None:
    told = json.loads(written("ninjs", document(entry(ends_at=MAY))))
    piece, end = told["associations"]
    ids = {one["role"]: one["value"] for one in piece["altIds"]}
    assert ids["canonical"] == ids["home"] and ids["canonical"] in piece["usageTerms"]
    assert piece["rightsInfo"] == {"linkedRights": BY.url} and piece["expires"] == MAY.isoformat()
    assert piece["trustIndicators"] == [{"role": "https://schema.org/ethicsPolicy", "href": "https://home.example/ethics/"}]
    (picture,) = piece["associations"]
    assert (picture["type"], picture["by"], picture["renditions"][0]["width"]) == ("picture", "Mary Somerville", 1200)
    assert (end["uri"], end["pubStatus"]) == (GONE.uid.urn, "canceled") and "headlines" not in end


def test_superdesks_dialect_kills_what_is_gone() -> None:
    told = json.loads(written("ninjs1"))
    piece, end = told["_items"]
    assert piece["pubstatus"] == "usable" and piece["extra"]["canonical_url"].startswith("https://home.example/")
    assert (end["guid"], end["pubstatus"]) == (GONE.uid.urn, "canceled") and end["ednote"].startswith("KILL")
    assert told["_links"]["self"] == {"href": HERE} and int(piece["version"]) == int((MAY + timedelta(days=1)).timestamp())


# --- NewsML-G2 ------------------------------------------------------------------------------------------------------------


def test_newsml_is_a_message_of_items_in_the_order_the_standard_asks_for() -> None:
    nar = "{http://iptc.org/std/nar/2006-10-01/}"
    root = ElementTree.fromstring(written("newsml", document(entry(ends_at=MAY))))
    assert root.tag == f"{nar}newsMessage" and [one.tag for one in root] == [f"{nar}header", f"{nar}itemSet"]
    piece, end = root.iter(f"{nar}newsItem")
    assert [one.tag.removeprefix(nar) for one in piece] == ["catalogRef", "rightsInfo", "itemMeta", "contentMeta", "contentSet"]
    meta = [one.tag.removeprefix(nar) for one in piece.find(f"{nar}itemMeta") or ()]
    assert meta[:6] == ["itemClass", "provider", "versionCreated", "firstCreated", "pubStatus", "title"]
    assert piece.attrib["conformance"] == "power" and piece.attrib["version"].isdigit() and piece.attrib["standardversion"]
    assert piece.findtext(f"{nar}contentMeta/{nar}headline") == CLEAN
    assert "The harbour was empty" in str(piece.findtext(f"{nar}contentSet/{nar}inlineData"))
    assert str(piece.findtext(f"{nar}itemMeta/{nar}altRep")).startswith("https://home.example/")
    aliases = {code.partition(":")[0] for one in piece.iter() for name, code in one.attrib.items() if name in ("qcode", "rel")}
    assert aliases == {"ninat", "stat", "irel"}, "all in IPTC's own catalogue"
    assert end.attrib["guid"] == GONE.uid.urn and end.find(f"{nar}contentMeta") is None
    assert [one.get("qcode") for one in root.iter(f"{nar}pubStatus")] == ["stat:usable", "stat:canceled"]


def test_versions_rise_with_each_change_also_when_a_piece_goes() -> None:
    first, second = entry(changed_at=MAY + timedelta(days=1)), entry(changed_at=MAY + timedelta(days=1, seconds=1))
    assert first.version < second.version < Gone(uid=first.story.uid, at=MAY + timedelta(days=2)).version
