"""The engine in Wagtail's admin: its menu, its screens' addresses, who may do what, and what is written in the log."""

from collections.abc import Iterator
from typing import Any

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.widgets import Button

from syndication.admin import (
    access,
    bulk,
    dead_letters,
    deliveries,
    discovery,
    health,
    killing,
    letter,
    notices,
    outlet_actions,
    overview,
    piece,
    pulls,
    received,
    reports,
    republications,
    responses,
    sightings,
    subscriptions,
    target,
    todo,
    verification,
)
from syndication.admin import senders as sender_screens
from syndication.admin.outlets import OutletViewSet, outlets
from syndication.admin.screens import ScreenMenuItem
from syndication.admin.senders import SenderViewSet, senders
from syndication.pages import SyndicatedPageMixin

# Every screen's addresses, under /admin/syndication/ and the name `syndication:`.
SCREENS = (
    *(overview, republications, deliveries, dead_letters, health, letter, reports, piece, notices, bulk, outlet_actions, todo),
    *(sender_screens, received, sightings, subscriptions, access, pulls, verification, killing),
    *(discovery, target, responses),
)
PATTERNS = [pattern for screen in SCREENS for pattern in screen.urls]
# What people did, as the histories name it: the action, its label, its sentence.
ACTIONS = [
    ("syndication.push", _("Push to an outlet"), _("Pushed to an outlet by hand")),
    ("syndication.choose", _("Choose for an outlet"), _("Decided what happens with the piece at an outlet")),
    ("syndication.withdraw", _("Withdraw from an outlet"), _("Asked an outlet to take the piece down")),
    ("syndication.kill", _("Kill"), _("Killed the piece")),
    ("syndication.lift", _("Lift a kill"), _("Lifted the kill")),
    ("syndication.replay", _("Replay"), _("Sent a dead letter once more")),
    ("syndication.skip", _("Skip"), _("Left a dead letter alone")),
    ("syndication.mark_delivered", _("Mark as delivered"), _("Marked as delivered by hand")),
    ("syndication.sighted", _("Sight a copy"), _("Said where a copy stands that should be down")),
    ("syndication.suspend", _("Suspend"), _("Suspended the outlet")),
    ("syndication.resume", _("Resume"), _("Resumed the outlet")),
    ("syndication.dismiss", _("Dismiss"), _("Dismissed a notice")),
    ("syndication.test_outlet", _("Test connection"), _("Tested the connection to the outlet")),
    ("syndication.end_subscription", _("End a subscription"), _("Ended a subscription to a feed")),
    ("syndication.rotate_secret", _("Change secret"), _("Changed the secret")),
    ("syndication.make_token", _("Make a token"), _("Made a token")),
    ("syndication.end_token", _("End a token later"), _("Set when a token ends")),
    ("syndication.revoke_token", _("Revoke a token"), _("Revoked a token")),
    ("syndication.accept_target", _("Accept the outlet's page"), _("Said that the outlet's page is right as it is")),
    ("syndication.lift", _("Lift quarantine"), _("Lifted the quarantine of the outlet")),
    ("syndication.renew_link", _("Send a new link"), _("Ended the link to the outlet's page and made a new one")),
]


@hooks.register("register_admin_viewset")
def register_outlets() -> OutletViewSet:
    """The outlets' screens."""
    return outlets


@hooks.register("register_admin_viewset")
def register_senders() -> SenderViewSet:
    """The senders' screens."""
    return senders


hooks.register("register_bulk_action", bulk.SendToOutlets)


@hooks.register("register_admin_menu_item")
def register_menu() -> MenuItem:
    """Syndication and its screens."""
    items = [
        ScreenMenuItem(_("Overview"), "overview", overview.RIGHT, icon_name="home", order=100),
        outlets.get_menu_item(order=200),
        ScreenMenuItem(_("Canonical health"), "health", health.RIGHT, icon_name="view", order=250),
        ScreenMenuItem(_("Republications"), "republications", republications.RIGHT, icon_name="table", order=300),
        ScreenMenuItem(_("Deliveries"), "deliveries", deliveries.RIGHT, icon_name="history", order=400),
        ScreenMenuItem(_("Pulls"), "pulls", pulls.RIGHT, icon_name="download", order=450),
        ScreenMenuItem(_("Dead letters"), "dead_letters", dead_letters.RIGHT, icon_name="warning", order=500),
        ScreenMenuItem(_("Kills"), "kills", killing.VIEW, icon_name="warning", order=520),
        todo.TodoMenuItem(),
        notices.NoticesMenuItem(),
        senders.get_menu_item(order=700),
        ScreenMenuItem(_("Received"), "received", received.RIGHT, icon_name="download", order=800),
        ScreenMenuItem(_("Sightings"), "sightings", sightings.RIGHT, icon_name="view", order=850),
        ScreenMenuItem(_("Discovery"), "discovery", discovery.RIGHT, icon_name="search", order=860),
        ScreenMenuItem(_("Responses"), "responses", responses.RIGHT, icon_name="comment", order=870),
        ScreenMenuItem(_("Subscriptions"), "subscriptions", subscriptions.RIGHT, icon_name="mail", order=900),
    ]
    return SubmenuMenuItem(_("Syndication"), Menu(items=items), icon_name="globe", order=250)


@hooks.register("before_publish_page")
def refuse_publishing(request: Any, page: Any) -> Any:
    """A killed piece is published again only after its kill was lifted."""
    return killing.refuse_publishing(request, page)


@hooks.register("register_page_header_buttons")
def kill_button(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """“Kill…” in the menu of a piece, for who may."""
    if isinstance(page, SyndicatedPageMixin) and page.pk and user.has_perm(killing.RIGHT):
        yield Button(_("Kill…"), reverse("syndication:kill_page", args=[page.pk]), icon_name="warning", priority=90)


@hooks.register("register_reports_menu_item")
def register_report() -> MenuItem:
    """Where pieces ran, among Wagtail's own reports."""
    return ScreenMenuItem(_("Where pieces ran"), "ran", reports.RIGHT, icon_name="table", order=900)


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    """The screens' addresses."""
    return [path("syndication/", include((PATTERNS, "syndication")))]


@hooks.register("construct_homepage_panels")
def notices_on_the_dashboard(request: Any, panels: list[Any]) -> None:
    """What needs a person, where everybody begins."""
    panels.append(notices.NoticesPanel())


@hooks.register("register_account_settings_panel")
def register_mail_choice(request: Any, user: Any, profile: Any) -> Any:
    """How this person hears of notices."""
    return notices.MailPanel(request, user, profile)


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    """What people do at outlets is written in the histories."""
    for action, label, sentence in ACTIONS:
        actions.register_action(action, label, sentence)


@hooks.register("register_permissions")
def register_permissions() -> Any:
    """What a group can be allowed: to send, replay, see the logs and credentials, manage outlets, tokens, senders."""
    from django.contrib.auth.models import Permission

    codenames = (
        "syndicate",
        "replay",
        "view_republication",
        "view_delivery",
        "view_pull",
        "view_credentials",
        "manage_tokens",
        "moderate",
        "kill_republication",
    )
    sender = ("add_sender", "change_sender", "delete_sender", "view_sender", "view_received")
    outlet = ("add_outlet", "change_outlet", "delete_outlet", "view_outlet")
    return Permission.objects.filter(content_type__app_label="syndication", codename__in=(*codenames, *outlet, *sender))
