"""A stub from an address: an editor pastes it, a worker reads the page, the editor looks at what was found and takes a draft."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.views.pages.utils import get_breadcrumbs_items_for_page
from wagtail.models import Page

from home.models import SectionPage, StubPage
from home.stub_making import (
    Choices,
    address_of,
    known_authors,
    make_draft,
    may_add_images,
    missing,
    outlet_of,
    site_of,
    twin,
)
from syndication import tasks
from syndication.doorbell import ring
from syndication.models import Errand, Outlet
from syndication.models.outlet import validate_web_url
from syndication.reading import drop_picture, facts_of, is_stale

NEW = "new"


def allowed(section: Page, user: Any) -> bool:
    """Whether `user` may write a stub under `section`."""
    is_section = section.specific_class is not None and issubclass(section.specific_class, SectionPage)
    return is_section and bool(section.permissions_for_user(user).can_add_subpage())


class AddressForm(forms.Form):
    """The address of the piece at the outlet."""

    url = forms.URLField(
        label=gettext_lazy("Address of the piece"),
        max_length=2000,
        assume_scheme="https",
        validators=[validate_web_url],
        help_text=gettext_lazy(
            "Paste it from your browser. A worker reads the page and prefills the draft; nothing is published."
        ),
        error_messages={"required": gettext_lazy("Paste the address of the piece at the outlet.")},
        widget=forms.URLInput(attrs={"autofocus": True, "placeholder": "https://", "dir": "ltr", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_url(self) -> str:
        """Refuse an address that a stub of ours has already, with the way to it."""
        url: str = self.cleaned_data["url"]
        refuse_twin(self.user, url)
        return url


def refuse_twin(user: Any, *urls: str) -> None:
    """Raise ValidationError, with a link for who may edit it, if there is a stub for one of these addresses."""
    found = twin(*urls)
    if found is None:
        return
    title = found.get_admin_display_title()
    if found.permissions_for_user(user).can_edit():
        title = format_html('<a href="{}">{}</a>', reverse("wagtailadmin_pages:edit", args=[found.pk]), title)
    raise ValidationError(format_html("{} {}", _("There is already a stub for this address:"), title))


class ReviewForm(forms.Form):
    """What the editor decides about what was found: the outlet, authors we do not know yet, the picture."""

    outlet = forms.ChoiceField(label=gettext_lazy("Outlet"), required=False)
    outlet_name = forms.CharField(
        label=gettext_lazy("Name of the new outlet"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("As readers know it: “Read the rest at …”. Used only if you add the outlet."),
    )
    new_authors = forms.MultipleChoiceField(
        label=gettext_lazy("Add as authors"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nobody of this name is among our authors. Unticked, they are left out of the byline."),
    )
    picture = forms.BooleanField(
        label=gettext_lazy("Take the picture into our library"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Only if we may print it. It does not travel to partners until you allow that at the image."),
    )

    def __init__(self, *args: Any, errand: Errand, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        facts, url = facts_of(errand), address_of(errand)
        matched = outlet_of(url)
        self.proposes = matched is None and user.has_perm("syndication.add_outlet")
        choices: list[tuple[str, str]] = [("", _("None yet: choose it in the draft"))]
        if self.proposes:
            choices.append((NEW, _("Add a new outlet at %(website)s") % {"website": site_of(url)}))
            self.fields["outlet_name"].initial = facts.site_name.text
        else:
            del self.fields["outlet_name"]
        choices += [(str(outlet.pk), outlet.name) for outlet in Outlet.objects.all()]
        self._offer("outlet", choices)
        self.fields["outlet"].initial = str(matched.pk) if matched else NEW if self.proposes and facts.site_name else ""
        unknown = [name for name, author in known_authors(facts.authors.texts).items() if author is None]
        if unknown and user.has_perm("home.add_author"):
            self._offer("new_authors", [(name, name) for name in unknown])
        else:
            del self.fields["new_authors"]
        if not errand.found.get("picture") or not may_add_images(user):
            del self.fields["picture"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        """A new outlet needs a name of its own."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("outlet") == NEW:
            name = (data.get("outlet_name") or "").strip()
            if not name:
                self.add_error("outlet_name", _("Enter the name of the outlet, as readers know it."))
            elif Outlet.objects.filter(name=name).exists():
                self.add_error("outlet_name", _("There is an outlet of this name. Choose it, and add this host on its form."))
        return data

    def chosen(self) -> Choices:
        """What was decided."""
        data = self.cleaned_data
        key = data.get("outlet") or ""
        return Choices(
            outlet=Outlet.objects.filter(pk=key).first() if key not in ("", NEW) else None,
            new_outlet=data["outlet_name"].strip() if key == NEW else "",
            new_authors=data.get("new_authors") or [],
            take_picture=data.get("picture", False),
        )


def ask(request: HttpRequest, section_id: int) -> HttpResponse:
    """The form for the address. Writes down what to read, and rings; a worker reads."""
    section = _section(request, section_id)
    form = AddressForm(request.POST or None, user=request.user, initial={"url": request.GET.get("url", "")})
    if request.method == "POST" and form.is_valid():
        asked = {"url": form.cleaned_data["url"], "section": section.pk}
        errand = Errand.ask(Errand.Kind.READ_PAGE, asked=asked, asked_by=request.user)
        ring(tasks.run_errands)
        return redirect("stub_from_url:reading", errand.pk)
    return _shown(request, section, "ask", form=form)


def reading(request: HttpRequest, errand_id: int) -> HttpResponse:
    """What the worker found so far; when it is done, what it found and what is to be decided."""
    errand, section = _errand(request, errand_id)
    if made := _made(errand):
        return redirect("wagtailadmin_pages:edit", made.pk)
    if is_stale(errand):
        messages.warning(request, _("This page was read more than a day ago. Read it once more."))
        return redirect(f"{reverse('stub_from_url:ask', args=[section.pk])}?{_query(errand)}")
    context: dict[str, Any] = {"errand": errand, "under_way": errand.ended_at is None, "again": _query(errand)}
    if "part" in request.GET:
        return render(request, "home/stub_from_url/steps.html", context)
    if errand.state == Errand.State.DONE:
        form = ReviewForm(errand=errand, user=request.user)
        return _shown(request, section, "review", **context, **_found(errand), form=form)
    return _shown(request, section, "reading", **context)


@require_POST
def make(request: HttpRequest, errand_id: int) -> HttpResponse:
    """Make the draft, once however often it is clicked, and open its form."""
    with transaction.atomic():
        errand, section = _errand(request, errand_id, Errand.objects.select_for_update())
        made = _made(errand)
        if made is None:
            if errand.state != Errand.State.DONE or is_stale(errand):
                return redirect("stub_from_url:reading", errand.pk)
            form = ReviewForm(request.POST, errand=errand, user=request.user)
            if form.is_valid():
                try:
                    refuse_twin(request.user, errand.asked["url"], address_of(errand))
                except ValidationError as problem:
                    form.add_error(None, problem)
            if not form.is_valid():
                return _shown(request, section, "review", errand=errand, again=_query(errand), **_found(errand), form=form)
            made = make_draft(errand, section, request.user, form.chosen())
            drop_picture(errand.found.get("picture") or "")
            errand.found = {**errand.found, "page": made.pk, "picture": ""}
            errand.save(update_fields=["found"])
            _tell(request, errand, made)
    return redirect("wagtailadmin_pages:edit", made.pk)


def _tell(request: HttpRequest, errand: Errand, page: StubPage) -> None:
    """Say what is there and what is not."""
    messages.success(request, _("The draft “%(title)s” is made. Nothing is published yet.") % {"title": page.title})
    lacks = missing(facts_of(errand), picture=page.lead_image is not None)
    lines = []
    if lacks:
        lines.append(_("Not found on the page: %(names)s. Fill them in before you publish.") % {"names": ", ".join(lacks)})
    known = known_authors(facts_of(errand).authors.texts)
    if unknown := [name for name, author in known.items() if author is None]:
        lines.append(_("Not among our authors: %(names)s.") % {"names": ", ".join(unknown)})
    if not page.outlet:
        lines.append(_("Choose the outlet."))
    if page.lead_image and not page.lead_image.credit:
        lines.append(_("Enter the picture credit at the image."))
    if lines:
        messages.warning(request, " ".join(lines))


def _found(errand: Errand) -> dict[str, Any]:
    facts, url = facts_of(errand), address_of(errand)
    rows = [
        (_("Headline"), facts.title.text, facts.title.place),
        (_("Description"), facts.description.text, facts.description.place),
        (_("Authors"), ", ".join(facts.authors.texts), facts.authors.place),
        (_("Ran on"), facts.published.text, facts.published.place),
        (_("Language"), facts.language.text, facts.language.place),
        (_("Site"), facts.site_name.text, facts.site_name.place),
        (_("Opening"), " ".join(facts.paragraphs.texts), facts.paragraphs.place),
        (_("Picture"), facts.image.text, facts.image.place),
    ]
    abroad = facts.canonical.text if facts.canonical and address_of(errand) != facts.canonical.text else ""
    return {"facts": rows, "address": url, "abroad": abroad, "picture_problem": errand.found.get("picture_problem", "")}


def _section(request: HttpRequest, section_id: Any) -> SectionPage:
    section = get_object_or_404(SectionPage, pk=section_id)
    if not allowed(section, request.user):
        raise PermissionDenied
    return section


def _errand(request: HttpRequest, errand_id: int, rows: Any = None) -> tuple[Errand, SectionPage]:
    """The errand of who asked it; for everybody else there is none."""
    rows = Errand.objects.all() if rows is None else rows
    errand = rows.filter(pk=errand_id, kind=Errand.Kind.READ_PAGE, asked_by=request.user).first()
    if errand is None:
        raise Http404(_("There is no such reading."))
    return errand, _section(request, errand.asked.get("section"))


def _made(errand: Errand) -> StubPage | None:
    return StubPage.objects.filter(pk=errand.found.get("page")).first()


def _query(errand: Errand) -> str:
    return urlencode({"url": errand.asked["url"]})


def _shown(request: HttpRequest, section: SectionPage, name: str, **context: Any) -> HttpResponse:
    title = _("Stub from an address")
    trail = get_breadcrumbs_items_for_page(section, request.user, include_self=True, querystring_value="")
    told = {"section": section, "breadcrumbs_items": [*trail, {"url": "", "label": title}], "header_title": title}
    return render(request, f"home/stub_from_url/{name}.html", {**told, "page_title": title, "header_icon": "link", **context})


urls = [
    path("<int:section_id>/", ask, name="ask"),
    path("reading/<int:errand_id>/", reading, name="reading"),
    path("reading/<int:errand_id>/make/", make, name="make"),
]
