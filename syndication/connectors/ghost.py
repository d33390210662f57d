"""Ghost: posts through the Admin API (https://ghost.org/docs/admin-api/), signed anew for each request.

A post is found again by an internal tag that names our piece, which readers never see. To withdraw is to make it a draft: it is
gone for readers at once, keeps its address for the day it comes back, and the desk can see what happened to it.
"""

import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit
from uuid import UUID

import jwt
from django.utils.html import format_html, strip_tags

from syndication import http
from syndication.connectors import pictures, rest, warnings
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import YES, Features
from syndication.errors import DeliveryError, OutletGone, Permanent, Refused, Transient
from syndication.http.probe import AUTHENTICATION, CANONICAL, OK, PUBLISHING, Step
from syndication.renderers import copy
from syndication.story import Story

TOKEN_SECONDS = 240
VERSION = "v5.0"
OURS = "#homeward"
NOINDEX = '<meta name="robots" content="noindex, follow">'
# What Ghost's editor keeps as it is; text with anything else goes as one card of HTML, which it does not touch.
PLAIN = frozenset("p h2 h3 h4 ul ol li blockquote em i strong b a br hr figure img figcaption code pre".split())
_TAG = re.compile(r"<([a-z][a-z0-9]*)")
_KEY = re.compile(r"[0-9a-f]{24}:(?:[0-9a-f]{2}){16,}", re.I)


class Ghost(Connector):
    """Creates, updates and un-publishes posts, with every field for search engines and cards that Ghost has."""

    kind = "ghost"
    label = "Ghost"
    reveals_secret = False
    features = Features(canonical=YES, noindex=YES, image=YES, find=YES, edits=YES)
    endpoint_help = "The address of the Ghost site, such as https://lantern.example/."
    secret_label = "Admin API key"
    secret_help = "In Ghost: Settings, Integrations, Add custom integration. Copy its Admin API key, with the colon inside."
    limits: ClassVar[Mapping[str, int]] = {"title": 255, "custom_excerpt": 300, "alt": 190, "meta": 300, "description": 500}

    @classmethod
    def check_secret(cls, secret: str) -> None:
        """Refuse what is no Admin API key."""
        if not _KEY.fullmatch(secret.strip()):
            raise ValueError("An Admin API key of Ghost is 24 signs, a colon and 64 more, all of them 0 to 9 or a to f.")

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Create the post, published at once."""
        picture, told = self._picture(story, {})
        post = {**self._fields(story, picture), "slug": _slug(story), "tags": self._tags(story, [])}
        return self._receipt(self._ask("POST", "posts/?source=html&formats=html", {"posts": [post]}), story, picture, told)

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Replace the post; what the desk filed it under stays."""
        post = self._read(receipt)
        if post is None:
            found = self.find(story)
            if found is None:
                made = self.publish(story, key)
                return replace(made, warnings=(*made.warnings, warnings.made_anew()))
            post, receipt = self._read(found), replace(found, memory=receipt.memory)
            if post is None:
                raise Transient("The outlet lists the post and does not know it. We try again by ourselves.")
        picture, told = self._picture(story, receipt.memory)
        fields = self._revised(story, picture, post, receipt.memory)
        # The words there may also be these very ones: of an update of ours whose answer was lost.
        if _words(post) not in (receipt.memory.get("words", _words(post)), _words(fields)):
            told.append(warnings.changed_there(_moment(post)))
        return self._receipt(self._put(post, fields), story, picture, told)

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Make the post a draft."""
        known = receipt if receipt.id or receipt.url else self.find(story)
        post = self._read(known) if known else None
        if known is None or post is None:
            return receipt
        if rest.field_of(post, "status") != "draft":
            self._put(post, {"status": "draft"})
        return replace(known, id=rest.field_of(post, "id"))

    def find(self, story: Story) -> Receipt | None:
        """The post that carries the tag of our piece, published or not."""
        answer = self._ask("GET", f"posts/?filter=tag:{_slug_of_tag(story)}&limit=1&fields=id,url,updated_at")
        post = _listed(answer)
        return Receipt(rest.field_of(post, "id"), rest.public(rest.field_of(post, "url"))) if post else None

    def greet(self) -> Iterator[Step]:
        """Ask who the site is, whether it knows our key, and trust Ghost with the rest: such a key may publish."""
        step, answer = rest.attempt(AUTHENTICATION, lambda: self._ask("GET", "posts/?limit=1&fields=id"), self.access.secret)
        if answer is not None:
            step, answer = rest.attempt(AUTHENTICATION, lambda: self._ask("GET", "site/"), self.access.secret)
        if answer is None:
            yield step
            return
        title = rest.field_of(rest.field_of(answer.data, "site", dict), "title")
        version = rest.field_of(rest.field_of(answer.data, "site", dict), "version")
        yield Step(AUTHENTICATION, OK, f"Ghost {version} of “{title}” knows our key.".replace("  ", " "))
        yield Step(PUBLISHING, OK, "The key of a custom integration may publish posts.")
        yield Step(CANONICAL, OK, "Ghost has a field for the canonical link, and one for noindex.")

    # --- the post -------------------------------------------------------------------------------------------------------------

    def _fields(self, story: Story, picture: Mapping[str, str]) -> dict[str, Any]:
        """All that we say of a piece, whether it is new there or not."""
        contract, limits = self.access.contract, self.limits
        share = story.share_image.url if story.share_image else picture.get("url")
        lead = story.lead_image
        title, description = _cut(story.social_title, limits["meta"]), _cut(story.description, limits["description"])
        return {
            "title": _cut(story.headline, limits["title"]),
            "html": self._body(story),
            "status": "published",
            "published_at": _stamp(min(story.first_published, datetime.now(UTC))),
            "custom_excerpt": _cut(story.standfirst or story.description, limits["custom_excerpt"]) or None,
            "canonical_url": story.canonical.url if contract.canonical else None,
            "feature_image": picture.get("url"),
            "feature_image_alt": _cut(lead.alt, limits["alt"]) if lead and picture else None,
            "feature_image_caption": _caption(story) if picture else None,
            "meta_title": title,
            "meta_description": description,
            "og_title": title,
            "og_description": description,
            "og_image": share,
            "twitter_title": title,
            "twitter_description": description,
            "twitter_image": share,
        } | ({"codeinjection_head": NOINDEX} if contract.noindex else {})

    def _body(self, story: Story) -> str:
        """The text as Ghost's editor takes it, or as a card of HTML where that loses something: a table, a note, a direction."""
        html = copy.html(story, self.access.contract)
        if story.direction == "rtl" and self._locale() != _language(story.language):
            html = copy.directed(story, html)
        if set(_TAG.findall(html)) <= PLAIN:
            return html
        return f"<!--kg-card-begin: html-->\n{html}\n<!--kg-card-end: html-->"

    def _locale(self) -> str:
        """The language of the site: a site in the language of the story has its direction, too."""
        site = rest.field_of(self._ask("GET", "site/").data, "site", dict)
        return _language(rest.field_of(site, "locale"))

    def _revised(
        self, story: Story, picture: Mapping[str, str], post: Mapping[str, Any], memory: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The fields for a post that is there: its address stays, and so do the tags that the desk gave it."""
        named = [rest.field_of(tag, "name") for tag in rest.field_of(post, "tags", list)]
        ours = set(rest.field_of(memory, "tags", list))
        fields = {**self._fields(story, picture), "tags": self._tags(story, [name for name in named if name not in ours])}
        return fields | self._injected(rest.field_of(post, "codeinjection_head"))

    def _injected(self, theirs: str) -> dict[str, str | None]:
        """The code in the head of the post: what the desk wrote there stays, and our noindex is added or taken out."""
        if self.access.contract.noindex == (NOINDEX in theirs):
            return {"codeinjection_head": theirs or None}
        if self.access.contract.noindex:
            return {"codeinjection_head": f"{theirs}\n{NOINDEX}".strip()}
        return {"codeinjection_head": theirs.replace(NOINDEX, "").strip() or None}

    def _tags(self, story: Story, theirs: list[str]) -> list[dict[str, str]]:
        names = dict.fromkeys([*_labels(story), *theirs, OURS, _tag(story)])
        return [{"name": name} for name in names if name]

    def _picture(self, story: Story, memory: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
        """Where the picture stands there, uploaded once, and what an editor should know of it."""
        if story.lead_image is None:
            return {}, []
        known = rest.field_of(memory, "picture", dict)
        if known.get("from") == story.lead_image.url:
            return known, []
        try:
            file = pictures.read(story.lead_image)
            sent = (file.name, file.content, file.mime)
            body, content_type = http.multipart({"file": sent, "purpose": "image", "ref": story.uid.hex})
            answer = self._ask("POST", "images/upload/", body=body, headers={"content-type": content_type})
        except pictures.NoPicture as problem:
            return {}, [str(problem)]
        except DeliveryError as error:
            if isinstance(error, Refused | OutletGone) or error.retry_after:
                raise
            return {}, [warnings.without_picture(error.sentence)]
        images = rest.field_of(answer.data, "images", list)
        url = rest.public(rest.field_of(images[0], "url")) if images else ""
        if not url:
            return {}, [warnings.without_picture("Ghost took it and did not say where it stands.")]
        return {"from": story.lead_image.url, "url": url}, []

    # --- the conversation -----------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, told: Any = None, **options: Any) -> rest.Answer:
        headers = {"authorization": f"Ghost {self._token()}", "accept-version": VERSION, **options.pop("headers", {})}
        passes = options.pop("passes", ())
        answer = rest.ask(method, f"{self._root}{path}", told, headers, passes={*passes, 404}, **options)
        # Ghost says in JSON that it has no such post; whatever else says so is no Ghost.
        if answer.status == 404 and (404 not in passes or not rest.field_of(answer.data, "errors", list)):
            raise Permanent("There is no Ghost at this address (404). Enter that of the site on the outlet's form.", status=404)
        return answer

    @property
    def _root(self) -> str:
        """The address of the API: some enter that of Ghost's admin, which begins with the same path."""
        base = re.sub(r"/ghost(/.*)?$", "", self.access.endpoint.rstrip("/"))
        return f"{base}/ghost/api/admin/"

    def _token(self) -> str:
        """A token for one request: Ghost takes none that is older than five minutes."""
        try:
            name, _, secret = str(self.access.secret()).strip().partition(":")
            signed = bytes.fromhex(secret)
        except ValueError:
            signed = b""
        if not signed:
            raise Refused("The secret is no Admin API key of Ghost. Copy the key anew from the integration in Ghost.")
        now = int(time.time())
        claims = {"iat": now, "exp": now + TOKEN_SECONDS, "aud": "/admin/"}
        return jwt.encode(claims, signed, algorithm="HS256", headers={"kid": name})

    def _read(self, known: Receipt) -> dict[str, Any] | None:
        """The post as it stands there, by its id, or by its address where an editor gave us that; None if there is none."""
        slug = urlsplit(known.url).path.rstrip("/").rpartition("/")[2]
        name = known.id or (f"slug/{quote(slug)}" if slug else "")
        if not name:
            return None
        answer = self._ask("GET", f"posts/{name}/?include=tags&formats=html", passes={404})
        return _listed(answer) if answer.status != 404 else None

    def _put(self, post: Mapping[str, Any], fields: Mapping[str, Any]) -> rest.Answer:
        """Change a post. Ghost asks for the revision it is based on; after a collision it is read again, once."""
        path = f"posts/{rest.field_of(post, 'id')}/?source=html&formats=html"
        for based_on in (post, None):
            based_on = based_on or self._read(Receipt(rest.field_of(post, "id"))) or {}
            told = {"posts": [{**fields, "updated_at": rest.field_of(based_on, "updated_at")}]}
            answer = self._ask("PUT", path, told, passes={409})
            if answer.status != 409:
                return answer
        raise Transient("Somebody at the outlet is editing the copy at this moment (409). We try again by ourselves.", status=409)

    def _receipt(self, answer: rest.Answer, story: Story, picture: Mapping[str, str], told: list[str]) -> Receipt:
        post = _first(answer)
        memory = {
            "words": _words(post),
            "tags": [tag["name"] for tag in self._tags(story, [])],
            "picture": dict(picture),
        }
        post_id = rest.must_have(rest.field_of(post, "id"), "the id of the post")
        return Receipt(post_id, rest.public(rest.field_of(post, "url")), memory, tuple(told))


def _first(answer: rest.Answer) -> dict[str, Any]:
    """The first post of an answer, or nothing."""
    posts = rest.field_of(answer.data, "posts", list)
    return posts[0] if posts and isinstance(posts[0], dict) else {}


def _listed(answer: rest.Answer) -> dict[str, Any] | None:
    """The first post of a list, None if it is empty. Raises Transient where there is no list: that was not Ghost."""
    posts = answer.data.get("posts") if isinstance(answer.data, dict) else None
    if not isinstance(posts, list) or not all(isinstance(post, dict) and post.get("id") for post in posts):
        raise Transient("The outlet answered without a list of posts. Check the endpoint.", status=answer.status)
    return posts[0] if posts else None


def _tag(story: Story) -> str:
    """The internal tag of one piece."""
    return f"#hw-{story.uid.hex}"


def _slug_of_tag(story: Story) -> str:
    """What Ghost makes of that tag's name."""
    return f"hash-hw-{story.uid.hex}"


def _labels(story: Story) -> list[str]:
    """Section and topics. A comma would be two tags, and a leading # an internal one."""
    names = [*([story.section.name] if story.section else []), *(topic.name for topic in story.topics)]
    return [_cut(name.replace(",", " ").lstrip("#").strip(), 190) for name in names]


def _slug(story: Story) -> str:
    return urlsplit(story.url).path.rstrip("/").rpartition("/")[2][:180]


def _language(code: str) -> str:
    return code.replace("_", "-").partition("-")[0].lower()


def _caption(story: Story) -> str:
    picture = story.lead_image
    words = [word for word in (picture.caption, picture.credit) if word] if picture else []
    return " ".join(format_html("{}", word) for word in words)


def _cut(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis, in at most so many signs as JavaScript counts them."""
    signs = text.encode("utf-16-le")
    if len(signs) <= 2 * most:
        return text
    return signs[: 2 * (most - 1)].decode("utf-16-le", "ignore").rstrip() + "…"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _words(post: Mapping[str, Any]) -> str:
    """What tells one text from another, whatever Ghost's editor makes of its markup."""
    text = f"{rest.field_of(post, 'title')} {rest.field_of(post, 'custom_excerpt')} {strip_tags(rest.field_of(post, 'html'))}"
    return hashlib.sha256("".join(unescape(text).split()).encode()).hexdigest()[:32]


def _moment(post: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(rest.field_of(post, "updated_at"))
    except ValueError:
        return None
