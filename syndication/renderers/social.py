"""Story as Open Graph, Twitter card and the other meta tags that machines read in a page's head."""

from syndication.story import Picture, Story

# Open Graph asks for a territory; these are the usual ones for a bare language.
TERRITORIES = {
    "en": "en_GB",
    "ar": "ar_AR",
    "fr": "fr_FR",
    "de": "de_DE",
    "es": "es_ES",
    "he": "he_IL",
    "fa": "fa_IR",
    "it": "it_IT",
}

Tags = list[tuple[str, str]]


def locale(language: str) -> str:
    """`en-gb` as Open Graph writes it: `en_GB`."""
    base, _, territory = language.replace("_", "-").partition("-")
    return f"{base.lower()}_{territory.upper()}" if territory else TERRITORIES.get(base.lower(), base.lower())


def open_graph(story: Story) -> Tags:
    """Pairs of property and content, in order: an image's properties follow their image (https://ogp.me)."""
    tags = [
        ("og:type", "article"),
        ("og:url", story.canonical.url),
        ("og:title", story.social_title),
        ("og:description", story.description),
        ("og:site_name", story.publisher.name),
        ("og:locale", locale(story.language)),
    ]
    tags += image_tags(story.share_image)
    tags += [
        ("article:published_time", story.first_published.isoformat()),
        ("article:modified_time", story.modified.isoformat()),
        *(("article:author", person.url) for person in story.authors if person.url),
        *([("article:section", story.section.name)] if story.section else []),
        *(("article:tag", topic.name) for topic in story.topics),
    ]
    return [(name, content) for name, content in tags if content]


def image_tags(picture: Picture | None) -> Tags:
    """The image and its own properties, in the order Open Graph asks for."""
    if picture is None:
        return []
    return [
        ("og:image", picture.url),
        ("og:image:type", picture.mime),
        ("og:image:width", str(picture.width)),
        ("og:image:height", str(picture.height)),
        ("og:image:alt", picture.alt),
    ]


def twitter(story: Story) -> Tags:
    """Pairs of name and content. One creator only: the first author with a handle on X."""
    picture = story.share_image
    creator = next((person.x for person in story.authors if person.x), "")
    tags = [
        ("twitter:card", "summary_large_image" if picture else "summary"),
        ("twitter:title", story.social_title),
        ("twitter:description", story.description),
        ("twitter:image", picture.url if picture else ""),
        ("twitter:image:alt", picture.alt if picture else ""),
        ("twitter:site", story.publisher.x),
        ("twitter:creator", creator),
    ]
    return [(name, content) for name, content in tags if content]


def fediverse_creator(story: Story) -> str:
    """The handle for `fediverse:creator`: the first author's who has one. Mastodon reads one tag a page."""
    return next((person.fediverse for person in story.authors if person.fediverse), "")


def robots(story: Story) -> str:
    """The robots directive of our page; never noindex together with a foreign canonical."""
    return "noindex, follow" if story.canonical.policy == "noindex" else "max-image-preview:large"
