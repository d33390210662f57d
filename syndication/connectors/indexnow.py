"""IndexNow (https://www.indexnow.org/documentation): search engines are told at once that a page of ours changed."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import Features
from syndication.connectors.rest import ask
from syndication.errors import Refused
from syndication.http.probe import AUTHENTICATION, CANONICAL, NOT_APPLICABLE, OK, PUBLISHING, Step
from syndication.story import Story

NO_KEY = "The engine found no such key on our site (403). Open /KEY.txt on the public site: it must answer with the key alone."
KEY = re.compile(r"[A-Za-z0-9-]{8,128}")


class IndexNow(Connector):
    """Names the page's address; the engine reads it and sees for itself, so to repeat is harmless.

    The account is the key that proves the site is ours. It is no secret: it stands at `/KEY.txt` for everybody.
    """

    kind = "indexnow"
    label = "IndexNow (search engines)"
    features = Features(update="the page is named", withdraw="the page is named", correct="the page is named")
    idempotent = True
    announces = True
    endpoint_help = "One engine tells the others: https://api.indexnow.org/indexnow."
    account_label = "Key"
    account_help = "Invent one: 8 to 128 letters, digits or hyphens. We show it at /KEY.txt, which proves that the site is ours."
    needs_secret = False

    @classmethod
    def check_account(cls, account: str) -> None:
        """Refuse a key that the protocol does not allow."""
        if not KEY.fullmatch(account):
            raise ValueError("A key has 8 to 128 letters, digits or hyphens, and nothing else.")

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Name the page. The engine answers 202 until it has seen the key."""
        return self._name(story.url)

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Name it again."""
        return self._name(story.url)

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Name it again: the engine meets the 404 or 410 and forgets it."""
        return self._name(story.url)

    def greet(self) -> Iterator[Step]:
        """Name our front page, which changes nothing."""
        self._name(f"{settings.SITE_URL}/")
        yield Step(AUTHENTICATION, OK, "The engine took the address of our front page with this key.")
        yield Step(PUBLISHING, NOT_APPLICABLE, "Whoever has the key may name every page of this site.")
        yield Step(CANONICAL, NOT_APPLICABLE, "No copy stands at a search engine, so there is nothing to name a home of.")

    def _name(self, url: str) -> Receipt:
        told = {"host": urlsplit(url).netloc, "key": self.access.account, "urlList": [url]}
        if ask("POST", self.access.endpoint, told, passes=(403,), empty=True).status == 403:
            raise Refused(NO_KEY, status=403)
        return Receipt("indexnow")
