"""Posts: a connector for the partner whose create makes a copy each time, as most publishing APIs do."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings

from syndication import http
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Connector, Receipt
from syndication.errors import Uncertain, raise_for_status
from syndication.story import Story


class Posts(Connector):
    """POST creates, PUT and DELETE go by id, GET finds by uid. Nothing but asking keeps it from a second copy."""

    kind = "posts"
    label = "Posts (for tests)"

    def publish(self, story: Story, key: UUID) -> Receipt:
        return self._receipt(self._say("POST", "", story, key))

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        answer = self._say("PUT", f"/{receipt.id}", story, key)
        if answer.status != 404:
            return self._receipt(answer)
        there = self.find(story)
        return self.publish(story, key) if there is None else self._receipt(self._say("PUT", f"/{there.id}", story, key))

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        if receipt.id:
            answer = self._say("DELETE", f"/{receipt.id}", story, key)
            if answer.status != 404:
                self._checked(answer)
        return Receipt()

    def find(self, story: Story) -> Receipt | None:
        answer = http.send(
            "GET", f"{self.access.endpoint}?{urlencode({'uid': story.uid})}", deadline=settings.SYNDICATION_DEADLINE_SECONDS
        )
        found = self._checked(answer)
        return Receipt(found[0]["id"]) if found else None

    def _say(self, verb: str, path: str, story: Story, key: UUID) -> http.Response:
        body = json.dumps({"uid": str(story.uid), "headline": story.headline, "version": story.version}).encode()
        headers = {"content-type": "application/json", "x-key": key.hex}
        return http.send(verb, self.access.endpoint + path, body, headers, deadline=settings.SYNDICATION_DEADLINE_SECONDS)

    def _receipt(self, answer: http.Response) -> Receipt:
        return Receipt(self._checked(answer)["id"])

    def _checked(self, answer: http.Response) -> Any:
        raise_for_status(answer.status, answer.headers, answer.text[:200])
        if "html" in answer.headers.get("content-type", ""):
            raise Uncertain("The outlet answered with a web page.", detail=answer.text[:200], status=answer.status)
        return answer.json()


def register() -> None:
    """Put it in the table of contents of this process."""
    CONNECTORS[Posts.kind] = Posts
