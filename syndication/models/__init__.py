"""The rows of the engine."""

from syndication.models.archive import Archive
from syndication.models.claiming import claim, claim_all, claim_kills
from syndication.models.delivery import Delivery
from syndication.models.due import DueQuerySet, DueRow
from syndication.models.edition import Edition, current_edition, record
from syndication.models.errand import Errand
from syndication.models.host import Host, host_key
from syndication.models.kill import Kill, Told, killed, killed_at
from syndication.models.look import Look
from syndication.models.notice import Notice, NoticePreference
from syndication.models.outlet import Outlet
from syndication.models.override import Override
from syndication.models.pull import Pull, Pulled
from syndication.models.reads import Reads, Sighting
from syndication.models.republication import Republication, Wish
from syndication.models.response import Ban, Follow, Response
from syndication.models.sender import Message, Received, Sender
from syndication.models.subscription import Subscription
from syndication.models.tick import Tick
from syndication.models.token import Token
from syndication.models.verification import Verification, target_dead

__all__ = [
    "Archive",
    "Ban",
    "Delivery",
    "DueQuerySet",
    "DueRow",
    "Edition",
    "Errand",
    "Follow",
    "Host",
    "Kill",
    "Look",
    "Message",
    "Notice",
    "NoticePreference",
    "Outlet",
    "Override",
    "Pull",
    "Pulled",
    "Reads",
    "Received",
    "Republication",
    "Response",
    "Sender",
    "Sighting",
    "Subscription",
    "Tick",
    "Token",
    "Told",
    "Verification",
    "Wish",
    "claim",
    "claim_all",
    "claim_kills",
    "current_edition",
    "host_key",
    "killed",
    "killed_at",
    "record",
    "target_dead",
]
