"""Contract as what the outlet's own people do: what they owe in words, and the exact lines for the system they use. Pure."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from syndication.contract import Contract
from syndication.renderers.terms import NOINDEX_TAG, attribution, canonical_tag, extent_in_words
from syndication.story import Story

# The judge speaks to our editors; on their own page the outlet's people read the same sentences.
_SAID_TO_THEM = (
    ("Ask the desk to ", "Please "),
    ("ask the desk where to", "report its new address below"),
    ("if it should stand, ask them to bring it back", "if it should stand, please bring it back"),
    ("if it lasts, write to the desk", "if it lasts, please look at your server"),
)


@dataclass(frozen=True)
class Act:
    """One thing to do, in a sentence, and the very text to paste, if there is one."""

    sentence: str
    line: str = ""


@dataclass(frozen=True)
class System:
    """What to do in one system, from first to last."""

    name: str
    label: str
    acts: tuple[Act, ...]


def said_to_outlet(sentence: str) -> str:
    """A sentence of the judge as the outlet's own people should read it."""
    for to_us, to_them in _SAID_TO_THEM:
        sentence = sentence.replace(to_us, to_them)
    return sentence


def owed(contract: Contract) -> list[str]:
    """What the outlet owes for every piece, in plain words, the weightiest first."""
    told = [
        (contract.canonical, _("Each copy names our page as the canonical one, in its head.")),
        (contract.noindex, _("Each copy asks search engines to leave it out (noindex).")),
        (contract.link, _("Each copy links to our page.")),
    ]
    found = [sentence for owes, sentence in told if owes]
    if contract.attribution:
        found.append(_("Each copy prints this line: %(line)s") % {"line": contract.attribution})
    return [*found, extent_in_words(contract)]


def systems(story: Story, contract: Contract) -> list[System]:
    """What to do for this piece in WordPress, in Ghost and in a page made by hand."""
    last = attribution(story, contract)
    end = (Act(_("End the text with this line."), last),) if last else ()
    return [
        System("hand", _("By hand"), (*_by_hand(story, contract), *end)),
        System("wordpress", "WordPress", (*_wordpress(story, contract), *end)),
        System("ghost", "Ghost", (*_ghost(story, contract), *end)),
    ]


def _by_hand(story: Story, contract: Contract) -> list[Act]:
    tags = [
        tag for owes, tag in ((contract.canonical, canonical_tag(story.canonical.url)), (contract.noindex, NOINDEX_TAG)) if owes
    ]
    told = _("Put this between <head> and </head>, in place of any canonical link that stands there.")
    return [Act(told, "\n".join(tags))] if tags else []


def _wordpress(story: Story, contract: Contract) -> list[Act]:
    acts = []
    if contract.canonical:
        told = _("With Yoast SEO: below the post open Yoast SEO → Advanced and put this into “Canonical URL”.")
        acts.append(Act(told, story.canonical.url))
        acts.append(Act(_("With Rank Math: Rank Math SEO → Advanced → “Canonical URL”, the same address.")))
    if contract.noindex:
        acts.append(Act(_("Yoast SEO → Advanced → “Allow search engines to show this content”: No. In Rank Math: “No Index”.")))
    if acts:
        acts.append(Act(_("Our own plugin, “Homeward Syndication”, does it for every piece that we send. Ask us for it.")))
    return acts


def _ghost(story: Story, contract: Contract) -> list[Act]:
    acts = []
    if contract.canonical:
        told = _("Open the post's settings → “Meta data” and put this into “Canonical URL”.")
        acts.append(Act(told, story.canonical.url))
    if contract.noindex:
        acts.append(Act(_("In the post's settings → “Code injection” put this into “Post header”."), NOINDEX_TAG))
    return acts
