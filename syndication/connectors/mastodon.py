"""Mastodon: a post that links home, at any server that speaks its API (https://docs.joinmastodon.org/client/intro/)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urljoin
from uuid import UUID

from selectolax.lexbor import LexborHTMLParser

from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import YES, Features
from syndication.connectors.posts import composed
from syndication.connectors.rest import Answer, ask, attempt, field_of, must_have, public
from syndication.connectors.warnings import changed_there, made_anew
from syndication.http.probe import AUTHENTICATION, CANONICAL, NOT_APPLICABLE, OK, PUBLISHING, Step
from syndication.story import Story

# What a server allows that does not say.
LIMIT, LINK_COSTS = 500, 23
# How far back `find` looks: pages of 40 posts.
PAGES = 3
ABSENT = (404, 410)


class Mastodon(Connector):
    """Posts headline, a line and the link; the server makes the card with its picture from our page.

    A server knows our key for about an hour. After that `find` looks through the account's newest posts for our link.
    """

    kind = "mastodon"
    label = "Mastodon"
    features = Features(canonical="a link home", image="in the card", find=YES, edits=YES)
    announces = True
    endpoint_help = "The address of your server, such as https://mastodon.example."
    secret_label = "Access token"
    secret_help = "At your server under Preferences, Development: make an application that may read and write; copy its token."

    @classmethod
    def check_secret(cls, secret: str) -> None:
        """Refuse what can be no token."""
        if len(secret) < 20 or not secret.isascii() or any(letter.isspace() for letter in secret):
            raise ValueError("An access token is a long word of letters and digits. Copy it whole from the application's page.")

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Post it; the server drops a repeat with the same key."""
        told = {**self._post(story), "visibility": "public"}
        return _receipt(self._ask("POST", "/api/v1/statuses", told, {"idempotency-key": str(key)}).data)

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Edit the post. Where it is gone, post anew."""
        if not receipt.id:
            return self.publish(story, key)
        place = f"/api/v1/statuses/{receipt.id}"
        there = self._ask("GET", place, passes=ABSENT)
        answer = there if there.status in ABSENT else self._ask("PUT", place, self._post(story), passes=ABSENT)
        if answer.status in ABSENT:
            return replace(self.publish(story, key), warnings=(made_anew(),))
        edited = field_of(there.data, "edited_at")
        # Where our edit changes nothing, these words were ours: of an update whose answer was lost.
        changes = field_of(answer.data, "content") != field_of(there.data, "content")
        theirs = changes and edited != receipt.memory.get("edited_at", edited)
        return _receipt(answer.data, (changed_there(_moment(edited)),) if theirs else ())

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Delete the post."""
        if receipt.id:
            self._ask("DELETE", f"/api/v1/statuses/{receipt.id}", passes=ABSENT)
        # What comes after is a new post: servers do not bring a deleted one back.
        return Receipt()

    def find(self, story: Story) -> Receipt | None:
        """Our newest post with exactly this link."""
        account = must_have(field_of(self._account().data, "id"), "our account")
        asked = {"limit": "40", "exclude_reblogs": "true", "exclude_replies": "true"}
        for _page in range(PAGES):
            found = self._ask("GET", f"/api/v1/accounts/{account}/statuses?{urlencode(asked)}").data
            statuses = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
            for status in statuses:
                if story.canonical.url in _links(field_of(status, "content")):
                    return _receipt(status)
            if not statuses:
                break
            asked["max_id"] = field_of(statuses[-1], "id")
        return None

    def greet(self) -> Iterator[Step]:
        """Whose token is it?"""
        step, answer = attempt(AUTHENTICATION, self._account, self.access.secret)
        if answer is None:
            yield step
            return
        yield Step(AUTHENTICATION, OK, f"We post as @{field_of(answer.data, 'acct')[:100]}.")
        yield Step(PUBLISHING, NOT_APPLICABLE, "Whether this token may write shows at the first post.")
        yield Step(CANONICAL, NOT_APPLICABLE, "A post names no canonical page. It links to ours, and its card comes from there.")

    def _account(self) -> Answer:
        return self._ask("GET", "/api/v1/accounts/verify_credentials")

    def _post(self, story: Story) -> dict[str, str]:
        limit, costs = self._limits()
        text = composed(_calling_nobody(story), limit - costs - 2)
        return {"status": f"{text}\n\n{story.canonical.url}", "language": story.language.partition("-")[0]}

    def _limits(self) -> tuple[int, int]:
        """How many characters a post may have there, and how many a link counts for. A server that does not say takes 500."""
        answer = self._ask("GET", "/api/v2/instance", passes=(404,))
        rules = field_of(field_of(answer.data, "configuration", dict), "statuses", dict)
        limit = field_of(rules, "max_characters", int) or LIMIT
        return max(limit, 100), field_of(rules, "characters_reserved_per_url", int) or LINK_COSTS

    def _ask(
        self, method: str, path: str, told: Any = None, headers: Mapping[str, str] | None = None, passes: Collection[int] = ()
    ) -> Answer:
        headers = {"authorization": f"Bearer {self.access.secret()}", **(headers or {})}
        return ask(method, urljoin(self.access.endpoint, path), told, headers, passes=passes)


def _receipt(status: Any, warnings: tuple[str, ...] = ()) -> Receipt:
    name = must_have(field_of(status, "id"), "the number of our post")
    return Receipt(name, public(field_of(status, "url")), {"edited_at": field_of(status, "edited_at")}, warnings)


def _moment(told: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _calling_nobody(story: Story) -> Story:
    """With a word joiner after each @: a server would call whoever has such a name."""
    names = ("title", "headline", "standfirst", "description")
    return story.model_copy(update={name: getattr(story, name).replace("@", "@\u2060") for name in names})


def _links(content: str) -> set[str]:
    return {node.attributes.get("href") or "" for node in LexborHTMLParser(content).css("a[href]")}
