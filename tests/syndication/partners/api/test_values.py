"""What needs no database: a piece as the API tells it, places in a list, spellings of an address, moments as they are written."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from pydantic import TypeAdapter, ValidationError

from syndication.contract import Contract
from syndication.partners.api.homes import spellings
from syndication.partners.api.paging import Cursor, address
from syndication.partners.api.reference import readable
from syndication.partners.api.schemas import FACTS, FIELDS, Article, Moment
from syndication.partners.front import Front
from syndication.renderers.article import article, correction, media
from syndication.story import Licence
from tests import factories as make

ROOT = "https://home.example/partners/v1"
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_every_fact_of_a_story_is_told_and_named_in_the_schema() -> None:
    told = article(make.story(), Contract(), NOW, ROOT)
    assert set(told) == set(FIELDS) == set(Article.model_fields)
    assert set(FACTS) == set(make.story().facts()) < set(told)
    Article.model_validate(told)
    assert told["links"]["self"] == f"{ROOT}/articles/{told['uid']}"


def test_named_fields_and_the_uid_are_all_that_is_told() -> None:
    assert set(article(make.story(), Contract(), NOW, ROOT, {"headline"})) == {"uid", "headline"}


def test_a_correction_names_the_piece_and_its_canonical() -> None:
    story = make.story()
    told = correction(story, NOW)
    assert (told["uid"], told["canonical_url"], told["changed_at"]) == (str(story.uid), story.url, NOW.isoformat())


def test_pictures_in_the_text_tell_what_the_text_tells_of_them() -> None:
    body = (
        '<p>One</p><figure><img src="https://home.example/a.jpg" width="600" height="400" alt="A quay">'
        '<figcaption>The  quay\n at dawn</figcaption></figure><p><img src="https://home.example/b.jpg" width="wide"></p>'
        '<img alt="no">'
    )
    lead = make.picture(credit="Mary", licence=Licence(name="CC BY", url="https://cc.example/"))
    told = media(make.story(body_html=body, lead_image=lead))
    assert [(one["role"], one["url"][-5:], one["width"], one["alt"], one["caption"]) for one in told] == [
        ("lead", "d.jpg", 1200, "A field", ""),
        ("body", "a.jpg", 600, "A quay", "The quay at dawn"),
        ("body", "b.jpg", None, "", ""),
    ]
    assert told[0]["credit"] == "Mary" and told[0]["licence"] == {"name": "CC BY", "url": "https://cc.example/"}


@pytest.mark.parametrize(
    ("url", "first", "also"),
    [
        ("https://weekly.example/a", "https://weekly.example/a", "http://www.weekly.example/a/"),
        ("https://WWW.weekly.example/a/#top", "https://www.weekly.example/a/", "https://weekly.example/a"),
        ("http://weekly.example", "http://weekly.example/", "https://weekly.example/"),
        ("https://weekly.example:443/a?id=3&utm_source=x", "https://weekly.example/a?id=3", "http://weekly.example/a?id=3"),
        ("http://weekly.example:8080/a", "http://weekly.example:8080/a", "http://www.weekly.example:8080/a/"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(url: str, first: str, also: str) -> None:
    spelt = spellings(url)
    assert spelt[0] == first and also in spelt and len(spelt) <= 8


@pytest.mark.parametrize(
    "text", ["", "nonsense", "javascript:alert(1)", "http://[", "https://", "http://weekly.example:x/", "urn:a"]
)
def test_what_is_no_address_has_no_spelling(text: str) -> None:
    assert spellings(text) == []


def test_a_cursor_is_what_it_was_when_it_is_read_again() -> None:
    place = Cursor(1_772_355_605_000_000, 41, 7)
    assert Cursor.read(str(place)) == place
    assert Cursor.at(NOW).micros == int(NOW.timestamp()) * 1_000_000
    assert Cursor.at(datetime(1969, 1, 1, tzinfo=UTC)).micros == 0
    assert address("/a", place, topic="Sea & sand", q="", kind=None) == f"/a?topic=Sea+%26+sand&cursor={place}"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T09:00:00Z", NOW),
        ("2026-03-01t09:00:00z", NOW),
        ("2026-03-01T10:00:00+01:00", NOW),
        ("2026-03-01T10:00:00 01:00", NOW),
        ("2026-03-01 09:00:00.5Z", NOW + timedelta(seconds=0.5)),
    ],
)
def test_a_moment_is_read_as_rfc_3339_writes_it(text: str, moment: datetime) -> None:
    assert TypeAdapter(Moment).validate_python(text) == moment


@pytest.mark.parametrize(
    "text", ["", "now", "2026-03-01", "2026-03-01T09:00:00", "20260301T090000Z", "2026-13-01T09:00:00Z", 7, None]
)
def test_what_is_no_moment_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(text)


def test_outside_the_api_plain_words_stay_as_a_view_said_them_and_pages_of_the_framework_become_problems() -> None:
    def front(answer: HttpResponse, path: str) -> Any:
        return Front(lambda request: answer)(RequestFactory().get(path))

    said = HttpResponse("Say where to call you.\n", status=400, content_type="text/plain; charset=utf-8")
    assert front(said, "/partners/feeds/atom/").content == b"Say where to call you.\n"
    status_alone = HttpResponse(status=412, headers={"ETag": '"a"'})
    assert front(status_alone, "/partners/feeds/atom/")["ETag"] == '"a"'
    answer = front(HttpResponse("<h1>Not found</h1>", status=404, headers={"X-Own": "1"}), "/partners/nowhere/")
    assert (answer["Content-Type"], answer["X-Own"]) == ("application/problem+json", "1")
    assert json.loads(answer.content)["status"] == 404
    assert front(HttpResponse("<h1>Nothing</h1>", status=404), "/elsewhere/").content == b"<h1>Nothing</h1>"


def test_the_reference_escapes_what_it_is_told_and_shows_code_as_code() -> None:
    operation = {
        "operationId": "one",
        "summary": "One",
        "tags": ["Group"],
        "description": "Say `<b>` & mean it",
        "responses": {
            "200": {"content": {"application/json": {"schema": {"$ref": "#/s/Shape"}, "example": {}}}, "description": ""}
        },
    }
    shapes = {
        "Shape": {"properties": {"items": {"type": "array", "items": {"$ref": "#/s/Part"}}}},
        "Part": {"properties": {"a": {}}},
    }
    info = {"title": "API", "version": "1", "description": ""}
    told = readable({"info": info, "paths": {"/one": {"get": operation}}, "components": {"schemas": shapes}})
    (one,) = told["groups"]["Group"]
    assert one["description"] == "Say <code>&lt;b&gt;</code> &amp; mean it"
    assert [(fact["name"], fact["kind"]) for fact in one["facts"]] == [("items", "list of Part"), ("items[].a", "")]
