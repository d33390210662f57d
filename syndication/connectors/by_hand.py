"""By hand: places that no machine may push to. The piece becomes a to-do for a person, with all that is to be pasted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin
from uuid import UUID

from django.utils.translation import gettext as _

from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import BY_A_PERSON, Features
from syndication.errors import ByHand as Handed
from syndication.http.policy import host_of
from syndication.renderers import corrections
from syndication.story import Correction, Story


class ByHand(Connector):
    """Hands every verb to a person, in a sentence that says what to do."""

    kind = "by_hand"
    label = "By hand (Medium, LinkedIn, Substack…)"
    features = Features(
        create=BY_A_PERSON,
        update=BY_A_PERSON,
        withdraw=BY_A_PERSON,
        correct=BY_A_PERSON,
        canonical="if the place has a field for it",
        noindex="if the place has a field for it",
        image="to download",
    )
    # Nothing is sent, so nothing can be sent twice.
    idempotent = True
    needs_endpoint = False
    needs_secret = False
    secret_label = ""

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Put it up."""
        raise Handed(_("Put the piece up at %(outlet)s, then enter its address there.") % {"outlet": self.access.name})

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Bring it up to date."""
        raise Handed(_("Bring the piece at %(outlet)s up to date.") % {"outlet": self.access.name})

    def correct(self, story: Story, receipt: Receipt, key: UUID, news: Sequence[Correction] = ()) -> Receipt:
        """Correct it, soon."""
        fresh = news or story.corrections[-1:]
        told = _("Correct the piece at %(outlet)s, and show its readers the correction: %(correction)s")
        if any(one.kind == "retraction" for one in fresh):
            told = _("We have retracted the piece at %(outlet)s. Say so above it, or take it down: %(correction)s")
        raise Handed(told % {"outlet": self.access.name, "correction": " ".join(map(corrections.words, fresh))})

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Take it down; or see that it is not up, where nobody said that it was."""
        if receipt.url:
            raise Handed(_("Take the piece down at %(outlet)s.") % {"outlet": self.access.name})
        raise Handed(_("If the piece is up at %(outlet)s, take it down there.") % {"outlet": self.access.name})

    def kill(self, story: Story, receipt: Receipt, key: UUID, reason: str) -> Receipt:
        """Take it down at once, and say why."""
        told = _("KILL: %(reason)s Take the piece down at %(outlet)s now, wherever it stands, then say here that it is done.")
        raise Handed(told % {"reason": reason, "outlet": self.access.name})


@dataclass(frozen=True)
class WayIn:
    """A page at a place where a piece can be brought in: its address, what it is called, and what happens there."""

    url: str
    label: str
    sentence: str


def ways_in(website: str, story: Story) -> list[WayIn]:
    """Where to bring the piece in at places that we know, by the host of their front page; none for others."""
    host, told = host_of(website), {"url": story.canonical.url, "title": story.headline}
    known = next((known for known in _PLACES if host == known or host.endswith(f".{known}")), "")
    found = []
    for address, asked, words in _PLACES.get(known, []):
        query = urlencode({name: told[which] for name, which in asked.items()})
        found.append(WayIn(urljoin(website, address) + (f"?{query}" if query else ""), *words()))
    return found


def _import() -> tuple[str, str]:
    told = _("Paste our address there: Medium fetches the text and sets the canonical link by itself.")
    return _("Import a story at Medium"), told


def _write() -> tuple[str, str]:
    return _("Write a new post"), _("Paste headline and text from below.")


def _share() -> tuple[str, str]:
    return _("Share the link"), _("A post with our link; the card comes from our page.")


# Host → where, with which parameters, and the words.
_PLACES: dict[str, list[tuple[str, dict[str, str], Callable[[], tuple[str, str]]]]] = {
    "medium.com": [("https://medium.com/p/import", {}, _import), ("https://medium.com/new-story", {}, _write)],
    "substack.com": [("/publish/post", {}, _write)],
    "linkedin.com": [
        ("https://www.linkedin.com/article/new/", {}, _write),
        ("https://www.linkedin.com/sharing/share-offsite/", {"url": "url"}, _share),
    ],
    "facebook.com": [("https://www.facebook.com/sharer/sharer.php", {"u": "url"}, _share)],
    "reddit.com": [("https://www.reddit.com/submit", {"url": "url", "title": "title"}, _share)],
    "x.com": [("https://x.com/intent/post", {"url": "url", "text": "title"}, _share)],
}
