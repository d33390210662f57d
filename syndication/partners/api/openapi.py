"""OpenAPI: what ninja cannot know of our answers: problems, 304, headers, and examples made by the very renderers that answer."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from syndication.contract import Contract
from syndication.partners import problems
from syndication.partners.api import schemas
from syndication.renderers.article import article, correction, media
from syndication.renderers.terms import terms
from syndication.story import Canonical, Correction, Licence, Named, Person, Picture, Publisher, Story

ROOT = "https://publication.example/partners/v1"
UID = UUID("7d9f1d52-52f5-4bd0-9d3e-4f7b8a1f0c11")
CHANGED = datetime(2026, 3, 1, 9, 0, 5, tzinfo=UTC)
TAG = {"description": "Names the versions in the answer.", "schema": {"type": "string"}}
HEADERS: dict[str, Any] = {
    "ETag": TAG,
    "Last-Modified": {"description": "Left out for a minute after a change.", "schema": {"type": "string"}},
    "Cache-Control": {"schema": {"type": "string"}},
    "Vary": {"schema": {"type": "string"}},
    "Link": {"description": "`next`, `first`; on a piece its `canonical`.", "schema": {"type": "string"}},
}
WAIT = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
WHO = {"WWW-Authenticate": {"schema": {"type": "string"}}}
CONDITIONS = [
    {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The ETag you hold: answered 304 while it is the newest.",
        "schema": {"type": "string"},
    }
]
CONDITIONAL = {"articles", "article", "media", "corrections", "tombstones"}
# Besides 401, 403, 422, 429 and 500, which every operation knows.
MORE = {
    "article": (404, 410),
    "media": (404, 410),
    "receipt": (404,),
    "report": (404,),
}
BODY = (400, 411, 413, 415)


def completed(schema: Any) -> Any:
    """The schema with all that we answer; changed in place and returned."""
    _, refs = _definitions()
    schema["components"]["schemas"].update(refs)
    schema["components"].setdefault("responses", {})
    for path in schema["paths"].values():
        for operation in list(path.values()):
            _complete(operation)
    schema["externalDocs"] = {"url": "/partners/v1/", "description": "The same, to read."}
    return schema


def _definitions() -> tuple[Any, dict[str, Any]]:
    own = schemas.ProblemTold.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    inner = own.pop("$defs", {})
    return own, {"Problem": own, **inner}


def _complete(operation: dict[str, Any]) -> None:
    name, answers = operation["operationId"], operation["responses"]
    for status, told in answers.items():
        told["description"] = problems.title(int(status))
        told["content"]["application/json"]["example"] = examples()[name]
        if name in CONDITIONAL:
            told["headers"] = HEADERS
    if name in CONDITIONAL:
        operation["parameters"] = [*operation.get("parameters", []), *CONDITIONS]
        answers[304] = {
            "description": "You hold the newest.",
            "headers": {key: HEADERS[key] for key in ("ETag", "Cache-Control", "Vary")},
        }
    if "requestBody" in operation:
        operation["requestBody"]["content"]["application/json"]["example"] = questions()[name]
    known = (*(BODY if "requestBody" in operation else ()), 401, 403, *MORE.get(name, ()), 422, 429, 500)
    for status in sorted(known):
        answers[status] = _problem(status)


def _problem(status: int) -> dict[str, Any]:
    example = {"type": "about:blank", "title": problems.title(status), "status": status, "detail": problems.says(status)}
    told: dict[str, Any] = {
        "description": problems.title(status),
        "content": {problems.TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if status == 429:
        told["headers"] = WAIT
    if status in (401, 403):
        told["headers"] = WHO
    return told


@cache
def questions() -> dict[str, Any]:
    """An example of each body, by operation."""
    return {
        "canonicals": {"urls": ["https://weekly.example/2026/harbour", "https://weekly.example/about"]},
        "report": {"uid": str(UID), "url": "https://weekly.example/2026/harbour"},
    }


@cache
def examples() -> dict[str, Any]:
    """An example of each answer, by operation."""
    story, contract = _story(), Contract(attribution="First published by The Harbour Review")
    owed = [{"sentence": one.sentence, "line": one.line} for one in terms(story, contract)]
    on = {"next": f"{ROOT}/articles?limit=25&cursor=1772355605000000-41-0", "more": False}
    home = {
        "asked": "https://weekly.example/2026/harbour",
        "state": "published",
        "says": f"The canonical of your copy is {story.canonical.url}.",
        "uid": str(UID),
        "headline": story.headline,
        "url": story.url,
        "canonical": story.canonical.model_dump(mode="json"),
        "owed": owed,
    }
    stranger = {"asked": "https://weekly.example/about", "state": "unknown", "says": "We know no piece for you there."}
    piece = article(story, contract, CHANGED, ROOT)
    return {
        "ping": {
            "outlet": "The Weekly",
            "token": "Website",
            "scopes": ["read", "report"],
            "expires_at": None,
            "contract": contract.model_dump(mode="json"),
            "hosts": ["weekly.example"],
            "limits": {"per_minute": 600},
        },
        "articles": {"items": [piece], **on},
        "article": piece,
        "media": {"uid": str(UID), "items": media(story)},
        "corrections": {"items": [correction(story, CHANGED)], **on},
        "tombstones": {"items": [{"uid": str(UID), "withdrawn_at": CHANGED.isoformat()}], **on},
        "canonical": home,
        "canonicals": {"items": [home, stranger]},
        "report": _receipt("", "We have not looked yet."),
        "receipt": _receipt("honoured", "The page names our canonical."),
    }


def _receipt(verdict: str, says: str) -> dict[str, Any]:
    return {
        "uid": str(UID),
        "url": "https://weekly.example/2026/harbour",
        "state": "delivered",
        "verdict": verdict,
        "says": says,
        "evidence": [],
        "looked_at": CHANGED.isoformat() if verdict else None,
        "looks_again_at": "2026-03-02T09:00:05+00:00",
    }


def _story() -> Story:
    url = "https://publication.example/reviews/the-harbour/"
    picture = Picture(
        url="https://publication.example/media/images/harbour.jpg",
        width=1200,
        height=630,
        alt="An empty quay at dawn",
        credit="Photograph: Mary Somerville",
        may_syndicate=True,
    )
    return Story(
        uid=UID,
        version=2,
        url=url,
        canonical=Canonical(url=url),
        headline="The harbour",
        standfirst="Nobody saw the ships go.",
        description="A harbour without ships.",
        language="en-gb",
        authors=(Person(name="Ada Lovelace", url="https://publication.example/authors/ada/", x="@ada"),),
        byline="By Ada Lovelace (@ada) on 1 March 2026",
        first_published=datetime(2026, 3, 1, 8, tzinfo=UTC),
        modified=CHANGED,
        body_html="<p>The harbour was empty when we came.</p>",
        excerpt_html="<p>The harbour was empty when we came.</p>",
        word_count=7,
        lead_image=picture,
        share_image=picture,
        section=Named(name="Reviews", url="https://publication.example/reviews/"),
        topics=(Named(name="Harbours"),),
        licence=Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        corrections=(Correction(at=date(2026, 3, 1), text="The ships left on Tuesday, not on Monday."),),
        publisher=Publisher(name="The Harbour Review", url="https://publication.example/"),
    )
