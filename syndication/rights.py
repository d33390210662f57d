"""Rights: what people and machines may do with what we publish. One policy; every dialect of it is made from here.

Two layers that differ: a piece's *licence* tells people whether they may carry it; the publication's three *choices* tell
machines what they may do with all of it. A licence takes back no choice, and a choice no licence.
"""

from typing import Any

from syndication.story import Licence, Story, Value

# What machines do with pieces, in the words of RSL 1.0, by the choice that decides it. An index for AI serves its answers.
USES = {"search": ("search",), "ai_input": ("ai-input", "ai-index"), "ai_train": ("ai-train",)}
RSL = "https://rslstandard.org/rsl"
RSL_TYPE = "application/rsl+xml"
# Licences under which anybody may carry a piece have their deeds here; a name alone gives no permission.
_DEEDS = "https://creativecommons.org/"


class Policy(Value):
    """What one publication says. `root` is its address without a final slash; `contact` the page where one asks for more."""

    root: str
    publisher: str
    licence: Licence
    search: bool = True
    ai_input: bool = False
    ai_train: bool = False
    contact: str = ""

    @property
    def permitted(self) -> tuple[str, ...]:
        """What machines may do, as tokens of RSL."""
        return tuple(token for choice, tokens in USES.items() if getattr(self, choice) for token in tokens)

    @property
    def prohibited(self) -> tuple[str, ...]:
        """What machines may not do, as tokens of RSL."""
        return tuple(token for choice, tokens in USES.items() if not getattr(self, choice) for token in tokens)

    @property
    def reserved(self) -> bool:
        """Whether mining of text and data is reserved (article 4 of the EU's directive 2019/790): unless machines may do both."""
        return not (self.ai_input and self.ai_train)

    def offers_text(self, story: Story) -> bool:
        """Whether a piece stands there as plain Markdown, too: it is our own, and machines may read it or people carry it."""
        return story.kind == "original" and (self.ai_input or may_republish(story))


def is_open(licence: Licence | None) -> bool:
    """Whether anybody may carry what is under this licence, without asking."""
    return licence is not None and licence.url.startswith(_DEEDS)


def may_republish(story: Story) -> bool:
    """Whether readers may carry the piece: by its licence, and only our own; the text of a stub is its outlet's."""
    return story.kind == "original" and is_open(story.licence)


def terms_url(story: Story) -> str:
    """Where our terms for machines stand (RSL); "" for a stub, whose text we cannot license."""
    return f"{story.publisher.url}rsl.xml" if story.kind == "original" else ""


def rights_info(story: Story) -> dict[str, Any]:
    """`rightsInfo` of ninjs 3.1: the deed of the licence, else our terms for machines. Empty, to be left out, without either."""
    if story.licence and story.licence.url:
        return {"linkedRights": story.licence.url}
    url = terms_url(story)
    return {"langId": RSL, "linkedRights": url} if url else {}


def notice(story: Story) -> str:
    """The copyright notice of one of our own, as in `© 2018 The Harbour Review. CC BY 4.0`; of a stub the licence alone."""
    licence = story.licence.name if story.licence else ""
    ours = f"© {story.first_published.year} {story.publisher.name}." if story.kind == "original" else ""
    return " ".join(filter(None, [ours, licence]))
