"""Pull: outlets that fetch from us, through the partner API or their feeds. Nothing is sent; what they may have lies ready."""

from uuid import UUID

from django.utils.translation import gettext as _

from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import WHEN_FETCHED, Features
from syndication.errors import Offered
from syndication.story import Story


class Pull(Connector):
    """Lays every version ready, and the word that a piece is withdrawn; the outlet's own requests say what it took."""

    kind = "pull"
    label = "They pull (partner API, feeds)"
    features = Features(
        create=WHEN_FETCHED,
        update=WHEN_FETCHED,
        withdraw=WHEN_FETCHED,
        correct=WHEN_FETCHED,
        canonical="told with each piece",
        noindex="told with each piece",
        image="as an address",
    )
    # Nothing is sent, so nothing can be sent twice.
    idempotent = True
    needs_endpoint = False
    needs_secret = False
    secret_label = ""

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Lay it ready."""
        raise Offered(_("It lies ready for %(outlet)s to fetch.") % {"outlet": self.access.name})

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Lay the new version ready."""
        return self.publish(story, key)

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Lay the word ready that it is withdrawn."""
        raise Offered(_("The word that it is withdrawn lies ready for %(outlet)s.") % {"outlet": self.access.name})

    def kill(self, story: Story, receipt: Receipt, key: UUID, reason: str) -> Receipt:
        """Lay the kill ready, with its reason."""
        raise Offered(_("The kill and its reason lie ready for %(outlet)s.") % {"outlet": self.access.name})
