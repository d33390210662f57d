"""The conversation under a piece: whether it is open, and what may be said without a moderator. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

Verdict = Literal["shown", "held", "refused"]
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True)
class Conversation:
    """The rules for one piece at this moment.

    `comments` and `mentions` say what is taken; `closed` why comments are not, in a sentence for readers. `hold` is whose
    comments wait for a moderator. `held_words` and `refused_words` are compared without case and accents of compatibility.
    """

    comments: bool = True
    mentions: bool = True
    closed: str = ""
    hold: Literal["all", "first", "none"] = "first"
    most_links: int = 2
    held_words: tuple[str, ...] = ()
    refused_words: tuple[str, ...] = ()


def judge_words(rules: Conversation, *texts: str, known: bool) -> tuple[Verdict, str]:
    """What becomes of these words, and why; `known` is whether a moderator let their author speak before."""
    said = fold(" ".join(texts))
    if word := next((word for word in rules.refused_words if fold(word) in said), ""):
        return "refused", _("It holds “%(word)s”, which the rules refuse.") % {"word": word}
    if word := next((word for word in rules.held_words if fold(word) in said), ""):
        return "held", _("It holds “%(word)s”.") % {"word": word}
    if sum(len(LINK.findall(text)) for text in texts) > rules.most_links:
        return "held", _("It holds more than %(most)d links.") % {"most": rules.most_links}
    if rules.hold == "all":
        return "held", _("Every response waits for a moderator.")
    if rules.hold == "first" and not known:
        return "held", _("It is the first of its author.")
    return "shown", ""


def fold(text: str) -> str:
    """Text as words are compared: width, case and invisible letters aside."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(letter for letter in folded if unicodedata.category(letter) != "Cf").split())


def words(lines: str) -> tuple[str, ...]:
    """A list of words or phrases as an editor writes it: one a line."""
    return tuple(line.strip() for line in lines.splitlines() if line.strip())
