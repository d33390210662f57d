"""A WordPress site as its REST API shows it: where the API is, our way in, and what its refusals mean to an editor."""

import base64
import html
import json
import re
import time
from collections.abc import Collection, Mapping
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils.html import strip_tags
from selectolax.lexbor import LexborHTMLParser

from syndication import http
from syndication.canonical import absolute, header_links
from syndication.connectors import rest
from syndication.connectors.base import Access
from syndication.errors import Permanent, Refused, Transient, raise_for_status

RELATION = "https://api.w.org/"
# Where the API is if a site hides that from its front page; the second is that of sites without pretty addresses.
USUAL = ("/wp-json/", "/?rest_route=/")
FRONT_PAGE_BYTES = 4_000_000
# Answers in which WordPress explains itself; what they mean is decided by its own code for them.
EXPLAINED = frozenset({400, 401, 403, 404, 409, 410, 422, 501})
# One conversation is many requests: all of them end well before its lease does.
REQUESTS_WORTH = 3

_PASSWORD = "Make a new application password for our user there, and enter it on the outlet's form."
_ROLE = "Ask its desk to give our user the role Editor, or Author at least."
REFUSALS = {
    "incorrect_password": f"WordPress does not know our application password (401). {_PASSWORD}",
    "invalid_username": "WordPress does not know our user (401). Check the user name on the outlet's form.",
    "invalid_email": "WordPress does not know our user (401). Check the user name on the outlet's form.",
    "application_passwords_disabled": (
        "Application passwords are switched off at this site (401), often by a security plugin or for want of https. "
        "Ask its administrator to allow them."
    ),
    "application_passwords_disabled_for_user": (
        "Application passwords are switched off for our user there (401). Ask the site's administrator to allow them."
    ),
}
# What concerns one copy only: no reason to hold the whole outlet.
OF_ONE_COPY = frozenset({"rest_cannot_edit", "rest_cannot_delete", "rest_user_cannot_delete_post", "rest_cannot_edit_others"})


class Site:
    """The API of one WordPress for one conversation. `root` is where it is; `known` is where it was last time."""

    def __init__(self, access: Access, known: str = ""):
        self.access = access
        self.ends = time.monotonic() + REQUESTS_WORTH * settings.SYNDICATION_DEADLINE_SECONDS
        self.root = trusted(known, access.endpoint) or self._discovered()

    @property
    def left(self) -> float:
        """Seconds for the next request."""
        return min(settings.SYNDICATION_DEADLINE_SECONDS, max(self.ends - time.monotonic(), 0))

    def ask(
        self,
        method: str,
        route: str,
        told: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        passes: Collection[str] = (),
    ) -> rest.Answer:
        """One request below wp/v2, or below the namespace that `route` begins with after a slash.

        Raises what the refusal means, unless WordPress' code for it is in `passes`; see `code_of`.
        """
        sent = {"authorization": self._authorization(), **(headers or {})}
        url = self._url(route, query or {})
        answer = rest.ask(method, url, told, sent, body=body, passes=EXPLAINED, deadline=self.left)
        if answer.status >= 400 and (answer.status == 401 or code_of(answer) not in passes):
            self._refuse(answer)
        return answer

    def namespaces(self) -> set[str]:
        """What the site's API offers: the traces of the plugins it has."""
        answer = self.ask("GET", "/", query={"_fields": "namespaces"})
        return {name for name in rest.field_of(answer.data, "namespaces", list) if isinstance(name, str)}

    def _url(self, route: str, query: Mapping[str, Any]) -> str:
        path = route.lstrip("/") if route.startswith("/") else f"wp/v2/{route}"
        mark = "&" if "?" in self.root else "?"
        return f"{self.root}{path}{mark}{urlencode(query, doseq=True)}" if query else f"{self.root}{path}"

    def _authorization(self) -> str:
        # WordPress shows the password in groups of four; it takes it with and without the spaces.
        password = "".join(str(self.access.secret()).split())
        return f"Basic {base64.b64encode(f'{self.access.account.strip()}:{password}'.encode()).decode()}"

    def _discovered(self) -> str:
        """The root that the front page names, else one at a usual place."""
        endpoint = self.access.endpoint
        page = http.fetch(
            endpoint, {"accept": "text/html"}, deadline=self.left, max_bytes=FRONT_PAGE_BYTES, max_decoded=2 * FRONT_PAGE_BYTES
        )
        named = _named(page)
        for url in named:
            if root := trusted(url, endpoint):
                return root
        if named:
            host = urlsplit(named[0]).hostname or "another site"
            raise Permanent(
                f"The address leads to a WordPress at {host}, another host than its own. If you trust it, enter that address "
                "on the outlet's form."
            )
        raise_for_status(page.status if page.status != 404 else 200, page.headers, page.text[: rest.EXCERPT])
        return self._guessed(endpoint.rstrip("/"))

    def _guessed(self, site: str) -> str:
        strange = 0
        for place in USUAL:
            answer = http.send("GET", f"{site}{place}", headers={"accept": "application/json"}, deadline=self.left)
            try:
                told = answer.json()
            except ValueError:
                told = None
            if answer.status == 200 and "wp/v2" in rest.field_of(told, "namespaces", list):
                return f"{site}{place}"
            if answer.status not in (200, 404):
                raise_for_status(answer.status, answer.headers, answer.text[: rest.EXCERPT])
            strange = strange or (answer.status if answer.status == 200 else 0)
        sentence = (
            "No WordPress that we can speak with is at this address. Check it; if it is right, a plugin there may have switched "
            "off the REST API, which its administrator can allow again."
        )
        raise Transient(sentence) if strange else Permanent(sentence, status=404)

    def _refuse(self, answer: rest.Answer) -> NoReturn:
        code, status = code_of(answer), answer.status
        excerpt = json.dumps(answer.data, ensure_ascii=False)[: rest.EXCERPT] if answer.data is not None else ""
        detail = http.redacted(f"HTTP {status}\n{excerpt}".strip(), self._secrets())
        if code in REFUSALS:
            raise Refused(REFUSALS[code], detail=detail, status=status)
        if (code and status == 401) or _hidden_from_us(answer):
            raise Refused(
                f"WordPress does not take our user name and application password ({status}). Enter a new application password on "
                "the outlet's form. If that does not help, something there drops it on the way: ask the site's administrator to "
                "let the Authorization header pass.",
                detail=detail,
                status=401,
            )
        if status == 403 and code in OF_ONE_COPY:
            raise Permanent(
                "Our user may not change this copy (403), perhaps because the desk made somebody else its author. "
                "Ask the desk to give our user the role Editor.",
                detail=detail,
                status=status,
            )
        if status == 403 and code.startswith("rest_"):
            raise Refused(f"Our user at the outlet may not do this (403). {_ROLE}", detail=detail, status=status)
        if code == "rest_no_route":
            raise Permanent(
                "A part of WordPress' REST API is switched off at this site (404), often by a security plugin. "
                "Ask its administrator to allow it.",
                detail=detail,
                status=status,
            )
        if code and status in (400, 422, 501):
            raise Permanent(
                f"WordPress will not take this piece as it is ({status}). It says: “{self._said(answer)}”. "
                "Mend it and push again.",
                detail=detail,
                status=status,
            )
        raise_for_status(status, dict(answer.headers), detail.partition("\n")[2])
        raise AssertionError("a refusal has a status of 400 or more")

    def _said(self, answer: rest.Answer) -> str:
        """WordPress' own words, fit for a sentence."""
        words = re.sub(r"[<>{}]", "", strip_tags(html.unescape(rest.field_of(answer.data, "message"))))
        return http.redacted(" ".join(words.split())[:200], self._secrets()).rstrip(".")

    def _secrets(self) -> list[str]:
        known = self.access.secret().all
        return [*known, *("".join(secret.split()) for secret in known), self._authorization()]


def code_of(answer: rest.Answer) -> str:
    """WordPress' own name of a refusal; empty for an answer that is none of WordPress'."""
    return rest.field_of(answer.data, "code") if answer.status >= 400 else ""


def _hidden_from_us(answer: rest.Answer) -> bool:
    """Whether WordPress will not list drafts for us, which it says in these words to strangers, wrong passwords and readers."""
    params = rest.field_of(rest.field_of(answer.data, "data", dict), "params", dict)
    return code_of(answer) == "rest_invalid_param" and "status" in params


def trusted(url: str, endpoint: str) -> str:
    """The address of an API, if it is at the site of `endpoint`, so that the password goes nowhere else; never less secure."""
    if not url:
        return ""
    ours, theirs = urlsplit(endpoint), urlsplit(url)
    if _host(ours.hostname) != _host(theirs.hostname):
        return ""
    if ours.scheme == "https" and theirs.scheme == "http":
        # Behind a proxy that speaks https for them, many sites believe that they are on http.
        theirs = theirs._replace(scheme="https", netloc=ours.netloc)
    elif ours.scheme == theirs.scheme and ours.port != theirs.port:
        return ""
    root = theirs.geturl()
    return root if root.endswith("/") else f"{root}/"


def _host(name: str | None) -> str:
    return (name or "").lower().removeprefix("www.")


def _named(page: http.Response) -> list[str]:
    """The roots that a page names: in its Link header, as WordPress does, and in its head, should something drop the header."""
    targets = [link.target for link in header_links(page.headers.get("link", "")) if RELATION in link.relations]
    if not targets and "html" in page.headers.get("content-type", ""):
        links = LexborHTMLParser(page.body).css(f'head link[rel="{RELATION}"]')
        targets = [link.attributes.get("href") or "" for link in links]
    return [url for target in targets if (url := absolute(target, page.url))]
