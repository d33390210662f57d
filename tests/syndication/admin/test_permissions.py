"""Who may enter which screen: every admin address of the engine, met by every kind of person, by GET and by POST.

The addresses are read from the URLconf, so a new view without a line in MAY fails. To add yours, add one line:

    "syndication:my_view": ("EMS", "MS"),   # who may GET it, who may POST to it

E is the Editors group, M Syndication managers, V somebody with only view rights, S a superuser; `-` (nobody logged in) and `0`
(no access to the admin) never enter. A method that the view does not know counts as refused.
If your address takes an argument of a new name, add it to `arguments`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from syndication.models import Delivery, Errand, Kill, Notice, Republication, Sighting, Subscription, Token, Told, Verification
from tests import factories as make

pytestmark = pytest.mark.django_db

VIEWERS = "EMVS"
MAY = {
    "syndication:overview": (VIEWERS, ""),
    "syndication:overview_results": (VIEWERS, ""),
    "syndication:republications": (VIEWERS, ""),
    "syndication:republications_results": (VIEWERS, ""),
    "syndication:republication": (VIEWERS, ""),
    "syndication:verification": (VIEWERS, ""),
    "syndication:verification_now": (VIEWERS, ""),
    "syndication:verification_look": ("", "EMS"),
    "syndication:deliveries": (VIEWERS, ""),
    "syndication:deliveries_results": (VIEWERS, ""),
    "syndication:delivery": (VIEWERS, ""),
    "syndication:dead_letters": ("MS", ""),
    "syndication:dead_letters_results": ("MS", ""),
    "syndication:replay_many": ("MS", "MS"),
    "syndication:replay": ("", "MS"),
    "syndication:skip": ("", "MS"),
    "syndication:mark_delivered": ("MS", "MS"),
    "syndication:kill_page": ("MS", "MS"),
    "syndication:kills": (VIEWERS, ""),
    "syndication:kills_results": (VIEWERS, ""),
    "syndication:kill": (VIEWERS, ""),
    "syndication:kill_lift": ("MS", "MS"),
    "syndication:kill_settled": ("MS", "MS"),
    "syndication:todo": ("EMS", ""),
    "syndication:todo_results": ("EMS", ""),
    "syndication:kit": ("EMS", "EMS"),
    "syndication:address": ("EMS", "EMS"),
    "syndication:letter": (VIEWERS, ""),
    "syndication:health": (VIEWERS, ""),
    "syndication:health_results": (VIEWERS, ""),
    "syndication:ran": (VIEWERS, ""),
    "syndication:ran_results": (VIEWERS, ""),
    # Wagtail's own group Editors may edit pages below the root that it was given.
    "syndication:panel": ("ES", ""),
    "syndication:push": ("", "ES"),
    "syndication:look": ("", "ES"),
    "syndication:take_down": ("", "ES"),
    "syndication:decide_rules": ("", "ES"),
    "syndication:decide_send": ("", "ES"),
    "syndication:decide_keep": ("", "ES"),
    "syndication:tell": ("", "ES"),
    "syndication:compare": ("ES", ""),
    "syndication:preview": ("ES", ""),
    "syndication:progress": ("EMS", ""),
    "syndication:notices": (VIEWERS, ""),
    "syndication:notices_results": (VIEWERS, ""),
    "syndication:dismiss_notice": ("", "EMS"),
    "syndication:outlet_test": ("", "MS"),
    "syndication:outlet_suspend": ("", "MS"),
    "syndication:outlet_resume": ("", "MS"),
    "syndication:outlet_tested": ("MS", ""),
    "syndication:outlet_steps": ("MS", ""),
    "syndication:outlet_access": ("MS", "MS"),
    "syndication:outlet_new_link": ("MS", "MS"),
    "syndication:token_end": ("MS", "MS"),
    "syndication:pulls": ("EMS", ""),
    "syndication:pulls_results": ("EMS", ""),
    "syndication:sender_secret": ("MS", "MS"),
    "syndication:sightings": ("EMS", ""),
    "syndication:sightings_results": ("EMS", ""),
    "syndication:sighting": ("EMS", "EMS"),
    "syndication:dismiss_sighting": ("", "EMS"),
    "syndication:block_sighting": ("", "EMS"),
    "syndication:discovery": ("EMS", "EMS"),
    "syndication:discovered": ("EMS", ""),
    "syndication:target_look": ("", "ES"),
    "syndication:target_accept": ("", "ES"),
    "syndication:target_move": ("", "ES"),
    "syndication:outlet_lift": ("", "MS"),
    "syndication:received": ("EMS", ""),
    "syndication:received_results": ("EMS", ""),
    "syndication:subscriptions": ("MS", ""),
    "syndication:subscriptions_results": ("MS", ""),
    "syndication:end_subscription": ("", "MS"),
    "syndication:responses": ("EMS", ""),
    "syndication:responses_results": ("EMS", ""),
    "syndication:decide_responses": ("", "EMS"),
    "syndication:response_person": ("EMS", "EMS"),
    "senders:index": ("MS", ""),
    "senders:index_results": ("MS", ""),
    "senders:add": ("MS", "MS"),
    "senders:edit": ("MS", "MS"),
    "senders:delete": ("MS", "MS"),
    "senders:history": ("MS", ""),
    "senders:history_results": ("MS", ""),
    "senders:usage": ("MS", ""),
    "outlets:index": ("EMS", ""),
    "outlets:index_results": ("EMS", ""),
    "outlets:add": ("MS", "MS"),
    "outlets:edit": ("MS", "MS"),
    "outlets:delete": ("MS", "MS"),
    "outlets:history": ("MS", ""),
    "outlets:history_results": ("MS", ""),
    "outlets:usage": ("MS", ""),
}


def addresses() -> dict[str, tuple[str, ...]]:
    """Name and arguments of each address below /admin/syndication/."""

    def walk(patterns: Any, place: str, spaces: str, names: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for one in patterns:
            here, own = place + str(one.pattern), (*names, *one.pattern.converters)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, here, spaces + (f"{one.namespace}:" if one.namespace else ""), own)
            elif isinstance(one, URLPattern) and here.startswith("admin/syndication/"):
                yield f"{spaces}{one.name or here}", own

    return dict(walk(get_resolver().url_patterns, "", "", ()))


@pytest.fixture
def arguments() -> dict[str, Any]:
    """A value for each name of an argument."""
    outlet, page = make.outlet(), make.original()
    row = Republication.objects.get()
    Republication.objects.update(state="failed", due_at=None)
    facts = {"outlet": outlet, "fence": 1, "key": row.key, "operation": "publish", "edition": row.wanted}
    delivery = Delivery.objects.create(republication=row, **facts)
    ids = {"outlet_id": outlet.pk, "page_id": page.pk, "republication_id": row.pk, "delivery_id": delivery.pk}
    # Several addresses call theirs `pk`: one number fits them all.
    Notice.objects.create(pk=outlet.pk, kind=Notice.Kind.HELD, subject=f"outlet:{outlet.pk}", outlet=outlet, sentence="401")
    Errand.objects.create(pk=outlet.pk, kind=Errand.Kind.TEST_OUTLET, outlet=outlet)
    make.sender(pk=outlet.pk)
    # In trouble, so that there is a letter.
    Verification.objects.create(pk=outlet.pk, republication=row, url="https://outlet.example/7", verdict="wrong")
    Subscription.objects.create(pk=outlet.pk, topic="https://home.example/feeds/atom/", callback="https://reader.example/")
    killed = {"headline": "Lamps", "reason": "Why", "lifted_at": row.created_at}
    kill = Kill.objects.create(pk=outlet.pk, uid=page.uid, edition=row.wanted, url=page.full_url, **killed)
    ids["told_id"] = Told.objects.create(kill=kill, outlet=outlet, outlet_name=outlet.name).pk
    ids["sighting_id"] = Sighting.objects.create(uid=page.uid, url="https://lantern.example/lamps").pk
    token, _text = Token.make(outlet, "Website", ["read"])
    return {**ids, "token_id": token.pk, "pk": outlet.pk, "token": "never-made"}


def person(name: str, *, groups: tuple[str, ...] = (), rights: tuple[str, ...] = ()) -> Client:
    user = get_user_model().objects.create_user(name, password="secret")
    user.groups.set(Group.objects.filter(name__in=groups))
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def people() -> dict[str, Client]:
    """A browser for each letter; `-` is anonymous, `0` has no business in the admin."""
    boss = Client()
    boss.force_login(make.editor())
    return {
        "-": Client(),
        "0": person("reader"),
        "E": person("editing", groups=("Editors",)),
        "M": person("managing", groups=("Syndication managers",)),
        "V": person("viewing", rights=("access_admin", "view_republication", "view_delivery")),
        "S": boss,
    }


def enters(client: Client, method: str, url: str) -> bool:
    """Whether the view let somebody in; what it did is undone."""
    with transaction.atomic():
        answer = getattr(client, method)(url)
        transaction.set_rollback(True)
    assert answer.status_code < 500
    turned_away = answer.status_code == 302 and (answer["Location"] == "/admin/" or "/login/" in answer["Location"])
    return answer.status_code not in (403, 405) and not turned_away


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    assert set(addresses()) == set(MAY)


@pytest.mark.parametrize("name", sorted(MAY))
def test_only_who_may_enters(name: str, arguments: dict[str, Any], people: dict[str, Client]) -> None:
    url = reverse(name, kwargs={own: arguments[own] for own in addresses()[name]})
    found = tuple("".join(letter for letter in people if enters(people[letter], method, url)) for method in ("get", "post"))
    assert found == tuple("".join(letter for letter in people if letter in may) for may in MAY[name])
