"""Story as a page of plain Markdown beside the page for readers, and a list of such pages (https://llmstxt.org). Pure."""

import json
import re
from collections.abc import Iterable
from typing import Any

from syndication.contract import Contract
from syndication.renderers import corrections, plain
from syndication.renderers.head import twin_url
from syndication.rights import Policy, notice, terms_url
from syndication.story import Correction, Story


def page(story: Story) -> str:
    """Front matter, headline, text, corrections and the way home. No picture whose rights do not travel."""
    told = Contract().view(story)
    parts = [
        _front_matter(told),
        f"# {_line(told.headline)}",
        _corrections(told) if told.retracted else "",
        f"*{_line(told.standfirst)}*" if told.standfirst else "",
        _line(told.byline),
        _lead(told),
        plain.markdown(told.body_html),
        _corrections(told) if not told.retracted else "",
        f"---\n\n{_line(notice(told))}  \n<{told.canonical.url}>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index(policy: Policy, tagline: str, stories: Iterable[Story]) -> str:
    """llms.txt: who we are, our terms, and the newest pieces."""
    lines = [f"- [{_line(one.headline)}]({twin_url(one)}): {_line(one.description)}".removesuffix(": ") for one in stories]
    parts = [
        f"# {_line(policy.publisher)}",
        f"> {_line(tagline)}" if tagline else "",
        "Each piece below leads to its plain text. When you use it, name the piece's own page: it stands there as `canonical`.",
        "## Terms\n\n" + "\n".join(_terms(policy)),
        "## Newest pieces\n\n" + "\n".join(lines) if lines else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _terms(policy: Policy) -> list[str]:
    told = [
        f"- [Terms for machines]({policy.root}/rsl.xml): Really Simple Licensing 1.0",
        f"- You may: {', '.join(policy.permitted) or 'nothing'}. You may not: {', '.join(policy.prohibited) or 'nothing'}.",
    ]
    return [*told, f"- [Ask for a licence]({policy.contact})"] if policy.contact else told


def _front_matter(story: Story) -> str:
    facts: dict[str, Any] = {
        "title": story.headline,
        "canonical": story.canonical.url,
        "authors": [person.name for person in story.authors],
        "date": story.first_published.isoformat(),
        "modified": story.modified.isoformat(),
        "language": story.language,
        "publisher": story.publisher.name,
        "licence": story.licence.name if story.licence else "",
        "licence_url": story.licence.url if story.licence else "",
        "terms": terms_url(story),
    }
    # YAML reads JSON's strings and lists, so nothing in a headline can end them.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items() if value]
    return "\n".join(["---", *lines, "---"])


def _lead(story: Story) -> str:
    one = story.lead_image
    if one is None:
        return ""
    below = " ".join(filter(None, [_line(one.caption), _line(one.credit)]))
    return f"![{_line(one.alt)}]({one.url})" + (f"\n\n{below}" if below else "")


def _corrections(story: Story) -> str:
    lines = [f"- {one.at.isoformat()}{_kind(one)}: {_line(corrections.words(one))}" for one in story.corrections]
    return "\n".join(["## Corrections", "", *lines]) if lines else ""


def _kind(one: Correction) -> str:
    return "" if one.kind == "correction" else f", {one.kind}"


def _line(text: str) -> str:
    """Plain text as one line of Markdown in which nothing is taken for a mark or a tag."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", " ".join(text.split()))
