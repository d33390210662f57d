"""What stands in the head of a page: one value for pieces and for lists, so that every element says the same."""

from syndication.renderers import json_ld, social
from syndication.renderers.social import Tags
from syndication.story import Picture, Publisher, Story, Value


class Head(Value):
    """The facts of a head. `canonical` is absolute and is what the `Link` header repeats; `json_ld` is safe inside a script."""

    title: str
    description: str
    canonical: str
    robots: str
    open_graph: Tags
    twitter: Tags
    fediverse_creator: str
    json_ld: str
    image: Picture | None = None


def of_story(story: Story) -> Head:
    """The head of a piece."""
    return Head(
        title=f"{story.social_title} · {story.publisher.name}",
        description=story.description,
        canonical=story.canonical.url,
        robots=social.robots(story),
        open_graph=social.open_graph(story),
        twitter=social.twitter(story),
        fediverse_creator=social.fediverse_creator(story),
        json_ld=json_ld.script(json_ld.news_article(story)),
        image=story.share_image,
    )


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
    )
