"""Where readers write: a page with a form, a preview, a while to mend it. No cookie, no script; never kept by any cache."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from syndication import tasks
from syndication.conversation import Conversation
from syndication.conversing import EDITABLE_FOR, Said, add, edit, editable, of_key
from syndication.doorbell import ring
from syndication.following import confirm, leave
from syndication.models import Edition, Follow, Response
from syndication.responding import conversation_of
from syndication.responses.forms import CommentForm, answered, stamp, wait_of
from syndication.responses.person import person_of
from syndication.wording import as_html

LONGEST = 64 * 1024
SHORT = ("name", "email", "url")


# A form that carries its own signature and no cookie proves nothing of who is logged in: there is nobody to be forged.
@csrf_exempt
def write(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form of a comment on a public piece; POST with `preview` shows it, else it is taken."""
    edition, rules = _piece(uid)
    if rules.closed:
        return _shown(request, edition, {"closed": rules.closed}, 403 if request.method == "POST" else 200)
    if request.method != "POST":
        form = CommentForm(uid=uid, initial={"reply": request.GET.get("reply", ""), "stamp": stamp(uid)})
        return _shown(request, edition, {"form": form, "parent": answered(uid, request.GET.get("reply", ""))})
    if too_long(request):
        return _shown(request, edition, {"closed": _("That is more text than we take. Go back and shorten it.")}, 413)
    person = person_of(request)
    form = CommentForm(_posted(request), uid=uid, person=person, preview="preview" in request.POST)
    if form.is_valid() and not form.preview:
        if wait := wait_of(person):
            form.add_error(
                None, _("Many comments came at once. Wait %(seconds)d seconds, then send it once more.") % {"seconds": wait}
            )
            return _asked_again(request, edition, form, 429)
        row = add(edition, rules, _said(form, person))
        ring(tasks.respond)
        return _done(row)
    return _asked_again(request, edition, form, 200 if form.is_valid() else 422)


@csrf_exempt
def mend(request: HttpRequest, key: str) -> HttpResponse:
    """What its author sees of a comment just sent: where it stands, and for a while the form to mend it."""
    row = of_key(key)
    if row is None:
        raise Http404("This link is over.")
    edition, rules = _piece(row.uid)
    context = {"row": row, "own": as_html(row.text), "minutes": int(EDITABLE_FOR.total_seconds() // 60)}
    if not editable(row) or rules.closed:
        return _shown(request, edition, context)
    facts = {"name": row.name, "url": row.url, "text": row.text, "stamp": stamp(row.uid)}
    if request.method != "POST":
        if "edit" in request.GET:
            return _shown(request, edition, {"form": CommentForm(uid=row.uid, editing=True, initial=facts), "editing": True})
        return _shown(request, edition, {**context, "edit_url": f"{request.path}?edit"})
    if too_long(request):
        return _shown(request, edition, {"closed": _("That is more text than we take. Go back and shorten it.")}, 413)
    form = CommentForm(_posted(request), uid=row.uid, editing=True, preview="preview" in request.POST)
    if form.is_valid() and not form.preview:
        edit(row, rules, _said(form, row.person, row.email))
        ring(tasks.respond)
        return _done(row)
    return _asked_again(request, edition, form, 200 if form.is_valid() else 422, editing=True)


def _piece(uid: UUID) -> tuple[Edition, Conversation]:
    rows = Edition.objects.visible().defer("body_html").select_related("page")
    edition = get_object_or_404(rows, uid=uid)
    return edition, conversation_of(edition)


def too_long(request: HttpRequest) -> bool:
    """Whether more comes than anybody writes; what says no length says too much."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > LONGEST


def _posted(request: HttpRequest) -> Any:
    """What was typed; nothing, where it cannot be read."""
    try:
        return request.POST
    except (UnicodeError, ValueError, RawPostDataException):
        return {}


def _said(form: CommentForm, person: str, email: str = "") -> Said:
    data = form.cleaned_data
    return Said(
        name=data["name"],
        text=data["text"],
        email=data.get("email") or email,
        url=data["url"],
        person=person,
        parent=form.parent(),
        follow=bool(data.get("follow")),
    )


def _done(row: Response) -> HttpResponse:
    answer = redirect(reverse("mend_response", args=[row.key]))
    answer.status_code = 303
    add_never_cache_headers(answer)
    return answer


def _asked_again(request: HttpRequest, edition: Edition, form: CommentForm, status: int, **more: Any) -> HttpResponse:
    """The form once more, with all that was typed and a fresh stamp where the old one is over; or its preview."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    if not form.is_valid() and form.non_field_errors() and status != 429:
        data["stamp"] = stamp(form.uid)
        form.data = data
    context = {"form": form, "parent": form.parent(), **more}
    if form.is_valid():
        context |= {"preview": as_html(form.cleaned_data["text"]), "preview_name": form.cleaned_data["name"]}
    return _shown(request, edition, context, status)


def _shown(request: HttpRequest, edition: Edition, context: dict[str, Any], status: int = 200) -> HttpResponse:
    story = edition.card
    form = context.get("form")
    if form is not None:
        described(form)
    answer = render(request, "responses/write.html", {**context, "story": story, "publisher": story.publisher}, status=status)
    answer["X-Robots-Tag"] = "noindex"
    # The address of what one wrote opens it: it goes nowhere with a link.
    answer["Referrer-Policy"] = "no-referrer"
    add_never_cache_headers(answer)
    return answer


def described(form: CommentForm) -> None:
    """Tie each field to its help and its errors, for who hears the page."""
    for name, field in form.fields.items():
        wrong = form.is_bound and name in form.errors
        told = [f"id_{name}_help"] if field.help_text else []
        if wrong:
            field.widget.attrs["aria-invalid"] = "true"
        if told or wrong:
            field.widget.attrs["aria-describedby"] = " ".join([*told, *([f"id_{name}_error"] if wrong else [])])


# --- following --------------------------------------------------------------------------------------------------------


@csrf_exempt
def follow_confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Asks for one click, for mail programs open links by themselves; the click confirms."""
    return _followed(
        request, Follow.of(key), confirm, _("Follow the responses"), _("You hear of each new response by e-mail now.")
    )


@csrf_exempt
def follow_leave(request: HttpRequest, key: str) -> HttpResponse:
    """One click ends it: of a person on this page, or of their mail program by itself (RFC 8058)."""
    return _followed(request, Follow.of(key), leave, _("Stop these mails"), _("Done. You get no more mails about this piece."))


def _followed(request: HttpRequest, row: Follow | None, act: Any, button: str, done: str) -> HttpResponse:
    acted = request.method == "POST" or row is None
    if acted and row is not None:
        act(row)
    edition = Edition.objects.visible().defer("body_html").filter(uid=row.uid).first() if row else None
    sentence = done if row is not None else _("There is nothing here any more: you get no mails by this link.")
    context = {
        "button": "" if acted else button,
        "sentence": sentence if acted else "",
        "story": edition.card if edition else None,
    }
    answer = render(request, "responses/follow.html", {**context, "title": button})
    answer["X-Robots-Tag"], answer["Referrer-Policy"] = "noindex", "no-referrer"
    add_never_cache_headers(answer)
    return answer
