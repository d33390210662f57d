"""The pieces of a run: told, changed, taken down, told again as before; with a ledger of what was wanted last.

Only `record` and `want_all` are used, as planning does, so that ten thousand republications are laid in seconds.
"""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from wagtail.models import Page

from syndication.models import Delivery, Edition, Outlet, Republication, Wish, record
from syndication.story import Story
from tests import factories as make
from tests.chaos.judge import Wanted

WEBHOOKS, POSTS = 18, 2
CHANGES = ("edit", "edit", "edit", "edit", "edit", "edit", "withdraw", "revert", "revert", "revert")


def furnish(partner: str) -> dict[str, Outlet]:
    """Twenty outlets at the partner, by their names there. Nothing is planned for them by itself."""
    kinds = [("webhook", "hook", f"h{number}") for number in range(WEBHOOKS)] + [
        ("posts", "posts", f"p{number}") for number in range(POSTS)
    ]
    made = {}
    for kind, path, name in kinds:
        outlet = make.outlet(f"Outlet {name}", kind=kind, endpoint=f"{partner}/{path}/{name}", automatic=False)
        Outlet.objects.filter(pk=outlet.pk).update(planned_terms=outlet.terms)
        made[name] = outlet
    return made


class Pieces:
    """Pieces at outlets. With `syndicate` False they are recorded only: another sender tells the outlets."""

    def __init__(self, outlets: dict[str, Outlet], *, seed: int, syndicate: bool = True):
        self.outlets, self.syndicate = outlets, syndicate
        self.dice = random.Random(seed)
        self.first: list[Story] = []
        self.wanted: dict[str, Wanted] = {}
        self.changed = 0
        # The moment before a send asks of the page only whether it is live, so one serves for all.
        root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
        self.page = root.add_child(instance=Page(title="Under fault", slug=f"under-fault-{seed}"))

    def tell(self, count: int) -> list[Edition]:
        """Publish so many pieces for the first time."""
        begin = len(self.first)
        self.first += [make.story(headline=f"Piece {begin + number}, as first told") for number in range(count)]
        return [self._want(story, public=True) for story in self.first[begin:]]

    def change(self) -> Edition:
        """One piece changes: an edit, a withdrawal, or back to how it was told first."""
        story = self.dice.choice(self.first)
        self.changed += 1
        what = self.dice.choice(CHANGES)
        if what == "edit":
            story = story.model_copy(update={"headline": f"{story.headline}, and anew {self.changed}"})
        return self._want(story, public=what != "withdraw")

    def _want(self, story: Story, *, public: bool) -> Edition:
        with transaction.atomic():
            edition = record(story, public=public, page=self.page, reason="chaos")
            if self.syndicate:
                any_outlet = next(iter(self.outlets.values()))
                wish = Wish.publish(edition.story, any_outlet) if public else Wish.withdraw()
                Republication.objects.want_all(edition, dict.fromkeys(self.outlets.values(), wish))
        self.wanted[str(story.uid)] = Wanted(edition.headline if public else "", edition.version)
        return edition


def owed() -> int:
    """How many republications are not at rest."""
    return Republication.objects.exclude(due_at=None, lease_token=None).count()


def rows(outlets: dict[str, Outlet]) -> dict[tuple[str, str], str]:
    """The state of each republication, by outlet and uid."""
    names = {outlet.pk: name for name, outlet in outlets.items()}
    return {
        (names[outlet], str(uid)): state for outlet, uid, state in Republication.objects.values_list("outlet", "uid", "state")
    }


def late(outlets: dict[str, Outlet]) -> set[tuple[str, str]]:
    """Where a worker ended a conversation after its lease was over."""
    names = {outlet.pk: name for name, outlet in outlets.items()}
    found = Delivery.objects.filter(late=True).values_list("outlet", "republication__uid")
    return {(names[outlet], str(uid)) for outlet, uid in found}


def outcomes() -> dict[str, int]:
    """How many deliveries ended how."""
    ends: dict[str, int] = {}
    for outcome in Delivery.objects.values_list("outcome", flat=True):
        ends[outcome or "open"] = ends.get(outcome or "open", 0) + 1
    recovered = Delivery.objects.filter(outcome=Delivery.Outcome.ACCEPTED, wire=[]).count()
    return {**ends, "of these, settled for a worker that was killed": recovered}


def causes(repeated: Sequence[str]) -> Counter[str]:
    """Why webhooks were said twice: how the deliveries before the repeat ended, by their keys."""
    keys = {UUID(name.removeprefix("msg_")) for name in repeated}
    ends: dict[UUID, set[str]] = {}
    for key, outcome in Delivery.objects.filter(key__in=keys).values_list("key", "outcome"):
        ends.setdefault(key, set()).add(outcome)
    said: Counter[str] = Counter()
    for name in repeated:
        found = ends.get(UUID(name.removeprefix("msg_")), set())
        said[_cause(found)] += 1
    return said


def _cause(ends: set[str]) -> str:
    if Delivery.Outcome.LOST in ends:
        return "a worker vanished" + (", and no answer" if Delivery.Outcome.UNCERTAIN in ends else "")
    return "no answer" if Delivery.Outcome.UNCERTAIN in ends else "other: " + ", ".join(sorted(ends))


def troubles(limit: int = 5) -> Sequence[dict[str, Any]]:
    """Some republications that are not at rest, with all that is known of them."""
    stuck = Republication.objects.exclude(state__in=["delivered", "withdrawn"])
    return list(stuck.values("pk", "outlet", "state", "operation", "attempts", "fence", "due_at", "lease_until", "error")[:limit])
