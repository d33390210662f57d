"""The letter to a desk whose copy does not keep the contract: what is wrong, what was seen, and the very lines to change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _

from syndication.contract import Contract
from syndication.renderers.terms import NOINDEX_TAG, attribution, canonical_tag, extent_in_words, terms
from syndication.story import Story

# Mail programs cut an address that is longer.
_LONGEST = 6_000


@dataclass(frozen=True)
class Letter:
    """Plain text, ready to be sent by a person; `to` is the desk's address, or several with commas, where we know it."""

    to: str
    subject: str
    body: str

    @property
    def mailto(self) -> str:
        """The letter as an address that opens a mail program (RFC 6068), its end left out where programs would cut it."""
        body = self.body.replace("\n", "\r\n")
        while True:
            told = urlencode({"subject": self.subject, "body": body}, quote_via=quote)
            address = f"mailto:{quote(self.to, safe='@,')}?{told}"
            if len(address) <= _LONGEST:
                return address
            body = body[: len(body) * 9 // 10]


def letter(
    story: Story,
    contract: Contract,
    *,
    url: str,
    finding: str,
    verdict: str = "wrong",
    broken: Mapping[str, str] | None = None,
    evidence: Iterable[Mapping[str, str]],
    looked_at: datetime | None,
    withdrawn: bool = False,
    to: str = "",
) -> Letter:
    """The letter about the copy at `url`, of which we found `finding`. `evidence` as a verification keeps it; times as told.

    `broken` are the terms that are not kept, each with its verdict: of each one paragraph, with the line that mends it. Where
    it is not known which they are, all that can be pasted is listed. Of a piece that is withdrawn the letter asks only to take
    it down; of a page that nobody can see, only to let us see it.
    """
    names = {"headline": story.headline, "publication": story.publisher.name}
    when = date_format(looked_at, "j F Y, H:i e") if looked_at else ""
    seen = [f"- {one['what']}: {one['excerpt']}" if one["excerpt"] else f"- {one['what']}" for one in evidence]
    parts = [
        _("Dear colleagues,"),
        _("you carry our piece “%(headline)s” at") % names + f"\n{url}",
        _("Our check found:") + f"\n{finding}",
    ]
    if seen:
        parts.append((_("What we saw on %(when)s:") % {"when": when} if when else _("What we saw:")) + "\n" + "\n".join(seen))
    parts += _asked(story, contract, verdict, broken or {}, withdrawn=withdrawn)
    if not withdrawn:
        parts.append(_("Our page, to which the copy should lead:") + f"\n{story.canonical.url}")
    parts.append(_("We look again by ourselves; you need not write when it is mended. Thank you!"))
    parts.append(story.publisher.name)
    return Letter(to, _("“%(headline)s” at your site") % names, "\n\n".join(parts) + "\n")


def _asked(story: Story, contract: Contract, verdict: str, broken: Mapping[str, str], *, withdrawn: bool) -> list[str]:
    """What we ask for, a paragraph a term."""
    if withdrawn:
        return [_take_down()]
    if verdict in ("gone", "unreachable"):
        return [_absent() if verdict == "gone" else _closed()]
    told = [paragraph for term, found in broken.items() if (paragraph := _paragraph(term, found, story, contract))]
    return told or [_everything(story, contract)]


def _everything(story: Story, contract: Contract) -> str:
    owed = [f"- {term.sentence}\n  {term.line}" for term in terms(story, contract) if term.line]
    return _("What we agreed on, with the lines to paste:") + "\n" + "\n".join(owed)


def _paragraph(term: str, found: str, story: Story, contract: Contract) -> str:
    """One broken term: what we ask for, then the very line. Empty for a term that we have no words for."""
    if term == "canonical":
        return _pasted(_CANONICAL[found if found in _CANONICAL else "missing"](), canonical_tag(story.canonical.url))
    if term == "noindex":
        told = _("Please keep your page out of search engines: put this line into its head, between <head> and </head>.")
        return _pasted(told, NOINDEX_TAG)
    if term == "link":
        told = _("Please link to our page, so that your readers can find it: paste this line at the end of the text.")
        return _pasted(told, attribution(story, contract.model_copy(update={"link": True})))
    if term == "licence":
        return _licence(story)
    if term == "correction":
        return _correction(story)
    plain = {"extent": _too_much, "text": _other_text, "withdrawal": _take_down}
    told_of = plain.get(term)
    if told_of is None:
        return ""
    return f"{told_of()} {extent_in_words(contract)}" if term == "extent" else told_of()


_CANONICAL = {
    "missing": lambda: _(
        "Please name our page as the canonical one: put this line into the head of your page, between <head> and </head>. "
        "In many systems it is a field “canonical URL”."
    ),
    "wrong": lambda: _(
        "Please change the canonical link in the head of your page to exactly this one. "
        "In many systems it is a field “canonical URL”."
    ),
    "duplicated": lambda: _(
        "Please keep exactly this one canonical link in the head of your page and take the others away. "
        "Often a theme and a plugin each add one."
    ),
}


def _pasted(asked: str, line: str) -> str:
    return f"{asked}\n\n    {line}"


def _licence(story: Story) -> str:
    if story.licence is None:
        return ""
    told = _("Please name the licence of the text beside it: paste this line at its end.")
    name, url = escape(story.licence.name), escape(story.licence.url)
    return _pasted(told, f'<p><a rel="license" href="{url}">{name}</a></p>' if url else f"<p>{name}</p>")


def _correction(story: Story) -> str:
    if not story.corrections:
        return _("Please bring your copy up to date: we corrected the piece.")
    last = max(story.corrections, key=lambda one: one.at)
    when = date_format(last.at, "j F Y")
    asked = _("We corrected the piece on %(when)s. Please bring the text up to date, and tell your readers so with this line:")
    told = _("Correction, %(when)s: %(text)s") % {"when": when, "text": last.text}
    return _pasted(asked % {"when": when}, f"<p><em>{escape(told)}</em></p>")


def _take_down() -> str:
    return _(
        "The piece is withdrawn. Please take your copy down, or answer 410 at its address. "
        "If the page has to stay, please take the text away and put this line into its head:"
    ) + (f"\n\n    {NOINDEX_TAG}")


def _too_much() -> str:
    return _("Your page carries more of the text than we agreed on. Please shorten it.")


def _other_text() -> str:
    return _("The text at this address is not our piece any more. Please put it back, or tell us where the piece stands now.")


def _absent() -> str:
    return _("If the piece has moved, please tell us its new address. If it should stand, please bring it back.")


def _closed() -> str:
    return _("Please let our check see the page: its programs name themselves “Homeward”, and come a few times a month.")
