"""Story as schema.org NewsArticle (https://schema.org/NewsArticle). URLs absolute, moments with a zone, authors as objects."""

import json
from typing import Any

from syndication.renderers import corrections
from syndication.rights import notice, terms_url
from syndication.story import Correction, Person, Picture, Publisher, Story


def news_article(story: Story, *, contact: str = "") -> dict[str, Any]:
    """One NewsArticle. A stub names what it is based on; `mainEntityOfPage` is always the canonical.

    `contact` is the page where one asks for a licence to what is ours: to the text of an original, to pictures that may travel.
    """
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": f"{story.url}#article",
        "url": story.url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": story.canonical.url},
        "headline": story.headline,
        "description": story.description,
        "inLanguage": story.language,
        "datePublished": story.first_published.isoformat(),
        "dateModified": story.modified.isoformat(),
        "author": [_person(person) for person in story.authors],
        "publisher": _publisher(story.publisher),
        "image": [_image(picture, contact) for picture in (story.share_image, *_shapes(story.lead_image)) if picture],
        "articleSection": story.section.name if story.section else None,
        "keywords": [topic.name for topic in story.topics],
        "wordCount": story.word_count or None,
        "license": story.licence.url if story.licence else None,
        "correction": [_correction(story, one) for one in story.corrections],
        # Free text by schema.org, whose own examples name stages of a lifecycle; there is no term for it.
        "creativeWorkStatus": "Retracted" if story.retracted else None,
    }
    if story.kind == "original":
        data |= {
            "copyrightHolder": {"@type": "NewsMediaOrganization", "name": story.publisher.name, "url": story.publisher.url},
            "copyrightYear": story.first_published.year,
            "copyrightNotice": notice(story),
            "creditText": story.publisher.name,
            "usageInfo": terms_url(story),
            "acquireLicensePage": contact,
        }
    if story.outlet:
        data["isBasedOn"] = _without_empty(
            {
                "@type": "NewsArticle",
                "url": story.outlet.url,
                "publisher": {"@type": "NewsMediaOrganization", "name": story.outlet.name},
                "archivedAt": story.outlet.archive_url if story.outlet.archived else "",
            }
        )
    return _without_empty(data)


def web_page(title: str, description: str, url: str, publisher: Publisher, language: str) -> dict[str, Any]:
    """A page that lists pieces."""
    return _without_empty(
        {
            "@context": "https://schema.org",
            "@type": "WebSite" if url == publisher.url else "CollectionPage",
            "@id": url,
            "url": url,
            "name": title,
            "description": description,
            "inLanguage": language,
            "publisher": _publisher(publisher),
        }
    )


def script(data: dict[str, Any]) -> str:
    """`data` as text that is safe inside a script element: no `<`, `>` or `&` is left to end it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _person(person: Person) -> dict[str, Any]:
    return _without_empty({"@type": "Person", "name": person.name, "url": person.url, "sameAs": person.website})


def _correction(story: Story, one: Correction) -> dict[str, Any]:
    """A CorrectionComment; of one that an outlet made the outlet is the author, and its page the address."""
    return _without_empty(
        {
            "@type": "CorrectionComment",
            "@id": story.place_of(one) if one.id else "",
            "name": corrections.name(one) if one.kind != "correction" or one.by else "",
            "text": corrections.words(one),
            "datePublished": one.when,
            "url": one.url,
            "author": {"@type": "NewsMediaOrganization", "name": one.by} if one.by else None,
        }
    )


def _publisher(publisher: Publisher) -> dict[str, Any]:
    logo = {"@type": "ImageObject", "url": publisher.logo} if publisher.logo else None
    policies = {name: url for name, url in publisher.policies if url}
    return _without_empty(
        {"@type": "NewsMediaOrganization", "name": publisher.name, "url": publisher.url, "logo": logo, **policies}
    )


def _shapes(picture: Picture | None) -> list[Picture]:
    """The picture, and the shapes it was cut to for search engines."""
    if picture is None:
        return []
    return [picture, *(picture.model_copy(update=crop.model_dump()) for crop in picture.crops)]


def _image(picture: Picture, contact: str) -> dict[str, Any]:
    return _without_empty(
        {
            "@type": "ImageObject",
            "url": picture.url,
            "contentUrl": picture.url,
            "width": picture.width,
            "height": picture.height,
            "caption": picture.caption,
            "creditText": picture.credit,
            "license": picture.licence.url if picture.licence else None,
            "acquireLicensePage": contact if picture.may_syndicate else None,
        }
    )


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}
