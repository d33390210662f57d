"""No address is forgotten: what the resolver knows is in the matrix or named here, and the admin tells strangers nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404
from wagtail.contrib.routable_page.models import RoutablePageMixin

from tests.visibility.addresses import ADDRESSES
from tests.visibility.canaries import found
from tests.visibility.states import draft, live

pytestmark = pytest.mark.django_db

# Why an address needs no line in the matrix.
LEFT_OUT: dict[str, str] = {}
ROUTABLE = {("SectionPage", "index_route"), ("SectionPage", "listing"), ("SectionPage", "feed")}
# What the admin shows to strangers: its doors, and files that are the same for everybody.
OPEN = ("login/", "logout/", "password_reset/", "jsi18n/", "sprite/")


def routes(resolver: Any = None, before: str = "", skip: tuple[str, ...] = ("admin/",)) -> Iterator[str]:
    """Every address there is, as the resolver spells it."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern).removeprefix("^" if before else "")
        if isinstance(entry, URLResolver) and route not in skip:
            yield from routes(entry, route, skip)
        elif isinstance(entry, URLPattern):
            yield route


def asked() -> set[str]:
    """The addresses that the matrix asks at."""
    ground = live()
    matched = set()
    for kind in ADDRESSES.values():
        for question in kind.of(ground):
            try:
                matched.add(resolve(question.path.partition("?")[0]).route)
            except Resolver404:
                continue
    return matched


def test_every_address_is_in_the_matrix_or_left_out_for_a_reason() -> None:
    forgotten = set(routes()) - asked() - set(LEFT_OUT)
    assert not forgotten, f"add to tests/visibility/addresses.py: {sorted(forgotten)}"
    assert set(LEFT_OUT) <= set(routes())


def test_every_route_of_a_page_is_in_the_matrix() -> None:
    models: list[Any] = [model for model in apps.get_models() if issubclass(model, RoutablePageMixin)]
    there = {(model.__name__, str(entry.name)) for model in models for entry in model.get_subpage_urls()}
    assert there == ROUTABLE, "ask at it in tests/visibility/addresses.py, then name it here"


def test_no_address_of_the_admin_tells_a_stranger_anything() -> None:
    ground = draft()
    (root,) = (entry for entry in get_resolver().url_patterns if str(entry.pattern) == "admin/")
    told = {}
    for route in set(routes(root)):
        path = f"/admin/{re.sub(r'<[^>]+>', str(ground.page.pk), route)}"
        if not re.fullmatch(r"[\w/.-]+", path) or route.startswith(OPEN):
            continue
        answer = Client().get(path)
        if answer.status_code == 200 or found(f"{answer.headers}{answer.content.decode()}", path):
            told[path] = answer.status_code
    assert told == {}
