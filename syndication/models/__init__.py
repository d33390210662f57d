"""The rows of the engine."""

from syndication.models.due import DueQuerySet, DueRow
from syndication.models.edition import Edition, current_edition, record
from syndication.models.outlet import Outlet
from syndication.models.republication import Delivery, Republication, claim
from syndication.models.verification import Verification, target_dead

__all__ = [
    "Delivery",
    "DueQuerySet",
    "DueRow",
    "Edition",
    "Outlet",
    "Republication",
    "Verification",
    "claim",
    "current_edition",
    "record",
    "target_dead",
]
