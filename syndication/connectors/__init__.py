"""Connectors, one file a protocol. This dict is the table of contents."""

from syndication.connectors.base import Connector
from syndication.connectors.ghost import Ghost
from syndication.connectors.superdesk import Superdesk
from syndication.connectors.webhook import Webhook
from syndication.connectors.wordpress import WordPress

CONNECTORS: dict[str, type[Connector]] = {
    Ghost.kind: Ghost,
    Superdesk.kind: Superdesk,
    Webhook.kind: Webhook,
    WordPress.kind: WordPress,
}
