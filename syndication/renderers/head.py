"""What stands in the head of a page: one value for pieces and for lists, so that every element says the same."""

from collections.abc import Iterator
from urllib.parse import quote

from syndication.renderers import json_ld, social
from syndication.renderers.social import Tags
from syndication.rights import RSL_TYPE, Policy, terms_url
from syndication.story import Picture, Publisher, Story, Value


class Link(Value):
    """A link of the head besides the canonical one (RFC 8288): absolute, percent-encoded."""

    rel: str
    href: str
    type: str
    title: str = ""


class Head(Value):
    """The facts of a head. `canonical` is absolute; `header` is what agents look for there; `json_ld` is safe in a script."""

    title: str
    description: str
    canonical: str
    robots: str
    open_graph: Tags
    twitter: Tags
    fediverse_creator: str
    json_ld: str
    image: Picture | None = None
    links: tuple[Link, ...] = ()

    @property
    def header(self) -> str:
        """The `Link` header: the canonical, our terms for machines, the plain text."""
        told = [f'<{link.href}>; rel="{link.rel}"; type="{link.type}"' for link in self.links if link.type in _IN_HEADER]
        return ", ".join([f'<{self.canonical}>; rel="canonical"', *told])


MARKDOWN = "text/markdown"
_IN_HEADER = (RSL_TYPE, MARKDOWN)


def of_story(story: Story, policy: Policy | None = None) -> Head:
    """The head of a piece. Without the policy of its publication it names no plain text and nowhere to ask for a licence."""
    return Head(
        title=f"{story.social_title} · {story.publisher.name}",
        description=story.description,
        canonical=story.canonical.url,
        robots=social.robots(story),
        open_graph=social.open_graph(story),
        twitter=social.twitter(story),
        fediverse_creator=social.fediverse_creator(story),
        json_ld=json_ld.script(json_ld.news_article(story, contact=policy.contact if policy else "")),
        image=story.share_image,
        links=tuple(_links(story, policy)),
    )


def twin_url(story: Story) -> str:
    """Where a piece stands as plain Markdown, if the policy offers it."""
    return f"{story.url}index.md"


def _links(story: Story, policy: Policy | None) -> Iterator[Link]:
    card = f"{story.publisher.url}oembed/?url={quote(story.url, safe='')}"
    yield Link(rel="alternate", type="application/json+oembed", href=card, title=story.headline)
    yield Link(rel="alternate", type="text/xml+oembed", href=f"{card}&format=xml", title=story.headline)
    if policy and policy.offers_text(story):
        yield Link(rel="alternate", type=MARKDOWN, href=twin_url(story), title=f"{story.headline} (Markdown)")
    if terms := terms_url(story):
        yield Link(rel="license", type=RSL_TYPE, href=terms)


def of_list(*, title: str, description: str, url: str, publisher: Publisher, image: Picture | None, language: str) -> Head:
    """The head of a page that lists pieces: the front page, a section, a profile."""
    tags = [
        ("og:type", "website"),
        ("og:url", url),
        ("og:title", title),
        ("og:description", description),
        ("og:site_name", publisher.name),
        ("og:locale", social.locale(language)),
        *social.image_tags(image),
    ]
    card = [
        ("twitter:card", "summary_large_image" if image else "summary"),
        ("twitter:title", title),
        ("twitter:description", description),
        ("twitter:image", image.url if image else ""),
        ("twitter:image:alt", image.alt if image else ""),
        ("twitter:site", publisher.x),
    ]
    return Head(
        title=title if title == publisher.name else f"{title} · {publisher.name}",
        description=description,
        canonical=url,
        robots="max-image-preview:large",
        open_graph=[(name, content) for name, content in tags if content],
        twitter=[(name, content) for name, content in card if content],
        fediverse_creator=publisher.fediverse,
        json_ld=json_ld.script(json_ld.web_page(title, description, url, publisher, language)),
        image=image,
        links=(Link(rel="license", type=RSL_TYPE, href=f"{publisher.url}rsl.xml"),),
    )
