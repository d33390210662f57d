"""Posts: a piece in the few characters that a social network gives, counted as readers count."""

import regex  # type: ignore[import-untyped]

from syndication.story import Story

# Less than this much of a standfirst says nothing.
LEAST_LINE = 20
_CLUSTER = regex.compile(r"\X")


def graphemes(text: str) -> list[str]:
    """What readers call letters (UAX #29): a flag, a family, an accented letter is one each."""
    found: list[str] = _CLUSTER.findall(text)
    return found


def shortened(text: str, room: int) -> str:
    """The text in one line of at most `room` graphemes: whole words, with an ellipsis where some are missing."""
    text = " ".join(text.split())
    letters = graphemes(text)
    if len(letters) <= room:
        return text
    if room < 2:
        return ""
    cut = "".join(letters[: room - 1])
    # A text without spaces (Chinese, Thai) is cut between its letters.
    whole = cut.rpartition(" ")[0] if letters[room - 1] != " " and " " in cut else cut
    return f"{whole.rstrip(' ,;:–—-')}…"


def composed(story: Story, room: int) -> str:
    """Headline and, where there is room, a line of the standfirst: at most `room` graphemes."""
    headline = shortened(story.social_title, room)
    line = story.standfirst or story.description
    left = room - len(graphemes(headline)) - 2
    if not line or left < LEAST_LINE or headline.endswith("…"):
        return headline
    return f"{headline}\n\n{shortened(line, left)}"
