"""The screens with as many rows as a publication of years has: 10,000 pieces at 20 outlets, a delivery of each in the log."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from syndication.models import Delivery, Outlet, Republication
from tests import archive
from tests import factories as make

pytestmark = pytest.mark.django_db

PIECES, OUTLETS = 10_000, 20
SCREENS = ["overview", "overview_results", "republications", "republications_results", "deliveries", "dead_letters", "panel"]


class Asked:
    """One answer, and how many queries it took. How long it takes is measured by benchmarks/screens.py."""

    def __init__(self, client: Client, screen: str, page: Any):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse(f"syndication:{screen}", args=[page.pk] if screen == "panel" else []))
        assert answer.status_code == 200
        self.queries = len(queries)
        self.html = answer.content.decode()


def test_each_screen_asks_as_many_queries_at_the_real_size_as_for_a_handful(client: Client) -> None:
    client.force_login(make.editor())
    outlets = [make.outlet() for _ in range(2)]
    # A hundred, so that the list of dead letters is not empty by chance.
    archive.lay(100, outlets)
    page = make.original("The harbour at night")
    for screen in SCREENS:
        Asked(client, screen, page)
    few = {screen: Asked(client, screen, page).queries for screen in SCREENS}

    outlets += [make.outlet() for _ in range(OUTLETS - len(outlets))]
    archive.lay(PIECES, outlets)
    many = {screen: Asked(client, screen, page) for screen in SCREENS}

    assert Republication.objects.count() > PIECES * OUTLETS
    assert {screen: asked.queries for screen, asked in many.items()} == few
    # They do show what was laid.
    assert "delivered v1" in many["republications"].html
    assert Delivery.objects.count() >= PIECES * OUTLETS
    assert all(outlet.name in many["overview"].html for outlet in Outlet.objects.all())
