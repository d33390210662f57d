"""Forem: dev.to and other communities built with it (https://developers.forem.com/api/v1).

An article is Markdown, and Forem runs what looks like its template tags in it. A comment in the text, which readers never see,
names our piece, so that it is found again; Forem itself refuses a second article with the same canonical link.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from markdownify import markdownify

from syndication.connectors import rest, warnings
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import YES, Features
from syndication.errors import Permanent, Transient, raise_for_status
from syndication.http.probe import AUTHENTICATION, CANONICAL, NOT_APPLICABLE, OK, PUBLISHING, Step
from syndication.renderers import copy
from syndication.story import Story

ACCEPT = "application/vnd.forem.api-v1+json"
LONGEST_TITLE, LONGEST_DESCRIPTION = 128, 150
MOST_TAGS, LONGEST_TAG = 4, 30
# A look-up reads so many articles a page, and so many pages.
PAGE, PAGES = 100, 5
_TEMPLATE = re.compile(r"\{(?=[{%])")


class Forem(Connector):
    """Creates, updates and un-publishes articles of the account that the key belongs to."""

    kind = "forem"
    label = "Forem (dev.to and others)"
    features = Features(canonical=YES, image=YES, find=YES, edits=YES)
    endpoint_help = "The address of the community, such as https://dev.to/."
    secret_label = "API key"
    secret_help = "In Forem: Settings, Extensions, DEV Community API Keys. Articles appear under the account it belongs to."

    @classmethod
    def check_secret(cls, secret: str) -> None:
        """Refuse a key that no header could carry."""
        if not secret.strip() or any(letter.isspace() for letter in secret.strip()):
            raise ValueError("An API key is one word. Copy it anew, without spaces.")

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Create the article, published at once."""
        answer = self._ask("POST", "articles", self._article(story), passes={422})
        if answer.status == 422 and "canonical" in _reason(answer).lower():
            # Forem takes each canonical link once: an earlier attempt of ours, or somebody else's copy.
            if found := self.find(story):
                return self.update(story, found, key)
            raise Permanent(
                "Another article there has our address as its canonical link, and it is not of this account. Ask its author.",
                detail=_reason(answer),
                status=422,
            )
        return self._receipt(story, self._taken(answer), ())

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Replace the article, and publish it again if it was withdrawn."""
        told, wanted = [], self._article(story)
        if receipt.url and not receipt.id:
            # An editor gave us the address of an article that somebody put up by hand.
            receipt = self._search(lambda article: rest.field_of(article, "url") == receipt.url) or receipt
        now = self._ask("GET", f"articles/{receipt.id}", passes={404}) if receipt.id else None
        if now is None or now.status == 404:
            # Not public: withdrawn by us, or gone. Only the account's own list tells.
            found = self.find(story)
            if found is None:
                made = self.publish(story, key)
                return replace(made, warnings=(*made.warnings, warnings.made_anew()))
            receipt = replace(found, memory=receipt.memory)
        # The words there may also be these very ones: of an update of ours whose answer was lost.
        elif _digest(now.data) not in (receipt.memory.get("text", _digest(now.data)), _digest(wanted["article"])):
            told.append(warnings.changed_there(_moment(now.data)))
        answer = self._ask("PUT", f"articles/{receipt.id}", wanted, passes={422})
        return self._receipt(story, self._taken(answer), tuple(told))

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Make the article a draft: only moderators may do more through this interface."""
        known = receipt if receipt.id else self.find(story)
        if known is None and receipt.url:
            known = self._search(lambda article: rest.field_of(article, "url") == receipt.url)
        if known is not None:
            self._ask("PUT", f"articles/{known.id}", {"article": {"published": False}}, passes={404})
        return known or receipt

    def find(self, story: Story) -> Receipt | None:
        """The article of this account that carries our mark, or our address as its canonical link."""
        home = story.canonical.url
        return self._search(
            lambda article: (
                _mark(story) in rest.field_of(article, "body_markdown") or rest.field_of(article, "canonical_url") == home
            )
        )

    def greet(self) -> Iterator[Step]:
        """Ask who the key belongs to."""
        failed, answer = rest.attempt(AUTHENTICATION, lambda: self._ask("GET", "users/me"), self.access.secret)
        if answer is None:
            yield failed
            return
        name = rest.field_of(answer.data, "username")
        if not name:
            yield replace(
                failed, outcome="failed", sentence="The outlet answered without the name of an account. Check the endpoint."
            )
            return
        yield Step(AUTHENTICATION, OK, f"The key belongs to the account {name}.")
        yield Step(PUBLISHING, OK, "An account may publish its own articles.")
        contract = self.access.contract
        if contract.noindex:
            yield Step(CANONICAL, "warning", warnings.noindex_unset("Forem"))
        elif contract.canonical:
            yield Step(CANONICAL, OK, "Forem has a field for the canonical link.")
        else:
            yield Step(CANONICAL, NOT_APPLICABLE, "By contract it owes no canonical link.")

    # --- the article ----------------------------------------------------------------------------------------------------------

    def _article(self, story: Story) -> dict[str, Any]:
        contract = self.access.contract
        facts = {
            "title": _cut(story.headline, LONGEST_TITLE),
            "body_markdown": self._text(story),
            "published": True,
            "main_image": story.lead_image.url if story.lead_image else None,
            "canonical_url": story.canonical.url if contract.canonical else None,
            "description": _cut(story.standfirst or story.description, LONGEST_DESCRIPTION),
            "tags": _tags(story),
        }
        return {"article": facts}

    def _text(self, story: Story) -> str:
        """The text as Markdown, with nothing that Forem would run, and our mark."""
        html = copy.html(story, self.access.contract, credit=story.lead_image is not None)
        text = markdownify(html, heading_style="ATX", bullets="-").strip()
        # Three dashes at the very top begin what Forem takes for settings.
        text = _TEMPLATE.sub("&#123;", re.sub(r"^---", r"\\---", text))
        return f"{text}\n\n{_mark(story)}\n"

    # --- the conversation -----------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, told: Any = None, **options: Any) -> rest.Answer:
        headers = {"api-key": str(self.access.secret()).strip(), "accept": ACCEPT}
        passes = options.pop("passes", ())
        url = f"{self.access.endpoint.rstrip('/')}/api/{path}"
        answer = rest.ask(method, url, told, headers, passes={*passes, 404}, **options)
        # Forem says in JSON that it has no such article; whatever else says so is no Forem.
        if answer.status == 404 and (404 not in passes or rest.field_of(answer.data, "status", int) != 404):
            raise Permanent(
                "There is no Forem at this address (404). Enter that of the community on the outlet's form.", status=404
            )
        return answer

    def _search(self, fits: Callable[[Any], bool]) -> Receipt | None:
        """The first article of this account that fits, newest first, drafts among them."""
        for page in range(1, PAGES + 1):
            answer = self._ask("GET", f"articles/me/all?per_page={PAGE}&page={page}")
            if not isinstance(answer.data, list):
                raise Transient("The outlet answered without a list of articles. Check the endpoint.", status=answer.status)
            for article in answer.data:
                if fits(article):
                    number = rest.must_have(rest.field_of(article, "id", int), "the number of the article")
                    return Receipt(str(number), rest.public(rest.field_of(article, "url")))
            if len(answer.data) < PAGE:
                break
        return None

    def _taken(self, answer: rest.Answer) -> dict[str, Any]:
        """The article in an answer. Forem takes a title once in five minutes, which passes; other faults an editor must mend."""
        if answer.status == 422:
            reason = _reason(answer)
            if "five minutes" in reason:
                raise Transient(
                    "The outlet takes the same headline only once in five minutes (422). We try again by ourselves.",
                    detail=reason,
                    status=422,
                )
            raise_for_status(422, dict(answer.headers), reason)
        return answer.data if isinstance(answer.data, dict) else {}

    def _receipt(self, story: Story, article: Mapping[str, Any], told: tuple[str, ...]) -> Receipt:
        number = rest.must_have(rest.field_of(article, "id", int), "the number of the article")
        owed = (warnings.noindex_unset("Forem"),) if self.access.contract.noindex else ()
        memory = {"text": _digest(self._article(story)["article"])}
        return Receipt(str(number), rest.public(rest.field_of(article, "url")), memory, (*told, *owed))


def _reason(answer: rest.Answer) -> str:
    return rest.field_of(answer.data, "error")


def _mark(story: Story) -> str:
    """What names our piece in the text, and readers never see."""
    return f"<!-- homeward {story.uid} -->"


def _tags(story: Story) -> list[str]:
    """At most four, of letters and digits only, as Forem takes them."""
    names = [*(topic.name for topic in story.topics), *([story.section.name] if story.section else [])]
    plain = ["".join(letter for letter in name.lower() if letter.isalnum())[:LONGEST_TAG] for name in names]
    return list(dict.fromkeys(tag for tag in plain if tag))[:MOST_TAGS]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _digest(article: Any) -> str:
    """What tells our words from theirs, whatever became of blanks and line ends."""
    words = f"{rest.field_of(article, 'title')} {rest.field_of(article, 'body_markdown')}".split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]


def _moment(article: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(rest.field_of(article, "edited_at"))
    except ValueError:
        return None
