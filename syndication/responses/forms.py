"""The form of a comment: plain fields, no cookie, no script. What machines fill in, and how quickly, gives them away."""

from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syndication.http import check_url
from syndication.models import Response
from syndication.responses.person import too_often
from syndication.wording import one_line, tidy

TEXT = 10_000
# Nobody reads, thinks and writes in less; and a form that lay open for longer is signed anew, with all that was typed in it.
LEAST_SECONDS, MOST_SECONDS = 3, 24 * 3600
# Comments in a minute: of one network, and of all.
LIMIT, LIMIT_OF_ALL = 5, 120
SALT = "response.form"


def stamp(uid: UUID) -> str:
    """What a form carries instead of a cookie: for which piece it was given out, and when."""
    return signing.TimestampSigner(salt=SALT).sign(str(uid))


class CommentForm(forms.Form):
    """What a reader writes. `name` and `text` are asked for; the e-mail address is never shown."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write your name, or what you want to be called.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        help_text=gettext_lazy("Never shown. Only moderators see it."),
        error_messages={
            "invalid": gettext_lazy("This is no e-mail address. It looks like ada@example.org; you may leave it empty.")
        },
    )
    url = forms.CharField(
        label=gettext_lazy("Your site"),
        max_length=500,
        required=False,
        widget=forms.URLInput(attrs={"autocomplete": "url", "dir": "ltr", "placeholder": "https://"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Your thoughts"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 9, "dir": "auto"}),
        help_text=gettext_lazy("Plain text. An empty line begins a paragraph; addresses become links."),
        error_messages={"required": gettext_lazy("Write something.")},
    )
    follow = forms.BooleanField(label=gettext_lazy("Mail me when others respond"), required=False)
    # People do not see it (it is out of sight, and says what it is to who hears it); machines fill in whatever they find.
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    reply = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, uid: UUID, person: str = "", editing: bool = False, preview: bool = False, **kwargs: Any):
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.uid, self.person, self.preview = uid, person, preview
        if editing:
            for name in ("email", "follow"):
                del self.fields[name]
        for field in self.fields.values():
            if field.required:
                field.widget.attrs["aria-required"] = "true"

    def clean_name(self) -> str:
        """On one line, with something to see in it."""
        name = one_line(self.cleaned_data["name"])
        if not any(letter.isalnum() for letter in name):
            raise ValidationError(_("Write your name, or what you want to be called."))
        return name

    def clean_email(self) -> str:
        """In small letters, so that one person is one."""
        return str(self.cleaned_data["email"]).strip().lower()

    def clean_url(self) -> str:
        """A web address on the public web, or nothing; without its scheme it is https."""
        url = str(self.cleaned_data["url"]).strip()
        if url and "://" not in url and not url.lower().startswith(("javascript:", "data:", "mailto:")):
            url = f"https://{url}"
        if url:
            try:
                check_url(url)
            except ValueError:
                raise ValidationError(
                    _("This is no web address. It looks like https://example.org; you may leave it empty.")
                ) from None
        return url

    def clean_text(self) -> str:
        """Tidied, with something to see in it."""
        text = tidy(self.cleaned_data["text"])
        if not any(not letter.isspace() and letter.isprintable() for letter in text):
            raise ValidationError(_("Write something."))
        return text

    def clean(self) -> dict[str, Any]:
        """Last, what machines do; a preview is no comment yet, so nothing is counted."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("follow") and not data.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write your e-mail address, so that we can mail you; or untick the box below."))
        if not self.preview:
            self._clean_machines(data)
        return data

    def _clean_machines(self, data: dict[str, Any]) -> None:
        if data.get("website"):
            raise ValidationError(
                _("A field that people do not see was filled in. If you did not do that, empty it and send again.")
            )
        try:
            signer = signing.TimestampSigner(salt=SALT)
            ours = signer.unsign(data.get("stamp", ""), max_age=MOST_SECONDS) == str(self.uid)
            soon = ours and _is_fresh(signer, data.get("stamp", ""))
        except signing.BadSignature:
            ours = soon = False
        if not ours:
            raise ValidationError(_("This form lay open for long. What you wrote is still here; please send it once more."))
        if soon:
            raise ValidationError(_("That was quick. Wait a few seconds, then send it once more."))

    def parent(self) -> Response | None:
        """The comment it answers, if that is shown under this piece."""
        return answered(self.uid, str((self.data if self.is_bound else self.initial).get("reply", "")))


def _is_fresh(signer: signing.TimestampSigner, value: str) -> bool:
    try:
        signer.unsign(value, max_age=LEAST_SECONDS)
    except signing.SignatureExpired:
        return False
    return True


def answered(uid: UUID, given: str) -> Response | None:
    """The response of this number under this piece, if readers see it."""
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        return None
    shown = Response.objects.filter(uid=uid, state=Response.State.SHOWN, pk=int(given))
    found: Response | None = shown.select_related("parent").first()
    return found


def wait_of(person: str) -> int:
    """The seconds to wait if too many comments came; else 0. Counts one."""
    return too_often("comment", person, LIMIT, LIMIT_OF_ALL)
