"""Story as the body of a push: what happened, the whole story, its social metadata and the terms."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from syndication.contract import Contract
from syndication.receipt import Receipt
from syndication.renderers import json_ld
from syndication.renderers.social import Tags, open_graph, twitter
from syndication.story import Correction, Story, gravest

# Carries no story: it only asks whether we are known.
TEST_EVENT = "outlet.test"


def payload(
    event: str,
    story: Story,
    contract: Contract,
    receipt: Receipt | None,
    now: datetime,
    news: Sequence[Correction] = (),
) -> dict[str, Any]:
    """A Standard Webhooks body: `type`, `timestamp` and `data` with story, social, contract and receipt.

    `story` must already be the contract's view. In `social.og` a property that repeats holds a list. `news` are the
    corrections that the outlet was never told of: they stand in `data.corrections` by themselves, the gravest in
    `data.correction`.
    """
    told = [one.model_dump(mode="json") for one in news]
    corrected = {"correction": told[[one.kind for one in news].index(gravest(news))], "corrections": told} if told else {}
    return {
        "type": event,
        "timestamp": now.isoformat(),
        "data": {
            "story": story.facts(),
            "social": social(story),
            "contract": contract.model_dump(mode="json"),
            "receipt": {"id": receipt.id, "url": receipt.url} if receipt else None,
            **corrected,
        },
    }


def social(story: Story) -> dict[str, Any]:
    """What stands in the head of our own page, for theirs: `og`, `twitter`, `json_ld`."""
    return {"og": _grouped(open_graph(story)), "twitter": dict(twitter(story)), "json_ld": json_ld.news_article(story)}


def _grouped(tags: Tags) -> dict[str, str | list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for name, content in tags:
        grouped[name].append(content)
    return {name: contents[0] if len(contents) == 1 else contents for name, contents in grouped.items()}
