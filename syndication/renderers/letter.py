"""The letter to a desk whose copy does not keep the contract: what is wrong, what was seen, and the very lines to change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from syndication.contract import Contract
from syndication.renderers.terms import terms
from syndication.story import Story

# Mail programs cut an address that is longer.
_LONGEST = 6_000


@dataclass(frozen=True)
class Letter:
    """Plain text, ready to be sent by a person."""

    subject: str
    body: str

    @property
    def mailto(self) -> str:
        """The letter as an address that opens a mail program (RFC 6068), its end left out where programs would cut it."""
        body = self.body.replace("\n", "\r\n")
        while True:
            address = f"mailto:?{urlencode({'subject': self.subject, 'body': body}, quote_via=quote)}"
            if len(address) <= _LONGEST:
                return address
            body = body[: len(body) * 9 // 10]


def letter(
    story: Story,
    contract: Contract,
    *,
    url: str,
    finding: str,
    evidence: Iterable[Mapping[str, str]],
    looked_at: datetime | None,
    withdrawn: bool = False,
) -> Letter:
    """The letter about the copy at `url`, of which we found `finding`. `evidence` as a verification keeps it; times as told.

    Of the contract it lists what can be pasted; of a piece that is withdrawn it asks only to take it down.
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
    if withdrawn:
        parts.append(_("The piece is withdrawn. Please take your copy down, or answer 410 at its address."))
    else:
        owed = [f"- {term.sentence}\n  {term.line}" for term in terms(story, contract) if term.line]
        parts.append(_("What we agreed on, with the lines to paste:") + "\n" + "\n".join(owed))
        parts.append(_("Our page, to which the copy should lead:") + f"\n{story.canonical.url}")
    parts.append(_("We look again by ourselves; you need not write when it is mended. Thank you!"))
    parts.append(story.publisher.name)
    return Letter(_("“%(headline)s” at your site") % names, "\n\n".join(parts) + "\n")
