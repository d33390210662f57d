"""Connectors, one file a protocol. This dict is the table of contents, by label."""

from syndication.connectors.base import Connector
from syndication.connectors.bluesky import Bluesky
from syndication.connectors.by_hand import ByHand
from syndication.connectors.email_desk import EmailDesk
from syndication.connectors.forem import Forem
from syndication.connectors.ghost import Ghost
from syndication.connectors.indexnow import IndexNow
from syndication.connectors.mastodon import Mastodon
from syndication.connectors.micropub import Micropub
from syndication.connectors.pull import Pull
from syndication.connectors.superdesk import Superdesk
from syndication.connectors.webhook import Webhook
from syndication.connectors.webmention import Webmention
from syndication.connectors.websub import WebSub
from syndication.connectors.wordpress import WordPress

CONNECTORS: dict[str, type[Connector]] = {
    Bluesky.kind: Bluesky,
    ByHand.kind: ByHand,
    EmailDesk.kind: EmailDesk,
    Forem.kind: Forem,
    Ghost.kind: Ghost,
    IndexNow.kind: IndexNow,
    Mastodon.kind: Mastodon,
    Micropub.kind: Micropub,
    Superdesk.kind: Superdesk,
    Pull.kind: Pull,
    Webhook.kind: Webhook,
    Webmention.kind: Webmention,
    WebSub.kind: WebSub,
    WordPress.kind: WordPress,
}
