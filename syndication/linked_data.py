"""The JSON-LD of a page, as one may ask it of the piece the page is about. Pure."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from syndication.canonical import absolute, same

_MOST_NODES = 20_000
_ARTICLE = re.compile(
    r"(?:.*/)?(?:.*Article|.*BlogPosting|Blog|SocialMediaPosting|Report|Review|.*Review|CreativeWork)", re.IGNORECASE
)
_WEB_PAGE = re.compile(r"(?:.*/)?(?:.*WebPage|ItemPage|AboutPage|ProfilePage)", re.IGNORECASE)


class LinkedData:
    """The JSON-LD of a page, and the node in it that speaks of the piece."""

    def __init__(self, blocks: Iterable[Any], url: str, base: str):
        self.base = base
        nodes = list(_nodes(blocks))
        self.known: dict[str, dict[str, Any]] = {}
        for node in nodes:
            name = node.get("@id")
            if isinstance(name, str) and len(node) > len(self.known.get(name, {})):
                self.known[name] = node
        articles = [node for node in nodes if _is(node, _ARTICLE) and len(node) > 2]
        own = [node for node in articles if any(same(said, url) for said in self._addresses(node))]
        pages = [node for node in nodes if _is(node, _WEB_PAGE)]
        sites = [node for node in nodes if _is(node, re.compile("(?:.*/)?WebSite", re.IGNORECASE))]
        self.node: dict[str, Any] = next(iter([*own, *articles, *pages]), {})
        self.site: dict[str, Any] = next(iter(sites), {})

    def text(self, *names: str) -> str:
        """The first of these properties that is a text, as it stands."""
        return next((text for name in names if (text := self.said(self.node.get(name)))), "")

    def said(self, value: Any) -> str:
        """A value as text: itself, its `@value` or its name; of a list the first that says something."""
        for one in _listed(value)[:50]:
            if isinstance(one, str) and one.strip():
                return one
            if isinstance(one, dict):
                one = self.whole(one)
                name = one.get("@value") or one.get("name") or one.get("@code") or one.get("alternateName")
                if isinstance(name, list):
                    name = name[0] if name else ""
                if isinstance(name, str) and name.strip():
                    return name
        return ""

    def whole(self, node: dict[str, Any]) -> dict[str, Any]:
        """The node a reference means: itself, unless it only names another."""
        name = node.get("@id")
        return self.known.get(name, node) if isinstance(name, str) else node

    def site_name(self) -> str:
        """Who publishes the piece, else the name of the site."""
        return self.said(self.node.get("publisher")) or self.said(self.site.get("name"))

    def names(self) -> Iterator[str]:
        """The names of the authors."""
        for one in _listed(self.node.get("author") or self.node.get("creator"))[:50]:
            if isinstance(one, dict):
                one = self.whole(one)
                if name := self.said(one.get("name")) or f"{self.said(one.get('givenName'))} {self.said(one.get('familyName'))}":
                    yield name
            elif isinstance(one, str):
                known = self.known.get(one)
                yield (self.said(known.get("name")) if known else one)

    def image(self) -> dict[str, str]:
        """The address of the picture, its caption and its credit."""
        for one in [*_listed(self.node.get("image"))[:50], *_listed(self.node.get("thumbnailUrl"))[:5]]:
            facts = self.whole(one) if isinstance(one, dict) else self.known.get(one, {}) if isinstance(one, str) else {}
            said = [facts.get("contentUrl"), facts.get("url"), one if isinstance(one, str) else None, facts.get("@id")]
            for address in (self.said(value) for value in said):
                if address and not address.startswith("#") and (url := absolute(address.strip(), self.base)):
                    credit = self.said(facts.get("creditText")) or self.said(facts.get("creator"))
                    return {"url": url, "caption": self.said(facts.get("caption")), "credit": credit}
        return {}

    def _addresses(self, node: dict[str, Any]) -> Iterator[str]:
        for value in (node.get("url"), node.get("mainEntityOfPage"), node.get("@id")):
            for one in _listed(value)[:5]:
                said = (one.get("@id") or one.get("url")) if isinstance(one, dict) else one
                if isinstance(said, str) and said:
                    yield absolute(said.partition("#")[0], self.base)


def _nodes(blocks: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Every object in the blocks, the outermost first."""
    waiting = deque(blocks)
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        one = waiting.popleft()
        if isinstance(one, dict):
            yield one
            waiting.extend(value for value in one.values() if isinstance(value, dict | list))
        elif isinstance(one, list):
            waiting.extend(value for value in one if isinstance(value, dict | list))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is(node: dict[str, Any], kind: re.Pattern[str]) -> bool:
    return any(isinstance(one, str) and kind.fullmatch(one[:200]) for one in _listed(node.get("@type")))
