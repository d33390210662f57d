"""Send to outlets: many pieces at once. Choose outlets, see what would be refused, queue, follow the progress."""

from collections import Counter
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction

from syndication.models import Edition, Outlet, Override, Republication
from syndication.pages import syndicated_models
from syndication.preflight import preflight
from syndication.syndicating import NOT_PUBLIC, syndicate_all

# How many batches one session remembers, so that their progress can be looked at again.
REMEMBERED = 5


class SendForm(forms.Form):
    """The outlets, and whether their objections were seen."""

    outlets = forms.ModelMultipleChoiceField(
        Outlet.objects.exclude(kind=""),
        widget=forms.CheckboxSelectMultiple,
        label=_("Outlets"),
        error_messages={"required": _("Choose at least one outlet.")},
    )
    seen = forms.BooleanField(required=False, widget=forms.HiddenInput)


class SendToOutlets(PageBulkAction):
    """Wagtail's bulk action in two steps: the first submit shows what each outlet would say, the second queues."""

    display_name = _("Send to outlets…")
    action_type = "syndicate"
    aria_label = _("Send selected pages to outlets")
    template_name = "syndication/bulk/send.html"
    action_priority = 45
    form_class = SendForm

    def check_perm(self, page: Any) -> bool:
        """A piece, by somebody who may edit it and may send."""
        user = self.request.user
        is_piece = page.specific_class is not None and page.specific_class in syndicated_models()
        return is_piece and user.has_perm("syndication.syndicate") and page.permissions_for_user(user).can_edit()

    def object_context(self, obj: Any) -> dict[str, Any]:
        """The page as it is: its title is all that is shown."""
        return {"item": obj}

    def form_valid(self, form: SendForm) -> HttpResponse:
        """Show the preflight first; queue when it was seen."""
        if form.cleaned_data["seen"]:
            return self._queue(form)
        pages, _without = self.get_actionable_objects()
        outlets = list(form.cleaned_data["outlets"])
        again = SendForm({"outlets": [outlet.pk for outlet in outlets], "seen": "yes"})
        return self.render_to_response(self.get_context_data(form=again, **examined(pages, outlets)))

    def _queue(self, form: SendForm) -> HttpResponse:
        pages, _without = self.get_actionable_objects()
        outlets = list(form.cleaned_data["outlets"])
        editions = list(editions_of(pages).values())
        asked = syndicate_all(editions, outlets, actor=self.request.user)
        queued = sum(len(one.queued) for one in asked.values())
        batch = {
            "uids": [str(edition.uid) for edition, one in asked.items() if one.queued],
            "outlets": [outlet.pk for outlet in outlets],
            "pairs": [[str(edition.uid), outlet.pk] for edition, one in asked.items() for outlet in one.queued],
            "refused": len(pages) * len(outlets) - queued,
            "next": self.next_url,
        }
        token = uuid4().hex
        kept = list(self.request.session.get("syndication_batches", {}).items())[-REMEMBERED + 1 :]
        self.request.session["syndication_batches"] = {**dict(kept), token: batch}
        return redirect("syndication:progress", token)


def editions_of(pages: list[Any]) -> dict[int, Edition]:
    """The current edition of each page, an alias's source's, by the page's pk."""
    sources = {page.pk: page.alias_of_id or page.pk for page in pages}
    found = Edition.objects.current().filter(page__in=sources.values()).select_related("page")
    editions = {edition.page_id: edition for edition in found}
    return {pk: editions[source] for pk, source in sources.items() if source in editions}


def examined(pages: list[Any], outlets: list[Outlet]) -> dict[str, Any]:
    """What each outlet would say to each piece, with the counts."""
    editions = editions_of(pages)
    overrides = {
        (override.uid, override.outlet_id): override
        for override in Override.objects.filter(uid__in=[edition.uid for edition in editions.values()], outlet__in=outlets)
    }
    lines, refused, warned = [], 0, 0
    for page in pages:
        edition = editions.get(page.pk)
        if edition is None:
            refused += len(outlets)
            lines.append({"page": page, "refused": [{"outlet": None, "sentences": [NOT_PUBLIC]}], "warnings": []})
            continue
        line: dict[str, Any] = {"page": page, "refused": [], "warnings": []}
        for outlet in outlets:
            override = overrides.get((edition.uid, outlet.pk)) or Override(uid=edition.uid, outlet=outlet)
            override.choice = Override.Choice.SEND
            objections = preflight(edition, outlet, override)
            blocking = [objection.sentence for objection in objections if objection.blocks]
            if blocking:
                refused += 1
                line["refused"].append({"outlet": outlet, "sentences": blocking})
            elif objections:
                warned += 1
                line["warnings"].append({"outlet": outlet, "sentences": [objection.sentence for objection in objections]})
        lines.append(line)
    total = len(pages) * len(outlets)
    troubled = [line for line in lines if line["refused"] or line["warnings"]]
    counts = {"all": total, "goes": total - refused, "refused": refused, "warned": warned}
    return {"lines": troubled, "counts": counts, "chosen": outlets}


@require_GET
@permission_required("syndication.syndicate", raise_exception=True)
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """How far a batch is; the page fetches its own middle again while something is under way."""
    batch = request.session.get("syndication_batches", {}).get(token)
    if batch is None:
        raise Http404
    found = Republication.objects.filter(uid__in=batch["uids"], outlet__in=batch["outlets"])
    pairs = {(uid, outlet) for uid, outlet in batch["pairs"]}
    rows = [
        row
        for row in found.select_related("outlet", "wanted").defer("wanted__body_html")
        if (str(row.uid), row.outlet_id) in pairs
    ]
    states = Counter(row.state for row in rows)
    order = [Republication.State.FAILED, Republication.State.PENDING]
    context = {
        "token": token,
        "next": batch["next"],
        "all": len(pairs) + batch["refused"],
        "queued": len(pairs),
        "refused": batch["refused"],
        "delivered": states[Republication.State.DELIVERED],
        "failed": states[Republication.State.FAILED],
        "waiting": states[Republication.State.PENDING],
        "settled": len(pairs) - states[Republication.State.PENDING],
        "rows": sorted(
            rows, key=lambda row: (order.index(row.state) if row.state in order else 2, row.wanted.headline, row.outlet.name)
        ),
    }
    name = "progress_part" if request.GET.get("part") else "progress"
    return render(request, f"syndication/bulk/{name}.html", context)


urls = [path("progress/<str:token>/", progress, name="progress")]
