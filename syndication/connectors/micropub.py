"""Micropub: posts on sites of the IndieWeb (https://www.w3.org/TR/micropub/), found from the address of their front page.

The protocol has no canonical link and no name of ours for a post. So the text leads home, our address stands among the places
where the post is found elsewhere (`syndication`), and a look-up goes through the list of posts that most servers give.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import UUID

from syndication import http
from syndication.connectors import pictures, rest, warnings
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.discovery import endpoint_of
from syndication.connectors.features import YES, Features
from syndication.errors import DeliveryError, OutletGone, Permanent, Refused, Transient, Uncertain, raise_for_status
from syndication.http.probe import AUTHENTICATION, CANONICAL, FAILED, NOT_APPLICABLE, OK, PUBLISHING, WARNING, Step
from syndication.renderers import copy
from syndication.story import Story

RELATION = "micropub"
# How far back a look-up goes: so many posts a page, so many pages.
PAGE, PAGES = 50, 4
# What servers answer that know a verb or a query not, or that know the post not.
UNKNOWN = frozenset({400, 404, 405, 410, 422, 501})
ABSENT = frozenset({404, 410})


class Micropub(Connector):
    """Creates, updates and deletes entries. An answer of 202 is a promise: the address may come later, or work later."""

    kind = "micropub"
    label = "Micropub (IndieWeb sites, micro.blog)"
    features = Features(image=YES, find="if it lists posts")
    endpoint_help = "The front page of the site. It names its Micropub address to us by itself."
    secret_label = "Access token"
    secret_help = "A token with the rights to create, update, delete and upload media, made on the outlet's site."

    @classmethod
    def check_secret(cls, secret: str) -> None:
        """Refuse a token that no header could carry."""
        if not secret.strip() or any(letter.isspace() for letter in secret.strip()):
            raise ValueError("An access token is one word. Copy it anew, without spaces.")

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Create the entry."""
        endpoint = self._endpoint()
        photo, told = self._photo(endpoint, story, {})
        properties = {
            **self._properties(story, photo),
            "mp-slug": [_slug(story)],
            "published": [story.first_published.isoformat()],
        }
        answer = self._send(endpoint, {"type": ["h-entry"], "properties": properties})
        url = self._location(endpoint, answer)
        if not url and answer.status != 202:
            raise Uncertain("The outlet answered without the address of the post, so we cannot know what it did. We look first.")
        told += self._owed()
        if not url:
            told.append("The outlet works on it and does not say yet where it will stand. Our next push asks again.")
        return Receipt(url, url, {"photo": dict(photo), "asynchronous": answer.status == 202}, tuple(told))

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Replace what the entry says; one that was deleted in our name comes back first, where the server can do so."""
        known = receipt if receipt.url else self.find(story)
        if known is None:
            if receipt.memory.get("asynchronous"):
                raise Transient(
                    "The outlet has not put up the post yet, so there is nothing to update. We try again by ourselves."
                )
            return self._anew(story, key)
        endpoint = self._endpoint()
        if receipt.memory.get("withdrawn") and not self._undelete(endpoint, known.url):
            return self.publish(story, key)
        photo, told = self._photo(endpoint, story, receipt.memory)
        message = {"action": "update", "url": known.url, "replace": self._properties(story, photo)}
        answer = self._send(endpoint, message, passes=ABSENT)
        if answer.status in ABSENT:
            found = self.find(story)
            if found is None or found.url == known.url:
                return self._anew(story, key)
            if receipt.memory.get("moved"):
                raise Transient("The outlet lists the post and does not know it. We try again by ourselves.")
            return self.update(story, replace(receipt, url=found.url, memory={**receipt.memory, "moved": True}), key)
        url = self._location(endpoint, answer) or known.url
        return Receipt(url, url, {"photo": dict(photo)}, (*told, *self._owed()))

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Delete the entry."""
        known = receipt if receipt.url else self.find(story)
        if known is None:
            if receipt.memory.get("asynchronous"):
                raise Transient(
                    "The outlet has not put up the post yet, so there is nothing to take down. We try again by ourselves."
                )
            return receipt
        self._send(self._endpoint(), {"action": "delete", "url": known.url}, passes=ABSENT)
        return Receipt(known.id, known.url, {**known.memory, "withdrawn": True})

    def find(self, story: Story) -> Receipt | None:
        """The post that names our address. Raises Permanent where the server lists no posts: then a person must look."""
        endpoint, seen = self._endpoint(), set[str]()
        for page in range(PAGES):
            items = self._posts(endpoint, page * PAGE)
            fresh = [item for item in items if _url(item) and _url(item) not in seen]
            for item in fresh:
                if _is_ours(item, story):
                    return Receipt(_url(item), _url(item))
            if not fresh:
                return None
            seen |= {_url(item) for item in fresh}
        return None

    def greet(self) -> Iterator[Step]:
        """Find the Micropub address and ask for its configuration with our token and without."""
        try:
            endpoint = self._endpoint()
        except DeliveryError as error:
            yield Step(AUTHENTICATION, FAILED, error.sentence.partition(" We try again")[0])
            return
        failed, answer = rest.attempt(AUTHENTICATION, lambda: self._query(endpoint, {"q": "config"}), self.access.secret)
        if answer is None:
            yield failed
            return
        if answer.status in UNKNOWN:
            sentence = f"The outlet tells no configuration ({answer.status}). Whether it knows our token shows at the first push."
            yield Step(AUTHENTICATION, WARNING, sentence)
        elif self._open(endpoint):
            sentence = "The outlet answers without a token as well, so whether it knows ours shows at the first push."
            yield Step(AUTHENTICATION, WARNING, sentence)
        else:
            yield Step(AUTHENTICATION, OK, "The outlet knows our token.")
        yield self._may_publish(answer)
        yield Step(CANONICAL, NOT_APPLICABLE, "Micropub has no place for a canonical link. The text leads readers home.")

    # --- what is said -----------------------------------------------------------------------------------------------------------

    def _properties(self, story: Story, photo: Mapping[str, str]) -> dict[str, list[Any]]:
        """The entry's properties, each a list; what is empty is not sent, for some servers choke on it."""
        names = [*([story.section.name] if story.section else []), *(topic.name for topic in story.topics)]
        value = photo.get("url")
        picture = [{"value": value, "alt": story.lead_image.alt}] if value and story.lead_image else []
        html = copy.html(story, self.access.contract, home=True, credit=bool(picture))
        told: dict[str, list[Any]] = {
            "name": [story.headline],
            "content": [{"html": copy.directed(story, html)}],
            "summary": [summary] if (summary := story.standfirst or story.description) else [],
            "category": names,
            "syndication": [story.canonical.url],
            "photo": picture,
        }
        return {name: values for name, values in told.items() if values}

    def _owed(self) -> list[str]:
        """What the contract asks for and Micropub cannot say."""
        contract = self.access.contract
        told = [warnings.canonical_unset("Micropub")] if contract.canonical else []
        return told + ([warnings.noindex_unset("Micropub")] if contract.noindex else [])

    def _photo(self, endpoint: str, story: Story, memory: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
        """The picture, uploaded once to the media endpoint, else at our address; a warning where it cannot be had."""
        picture = story.lead_image
        if picture is None:
            return {}, []
        known = rest.field_of(memory, "photo", dict)
        if known.get("from") == picture.url:
            return known, []
        config = self._query(endpoint, {"q": "config"}).data
        media = rest.field_of(config, "media-endpoint")
        if not media:
            return {"from": picture.url, "url": picture.url}, []
        try:
            file = pictures.read(picture)
            body, content_type = http.multipart({"file": (file.name, file.content, file.mime)})
            place = _joined(endpoint, media)
            if urlsplit(endpoint).scheme == "https" and urlsplit(place).scheme != "https":
                raise Permanent("The outlet names an address for pictures without https, so our token does not go there.")
            answer = http.post(place, body, {"content-type": content_type, **self._authorization()}, deadline=30)
            raise_for_status(answer.status, answer.headers, answer.text[:2000])
            url = rest.public(_joined(place, answer.headers["location"])) if answer.headers.get("location") else ""
        except pictures.NoPicture as problem:
            return {}, [str(problem)]
        except DeliveryError as error:
            if isinstance(error, Refused | OutletGone) or error.retry_after:
                raise
            return {}, [warnings.without_picture(error.sentence)]
        if not url:
            return {}, [warnings.without_picture("The outlet took it and did not say where it stands.")]
        return {"from": picture.url, "url": url}, []

    # --- the conversation -------------------------------------------------------------------------------------------------------

    def _authorization(self) -> dict[str, str]:
        return {"authorization": f"Bearer {str(self.access.secret()).strip()}"}

    def _endpoint(self) -> str:
        """The address that the front page names. Raises Permanent where it names none."""
        page = http.fetch(self.access.endpoint, {"accept": "text/html, */*;q=0.5"})
        raise_for_status(page.status, page.headers, page.text[:500])
        found = endpoint_of(page, RELATION)
        if not found:
            raise Permanent(
                "This page names no Micropub address. Enter the front page of the site, or ask its owner to switch Micropub on."
            )
        if urlsplit(self.access.endpoint).scheme == "https" and urlsplit(found).scheme != "https":
            raise Permanent(
                "The site names a Micropub address without https, where anybody on the way could read our token. "
                "Ask its owner to mend it."
            )
        return found

    def _send(self, endpoint: str, message: Any, passes: frozenset[int] = frozenset()) -> rest.Answer:
        """Post one message. Servers answer with a header, and with whatever body they like."""
        told = {"accept": "application/json", "content-type": "application/json", **self._authorization()}
        return rest.ask("POST", endpoint, message, told, passes=passes, plain=True)

    def _query(self, endpoint: str, query: Mapping[str, Any]) -> rest.Answer:
        joint = "&" if urlsplit(endpoint).query else "?"
        return rest.ask("GET", f"{endpoint}{joint}{urlencode(query)}", headers=self._authorization(), passes=UNKNOWN)

    def _posts(self, endpoint: str, offset: int) -> list[Any]:
        answer = self._query(endpoint, {"q": "source", "limit": PAGE, "offset": offset})
        items = answer.data.get("items") if isinstance(answer.data, dict) else None
        if answer.status in UNKNOWN or not isinstance(items, list):
            raise Permanent(
                "We cannot know whether the outlet has the piece, for it lists no posts. Look there: if it is up, mark it as "
                "delivered with its address; if not, put it up by hand and do the same.",
                status=answer.status,
            )
        return [item for item in items if isinstance(item, dict)]

    def _location(self, endpoint: str, answer: rest.Answer) -> str:
        location = answer.headers.get("location", "")
        return rest.public(_joined(endpoint, location)) if location else ""

    def _undelete(self, endpoint: str, url: str) -> bool:
        """Whether the server took its own deletion back."""
        return self._send(endpoint, {"action": "undelete", "url": url}, passes=UNKNOWN).status not in UNKNOWN

    def _anew(self, story: Story, key: UUID) -> Receipt:
        made = self.publish(story, key)
        return replace(made, warnings=(*made.warnings, warnings.made_anew()))

    def _open(self, endpoint: str) -> bool:
        """Whether the configuration is told to strangers, too."""
        try:
            joint = "&" if urlsplit(endpoint).query else "?"
            return rest.ask("GET", f"{endpoint}{joint}q=config").status == 200
        except DeliveryError:
            return False

    def _may_publish(self, answer: rest.Answer) -> Step:
        if rest.field_of(answer.data, "media-endpoint"):
            return Step(
                PUBLISHING, OK, "The outlet names a place for pictures; what else our token may do shows at the first push."
            )
        return Step(PUBLISHING, NOT_APPLICABLE, "The outlet does not say what our token may do. It shows at the first push.")


def _properties_of(item: Mapping[str, Any]) -> dict[str, Any]:
    properties = item.get("properties")
    return properties if isinstance(properties, dict) else {}


def _values(item: Mapping[str, Any], name: str) -> list[Any]:
    """The values of a property, which some servers give bare."""
    values = _properties_of(item).get(name)
    return values if isinstance(values, list) else [values] if values else []


def _url(item: Mapping[str, Any]) -> str:
    """The address of a listed post."""
    urls = _values(item, "url")
    return rest.public(urls[0]) if urls and isinstance(urls[0], str) else ""


def _is_ours(item: Mapping[str, Any], story: Story) -> bool:
    """Whether a post stands at an address made as we asked, or names ours as another place of it."""
    named = urlsplit(_url(item)).path.rstrip("/").rpartition("/")[2]
    return _mark(story) in named or story.canonical.url in _values(item, "syndication")


def _mark(story: Story) -> str:
    """The beginning of the piece's own number: no other piece has it."""
    return story.uid.hex[:8]


def _slug(story: Story) -> str:
    """A slug that no other piece has, so that the post is found by it."""
    own = urlsplit(story.url).path.rstrip("/").rpartition("/")[2][:80]
    return f"{own}-{_mark(story)}".lstrip("-")


def _joined(base: str, reference: str) -> str:
    """The absolute address; empty where the outlet's part of it is none."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""
