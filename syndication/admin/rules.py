"""Rules in the admin: the choices an outlet's rules are made of, the field that offers them, and how many pieces they pick."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syndication.models import Edition, Outlet
from syndication.pages import syndicated_models
from syndication.rules import FACETS

FACET_NAMES = {
    "section": gettext_lazy("Sections"),
    "topic": gettext_lazy("Topics"),
    "author": gettext_lazy("Authors"),
    "language": gettext_lazy("Languages"),
    "licence": gettext_lazy("Licences"),
}
GONE = gettext_lazy("No longer there")
# From so many choices on there is a field to find one.
MANY = 10


def facets() -> dict[str, dict[str, str]]:
    """Every label there is, by facet, with its name: those of all page types together."""
    named: dict[str, dict[str, str]] = {facet: {} for facet in FACETS}
    for model in syndicated_models():
        for facet, labels in model.label_names().items():
            named[facet].update(labels)
    return named


def choices(named: Mapping[str, Mapping[str, str]], stored: Iterable[str]) -> list[tuple[Any, list[tuple[str, str]]]]:
    """The choices by facet. What is stored and no longer there comes first, so that it can be seen and taken out."""
    known = {label for labels in named.values() for label in labels}
    gone = [(label, _("%(label)s (no longer there)") % {"label": label}) for label in stored if label not in known]
    groups = [(FACET_NAMES.get(facet, facet), list(labels.items())) for facet, labels in named.items() if labels]
    return [(GONE, gone), *groups] if gone else groups


def picked(outlet: Outlet) -> tuple[int, int]:
    """How many of the current pieces the outlet's rules pick, and how many there are."""
    rows = Edition.objects.visible().values_list("kind", "first_published_at", "labels", named=True)
    takes = [outlet.takes(cast(Edition, row)) for row in rows]
    return sum(takes), len(takes)


def sentence(outlet: Outlet) -> str:
    """What the rules pick now, in words; empty for an outlet that is not pushed to."""
    if not outlet.kind:
        return ""
    if not outlet.automatic:
        return _("Nothing goes there by itself: editors choose each piece.")
    number, total = picked(outlet)
    return _("These rules pick %(number)s of %(total)s pieces that are public now.") % {"number": number, "total": total}


class RulesWidget(forms.CheckboxSelectMultiple):
    """Checkboxes in a fold for each facet, with a field to find one where there are many."""

    def __init__(self, title: Any, none: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.title, self.none = title, none

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        """The folds; those with a choice in them are open."""
        context = self.get_context(name, value, attrs)
        folds = []
        for facet, options, _index in context["widget"]["optgroups"]:
            number = sum(option["selected"] for option in options)
            folds.append({"facet": facet, "options": options, "chosen": number, "many": len(options) >= MANY})
        return render_to_string(
            "syndication/outlets/rules.html", {**context, "folds": folds, "title": self.title, "none": self.none}
        )


class RulesField(forms.MultipleChoiceField):
    """A list of labels, sorted."""

    def clean(self, value: Any) -> list[str]:
        """The labels chosen; one that is neither there nor stored is refused."""
        return sorted(set(super().clean(value)))
