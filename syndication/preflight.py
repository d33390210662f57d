"""Preflight: what an outlet would refuse, and what an editor should know, before anything is queued."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from syndication.models import Edition, Outlet, Override, Received
from syndication.rules import missed, picks


class Objection(NamedTuple):
    """One thing in the way of a piece, or only worth knowing (`blocks` False), with its remedy in the sentence."""

    blocks: bool
    sentence: str


def preflight(edition: Edition, outlet: Outlet, override: Override | None = None) -> list[Objection]:
    """What stands between the piece and the outlet, what blocks first. Asks nobody: it knows only what the outlet's form says."""
    override = override or Override(outlet=outlet)
    told = [*_blocking(edition, outlet, override), *_worth_knowing(edition, outlet, override)]
    return sorted(told, key=lambda objection: not objection.blocks)


class Reason(NamedTuple):
    """Whether an outlet's rules pick a piece, and the rule that says so."""

    picked: bool
    sentence: str


def why(edition: Edition, outlet: Outlet, names: Mapping[str, str] | None = None) -> Reason:
    """What the outlet's rules say to the piece, in a sentence; agrees with `Outlet.takes`. `names` are those of the labels."""
    if refusal := _rule_against(edition, outlet, names or {}):
        return Reason(False, refusal)
    wanted = [one for one in outlet.only if one in edition.labels]
    if wanted:
        return Reason(True, _("Its rules pick the piece, for %(rules)s.") % {"rules": _named(wanted, names or {})})
    return Reason(True, _("Its rules pick the piece: it takes whatever is published."))


def _rule_against(edition: Edition, outlet: Outlet, names: Mapping[str, str]) -> str:
    """The first rule that keeps the piece from the outlet; empty if none does."""
    if not outlet.automatic:
        return _("It gets pieces only when somebody sends them.")
    if edition.kind != "original" and not outlet.takes_stubs:
        return _("It takes no stubs.")
    if outlet.takes_since and edition.first_published_at < outlet.takes_since:
        since = date_format(timezone.localtime(outlet.takes_since), "j F Y")
        return _("It takes pieces first published since %(since)s; this one is older.") % {"since": since}
    if not outlet.in_window(edition):
        return _("It takes pieces of the last %(days)s days; this one is older.") % {"days": outlet.window_days}
    if forbidden := [one for one in outlet.never if one in edition.labels]:
        return _("Its rules leave out %(rules)s.") % {"rules": _named(forbidden, names)}
    if not picks(outlet.only, outlet.never, edition.labels):
        return _("Its rules ask for %(rules)s.") % {"rules": _named(missed(outlet.only, edition.labels), names)}
    return ""


def _named(labels: list[str], names: Mapping[str, str]) -> str:
    return ", ".join(f"{one.partition(':')[0]} “{names.get(one, one.partition(':')[2])}”" for one in labels)


def _blocking(edition: Edition, outlet: Outlet, override: Override) -> list[Objection]:
    story = outlet.contract.view(edition.story, override.variation)
    ends_at = outlet.ends_at(edition)
    sentences = []
    if not edition.public:
        sentences.append(_("The piece is not public. Publish it first."))
    if edition.story.retracted:
        sentences.append(_("The piece was retracted. What was retracted is not passed on to anybody new."))
    if not outlet.kind:
        sentences.append(_("Nothing is pushed to this outlet. Choose how on its form."))
    if outlet.state == Outlet.State.GONE:
        sentences.append(_("The outlet's endpoint is gone. Ask for the new address and enter it on its form."))
    if ends_at and ends_at <= timezone.now():
        sentences.append(_("By contract it carries pieces for %(days)s days, and they are over.") % {"days": outlet.expiry_days})
    if override.choice != Override.Choice.SEND and not outlet.in_window(edition):
        sentences.append(_("It takes pieces of the last %(days)s days only; this one is older.") % {"days": outlet.window_days})
    if override.choice != Override.Choice.SEND and (foreign := _came_from(edition)):
        sentences.append(foreign)
    if outlet.needs_image and story.lead_image is None:
        if edition.story.lead_image:
            sentences.append(
                _("It needs a picture, and the rights of this one do not cover partners. Choose another lead image.")
            )
        else:
            sentences.append(_("It needs a picture. Choose a lead image."))
    if outlet.max_headline and len(story.headline) > outlet.max_headline:
        numbers = {"most": outlet.max_headline, "length": len(story.headline)}
        sentences.append(
            _("Its headlines hold %(most)s characters; this one has %(length)s. Give it a shorter one for this outlet.") % numbers
        )
    if story.kind == "original" and outlet.extent == Outlet.Extent.FULL and not story.body_html:
        sentences.append(_("There is no text to carry."))
    return [Objection(True, sentence) for sentence in sentences]


def _worth_knowing(edition: Edition, outlet: Outlet, override: Override) -> list[Objection]:
    story = outlet.contract.view(edition.story, override.variation)
    starts_at = max(outlet.starts_at(edition), override.not_before or outlet.starts_at(edition))
    sentences = []
    if outlet.state in (Outlet.State.SUSPENDED, Outlet.State.HELD):
        sentences.append(
            _("The outlet is %(state)s: the piece waits until that is over.") % {"state": outlet.get_state_display()}
        )
    if starts_at > timezone.now():
        when = date_format(timezone.localtime(starts_at), "j F Y, H:i")
        sentences.append(_("It gets the piece on %(when)s, not before.") % {"when": when})
    if edition.story.lead_image and story.lead_image is None and not outlet.needs_image:
        sentences.append(_("The lead image stays at home: its rights do not cover partners."))
    if story.lead_image and not story.lead_image.alt:
        sentences.append(_("The lead image has no alternative text: readers who cannot see it get nothing."))
    if story.lead_image and not story.lead_image.credit:
        sentences.append(_("The lead image has no credit. Enter it with the image."))
    if not story.authors:
        sentences.append(_("Nobody signs the piece."))
    if override.choice == Override.Choice.SEND and (foreign := _came_from(edition)):
        sentences.append(foreign)
    return [Objection(False, sentence) for sentence in sentences]


def _came_from(edition: Edition) -> str:
    """That the piece is another site's, and so by itself goes nowhere; "" for one of ours."""
    if edition.kind != "stub" or edition.page_id is None:
        return ""
    row = Received.objects.filter(page=edition.page_id).select_related("sender").first()
    if row is None:
        return ""
    return _("It came from %(sender)s, and is theirs to pass on. Send it only if they agree.") % {"sender": row.sender.name}
