"""Webhook: a signed POST as Standard Webhooks lays it down (https://www.standardwebhooks.com)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from syndication import http, signing
from syndication.connectors import rest
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import YES, Features
from syndication.connectors.greeting import FORGED, Greeting, judge
from syndication.credentials import Unreadable
from syndication.errors import DeliveryError, Uncertain, raise_for_status
from syndication.http.probe import AUTHENTICATION, FAILED, Step
from syndication.renderers.payload import TEST_EVENT, payload
from syndication.story import Correction, Story

WAITING = (
    "The outlet took this version, and an editor there looks at it before readers get it. "
    "Push it again later: the answer says where it stands."
)
MOST_WARNINGS, SENTENCE = 5, 300


class Webhook(Connector):
    """Posts `article.published`, `.updated`, `.corrected`, `.withdrawn`, `.killed`. The `webhook-id` stays on a retry."""

    kind = "webhook"
    label = "Webhook (Standard Webhooks)"
    reveals_secret = False
    features = Features(canonical="if it obeys", noindex="if it obeys", image=YES)
    idempotent = True
    overlaps = True
    secret_help = "The signing secret you share with the outlet: whsec_ followed by 24 to 64 bytes in base64."

    @classmethod
    def check_secret(cls, secret: str) -> None:
        """Refuse a secret that is not `whsec_` and 24 to 64 bytes in base64."""
        signing.check_secret(secret)

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Tell the outlet of a piece that is new to it."""
        return self._post("article.published", story, None, key)

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Tell the outlet of a new version."""
        return self._post("article.updated", story, receipt, key)

    def correct(self, story: Story, receipt: Receipt, key: UUID, news: Sequence[Correction] = ()) -> Receipt:
        """Tell the outlet of corrections: those new to it stand in `data.corrections`, all of them in the story."""
        return self._post("article.corrected", story, receipt, key, news)

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Ask the outlet to take the piece down."""
        return self._post("article.withdrawn", story, receipt, key)

    def kill(self, story: Story, receipt: Receipt, key: UUID, reason: str) -> Receipt:
        """Order the piece down, with the reason; the text that is to go is not sent once more."""
        bare = story.model_copy(update={"body_html": "", "excerpt_html": ""})
        return self._post("article.killed", bare, receipt, key, more={"instruction": "kill", "reason": reason})

    def _post(
        self,
        event: str,
        story: Story,
        receipt: Receipt | None,
        key: UUID,
        news: Sequence[Correction] = (),
        more: Mapping[str, str] | None = None,
    ) -> Receipt:
        now = datetime.now(UTC)
        message = payload(event, story, self.access.contract, receipt, now, news)
        message["data"] |= more or {}
        answer = self._send(message, self.access.secret().all, key, now)
        raise_for_status(answer.status, answer.headers, answer.text[:2000])
        return self._receipt(answer) or receipt or Receipt()

    def _send(self, message: dict[str, Any], secrets: Sequence[str], key: UUID, now: datetime) -> http.Response:
        body = json.dumps(message, ensure_ascii=False).encode()
        headers = signing.headers(secrets, f"msg_{key.hex}", now, body)
        headers["content-type"] = "application/json"
        return http.post(self.access.endpoint, body, headers, deadline=settings.SYNDICATION_DEADLINE_SECONDS)

    def greet(self) -> Iterator[Step]:
        """Send `outlet.test`, which carries no story, and once more under a false signature: who cannot tell them apart takes
        pieces from anybody.
        """
        try:
            secret = self.access.secret()
        except Unreadable as problem:
            yield Step(AUTHENTICATION, FAILED, str(problem))
            return
        true = self._greeting([str(secret)])
        old = self._greeting([secret.old]) if secret.old and true.status in (401, 403) else None
        false = self._greeting([FORGED]) if true.told_apart_matters or (old and old.taken) else None
        hidden = [*secret.all, *http.secrets_in(self.access.endpoint)]
        for step in judge(true, false, old, self.access.contract):
            yield replace(step, detail=http.redacted(step.detail, hidden))

    def _greeting(self, secrets: Sequence[str]) -> Greeting:
        now = datetime.now(UTC)
        facts = {"outlet": self.access.name, "contract": self.access.contract.model_dump(mode="json")}
        message = {"type": TEST_EVENT, "timestamp": now.isoformat(), "data": facts}
        try:
            return Greeting(answer=self._send(message, secrets, uuid4(), now))
        except DeliveryError as error:
            return Greeting(error=error)

    def _receipt(self, answer: http.Response) -> Receipt | None:
        """The receipt in a JSON answer; None in any other plain answer, which the specification allows."""
        if "html" in answer.headers.get("content-type", ""):
            raise Uncertain(
                "The outlet answered with a web page instead of a receipt, perhaps a login page. Check the endpoint.",
                detail=answer.text[:2000],
                status=answer.status,
            )
        try:
            data = answer.json()
        except ValueError:
            return None
        if not isinstance(data, dict):
            return None
        return Receipt(str(data.get("id") or ""), rest.public(data.get("url")), warnings=_warnings(answer.status, data))


def _warnings(status: int, data: dict[str, Any]) -> tuple[str, ...]:
    """What the outlet says an editor should know: its own few sentences, and that somebody there has to look first."""
    told = data.get("warnings")
    own = [one[:SENTENCE] for one in told if isinstance(one, str)][:MOST_WARNINGS] if isinstance(told, list) else []
    if status == 202 and data.get("state") == "waiting":
        own.append(WAITING)
    return tuple(own)
