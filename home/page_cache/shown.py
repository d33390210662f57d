"""Which rows readers see. A table that is not named here counts as seen: what is forgotten costs speed and is never stale."""

from dataclasses import dataclass, field
from functools import cache

from django.apps import apps

# What the worker notes on a row while it works on it.
DUE = {"due_at", "lease_token", "lease_until", "fence", "attempts"}

SHOWN = {
    "home.Author",
    "home.ArticlePage",
    "home.Byline",
    "home.DatedCorrection",
    "home.HomePage",
    "home.PublicationImage",
    "home.PublicationRendition",
    "home.PublicationSettings",
    "home.SectionPage",
    "home.StubPage",
    "home.TaggedPiece",
    "home.Topic",
    "syndication.Edition",
    "syndication.Kill",
    "syndication.Outlet",
    "syndication.Republication",
    "syndication.Response",
    "syndication.Verification",
    "taggit.Tag",
    "taggit.TaggedItem",
    "wagtail_footnotes.Footnote",
    "wagtailcore.Collection",
    "wagtailcore.CollectionViewRestriction",
    "wagtailcore.CollectionViewRestriction_groups",
    "wagtailcore.Locale",
    "wagtailcore.Page",
    "wagtailcore.PageViewRestriction",
    "wagtailcore.PageViewRestriction_groups",
    "wagtailcore.Site",
    "wagtaildocs.Document",
    "wagtailimages.Image",
    "wagtailimages.Rendition",
    "wagtailredirects.Redirect",
}
NOT_SHOWN = {
    "the cache's own": {"home.Change"},
    "who works here, and what they did": {
        *("admin.LogEntry", "auth.Group", "auth.Group_permissions", "auth.Permission", "auth.User", "auth.User_groups"),
        *("auth.User_user_permissions", "axes.AccessAttempt", "axes.AccessAttemptExpiration", "axes.AccessFailureLog"),
        *("axes.AccessLog", "contenttypes.ContentType", "sessions.Session", "wagtailadmin.Admin", "wagtailadmin.EditingSession"),
        *("wagtailadmin.FormState", "wagtailcore.APIToken", "wagtailcore.GroupCollectionPermission"),
        *("wagtailcore.GroupPagePermission", "wagtailcore.GroupSitePermission", "wagtailcore.ModelLogEntry"),
        *("wagtailcore.PageLogEntry", "wagtailcore.PageSubscription", "wagtailcore.UploadedFile", "wagtailusers.UserProfile"),
    },
    "drafts and the way to publication": {
        *("wagtailcore.Comment", "wagtailcore.CommentReply", "wagtailcore.GroupApprovalTask"),
        *("wagtailcore.GroupApprovalTask_groups", "wagtailcore.Revision", "wagtailcore.Task", "wagtailcore.TaskState"),
        *("wagtailcore.Workflow", "wagtailcore.WorkflowContentType", "wagtailcore.WorkflowPage", "wagtailcore.WorkflowState"),
        "wagtailcore.WorkflowTask",
    },
    "indexes of what is shown, asked by no page that is kept": {
        *("wagtailcore.ReferenceIndex", "wagtailembeds.Embed", "wagtailsearch.IndexEntry", "wagtailsearch.SQLiteFTSIndexEntry"),
    },
    "what readers and other sites leave, before anybody may see it": {
        *("syndication.Ban", "syndication.Follow", "syndication.Reads", "syndication.Sighting", "wagtailforms.FormSubmission"),
    },
    "the engine's own work": {
        *("syndication.Archive", "syndication.Delivery", "syndication.Errand", "syndication.Host", "syndication.Look"),
        *("syndication.Message", "syndication.Notice", "syndication.NoticePreference", "syndication.Override"),
        *("syndication.Pull", "syndication.Pulled", "syndication.Received", "syndication.Sender", "syndication.Subscription"),
        *("syndication.Tick", "syndication.Token", "syndication.Told"),
    },
}
# Tables without a model.
NO_MODEL = {"django_migrations", "sqlite_sequence"}
# Columns of shown rows that no reader sees: an UPDATE of nothing else changes no page.
QUIET = {
    # A draft is saved while its author types.
    "wagtailcore.Page": {
        *("draft_title", "has_unpublished_changes", "latest_revision_id", "latest_revision_created_at"),
        *("locked", "locked_at", "locked_by_id"),
    },
    "syndication.Edition": {"fingerprint"},
    "syndication.Outlet": {
        *("lease_token", "lease_until", "state", "state_reason", "not_before", "failures", "trips", "failing_since"),
        *("last_ok_at", "planned_terms", "link_number", "sealed_secret", "sealed_old_secret", "old_secret_until"),
    },
    "syndication.Republication": {
        *DUE,
        *(
            "key",
            "uncertain",
            "error",
            "error_detail",
            "failing_since",
            "warnings",
            "starts_at",
            "ends_at",
            "changed_at",
            "kill_id",
        ),
    },
    # A verdict that becomes another one moves `changed_at` as well.
    "syndication.Verification": {
        *DUE,
        *("host", "kept", "verdict", "sentence", "evidence", "in_a_row", "looked_at", "snapshot", "snapshot_at"),
    },
    "syndication.Response": {*DUE, "sentence", "person", "gone_in_a_row"},
}
# Rows that readers see only in this state: as long as none is in it before and after, nothing they see changed.
SEEN_IF = {"syndication.Response": ("state", "shown")}


@dataclass(frozen=True)
class Seen:
    """What readers see of a table: all but the quiet columns, of rows in the state `seen_if`, where there is one."""

    quiet: frozenset[str] = field(default_factory=frozenset)
    seen_if: tuple[str, str] | None = None


@cache
def seen_of(table: str) -> Seen | None:
    """What readers see of a table; None if nothing."""
    return None if table in _hidden() else _partly().get(table, Seen())


@cache
def _hidden() -> frozenset[str]:
    labels = set().union(*NOT_SHOWN.values())
    return frozenset({_table(label) for label in labels if _exists(label)} | NO_MODEL)


@cache
def _partly() -> dict[str, Seen]:
    labels = QUIET.keys() | SEEN_IF.keys()
    return {_table(label): Seen(frozenset(QUIET.get(label, ())), SEEN_IF.get(label)) for label in labels}


def _exists(label: str) -> bool:
    return label in _labels()


@cache
def _labels() -> dict[str, str]:
    return {model._meta.label: model._meta.db_table for model in apps.get_models(include_auto_created=True)}


def _table(label: str) -> str:
    return _labels()[label]
