"""WebSub (https://www.w3.org/TR/websub/): a hub is told which feeds changed, and tells their subscribers at once."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urljoin
from uuid import UUID

from django.conf import settings

from syndication import http
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import Features
from syndication.errors import DeliveryError, raise_for_status
from syndication.http.probe import AUTHENTICATION, CANONICAL, FAILED, NOT_APPLICABLE, OK, PUBLISHING, WARNING, Step
from syndication.story import Story

# Where the feeds are: below the front page and below each section, one a dialect. `home` serves them there; a test holds
# both to it.
DIALECTS = ("rss", "atom", "json")
SECONDS = 10.0
# What hubs answer to a mode that there is not.
AS_HUBS_DO = (400, 422)
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "*/*"}


class WebSub(Connector):
    """Pings a hub for each feed that a piece stands in. To repeat is harmless: the hub reads the feed and sees for itself."""

    kind = "websub"
    label = "WebSub hub"
    features = Features(update="the hub is told", withdraw="the hub is told", correct="the hub is told")
    idempotent = True
    announces = True
    needs_secret = False
    endpoint_help = "The hub that tells the subscribers of our feeds, such as https://pubsubhubbub.appspot.com/."
    secret_label = ""

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Say that the feeds changed."""
        return self._ping(story, {})

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Say so again, also of the feeds that it has left."""
        return self._ping(story, receipt.memory)

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Say so of the feeds that it has left."""
        return self._ping(story, receipt.memory)

    def _ping(self, story: Story, memory: Mapping[str, Any]) -> Receipt:
        feeds, before = feeds_of(story), memory.get("feeds")
        for feed in dict.fromkeys([*feeds, *(before if isinstance(before, list) else [])]):
            # The specification leaves open how a hub is told; old hubs read hub.url, others hub.topic.
            answer = self._post({"hub.mode": "publish", "hub.url": feed, "hub.topic": feed})
            raise_for_status(answer.status, answer.headers, answer.text[:2000])
        return Receipt("websub", memory={"feeds": feeds})

    def greet(self) -> Iterator[Step]:
        """Ask for what no hub can do: it says no, where another page would say something else. No feed is named."""
        try:
            answer = self._post({"hub.mode": "test"})
        except DeliveryError as problem:
            yield Step(AUTHENTICATION, FAILED, problem.sentence.partition(" What we sent")[0], problem.detail)
            return
        yield _judged(answer)
        if answer.status not in AS_HUBS_DO and answer.status >= 300:
            return
        yield Step(PUBLISHING, NOT_APPLICABLE, "Whether the hub takes our feeds shows at the first push.")
        yield Step(CANONICAL, NOT_APPLICABLE, "No copy stands at a hub, so there is nothing to name a home of.")

    def _post(self, form: Mapping[str, str]) -> http.Response:
        seconds = min(SECONDS, settings.SYNDICATION_DEADLINE_SECONDS)
        return http.post(self.access.endpoint, urlencode(form).encode(), FORM, deadline=seconds)


def _judged(answer: http.Response) -> Step:
    status, detail = answer.status, f"HTTP {answer.status}\n{answer.text[:500]}"
    if status in AS_HUBS_DO:
        return Step(AUTHENTICATION, OK, f"It says no to nonsense, as a hub does ({status}), and needs no secret.", detail)
    if status < 300:
        told = "It takes whatever is sent, so perhaps it is no hub but a page. Check the address."
        return Step(AUTHENTICATION, WARNING, told, detail)
    return Step(AUTHENTICATION, FAILED, f"It does not answer as a hub does ({status}). Check the address.", detail)


def feeds_of(story: Story) -> list[str]:
    """The feeds that a piece stands in: of the whole site and of its section."""
    homes = [story.publisher.url, story.section.url if story.section else ""]
    return [urljoin(home, f"feeds/{dialect}/") for home in dict.fromkeys(homes) if home for dialect in DIALECTS]
