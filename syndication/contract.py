"""Contract: what we let an outlet carry and what it owes; and the view of a story that follows from it."""

import hashlib
import json
from typing import Any

from django.utils.text import Truncator
from selectolax.lexbor import LexborHTMLParser

from syndication.story import Extent, Story, Value

# The class of an image in a body whose figure stays at home, because our rights do not cover other outlets.
STAYS_HOME = "stays-home"


class Variation(Value):
    """What an editor wants one outlet to be told differently; empty where it is told what everybody is."""

    headline: str = ""
    excerpt_html: str = ""

    def of(self, story: Story) -> Story:
        """The story with this outlet's headline and excerpt."""
        changes: dict[str, Any] = {}
        if self.headline:
            # The title for cards would still be ours.
            changes.update(headline=self.headline, title="")
        if self.excerpt_html:
            changes["excerpt_html"] = self.excerpt_html
        return story.model_copy(update=changes) if changes else story


class Contract(Value):
    """The terms of one outlet, frozen: they travel with each push and decide what it holds."""

    canonical: bool = True
    noindex: bool = False
    link: bool = True
    extent: Extent = "full"
    words: int | None = None
    attribution: str = ""

    def view(self, story: Story, variation: Variation | None = None) -> Story:
        """The story as this outlet may carry it: no more text than agreed, no picture that may not travel, and
        no correction but our own.
        """
        if variation:
            story = variation.of(story)
        changes: dict[str, Any] = {"body_html": _travelling(story.body_html) if self.extent == "full" else ""}
        if self.extent == "link":
            changes["excerpt_html"] = ""
        elif self.extent == "excerpt" and self.words:
            own = variation.excerpt_html if variation else ""
            text = own or _travelling(story.body_html) or story.excerpt_html
            changes["excerpt_html"] = Truncator(text).words(self.words, html=True)
        if self.extent != "full" and _is_opening(story.description, story.body_html):
            # Nobody wrote it for cards and lists: it is text, and there may be no more of it than agreed.
            if self.extent == "link":
                changes["description"] = ""
            elif self.words:
                changes["description"] = Truncator(story.description).words(self.words)
        # What another outlet corrected on its own page is that outlet's to tell.
        if any(one.by for one in story.corrections):
            changes["corrections"] = tuple(one for one in story.corrections if not one.by)
        for place in ("lead_image", "share_image"):
            picture = getattr(story, place)
            if picture and not picture.may_syndicate:
                changes[place] = None
        return story.model_copy(update=changes)

    def digest(self, story: Story, variation: Variation | None = None) -> str:
        """What the outlet should hold, as SHA-256 in hex: it must hear when, and only when, this changes."""
        facts = self.view(story, variation).model_dump(mode="json", exclude={"version", "modified"})
        text = json.dumps([facts, self.model_dump(mode="json")], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _is_opening(text: str, html: str) -> bool:
    """Whether a text is only how the body begins."""
    body = LexborHTMLParser(html).body if html else None
    told = _bare(text)
    return bool(told) and body is not None and _bare(body.text()).startswith(told)


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _travelling(html: str) -> str:
    if STAYS_HOME not in html:
        return html
    tree = LexborHTMLParser(html)
    staying = tree.css(f"img.{STAYS_HOME}")
    for image in staying:
        figure = image.parent if image.parent and image.parent.tag == "figure" else image
        figure.decompose()
    return (tree.body.inner_html or "") if staying and tree.body else html
