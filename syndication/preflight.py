"""Preflight: what an outlet would refuse, and what an editor should know, before anything is queued."""

from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from syndication.models import Edition, Outlet, Override


class Objection(NamedTuple):
    """One thing in the way of a piece, or only worth knowing (`blocks` False), with its remedy in the sentence."""

    blocks: bool
    sentence: str


def preflight(edition: Edition, outlet: Outlet, override: Override | None = None) -> list[Objection]:
    """What stands between the piece and the outlet, what blocks first. Asks nobody: it knows only what the outlet's form says."""
    override = override or Override(outlet=outlet)
    told = [*_blocking(edition, outlet, override), *_worth_knowing(edition, outlet, override)]
    return sorted(told, key=lambda objection: not objection.blocks)


def _blocking(edition: Edition, outlet: Outlet, override: Override) -> list[Objection]:
    story = outlet.contract.view(edition.story, override.variation)
    ends_at = outlet.ends_at(edition)
    sentences = []
    if not edition.public:
        sentences.append(_("The piece is not public. Publish it first."))
    if not outlet.kind:
        sentences.append(_("Nothing is pushed to this outlet. Choose how on its form."))
    if outlet.state == Outlet.State.GONE:
        sentences.append(_("The outlet's endpoint is gone. Ask for the new address and enter it on its form."))
    if ends_at and ends_at <= timezone.now():
        sentences.append(_("By contract it carries pieces for %(days)s days, and they are over.") % {"days": outlet.expiry_days})
    if override.choice != Override.Choice.SEND and not outlet.in_window(edition):
        sentences.append(_("It takes pieces of the last %(days)s days only; this one is older.") % {"days": outlet.window_days})
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
    return [Objection(False, sentence) for sentence in sentences]
