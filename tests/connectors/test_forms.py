"""The outlet form with each of the channels that announce, and the desks of people: what it asks for, and what it refuses."""

import pytest
from django.test import Client
from django.urls import reverse

from syndication.models import Outlet
from tests.fakes.social import APP_PASSWORD, TOKEN
from tests.syndication.test_outlet import editor, errors, form

__all__ = ["editor"]
pytestmark = pytest.mark.django_db
# Endpoint, account and secret, as an editor enters them.
ENTERED = {
    "mastodon": ("https://mastodon.example", "", TOKEN),
    "bluesky": ("https://bsky.social", "harbour.bsky.social", APP_PASSWORD),
    "webmention": ("", "", ""),
    "websub": ("https://hub.example/", "", ""),
    "email": ("", "desk@lantern.example", ""),
    "by_hand": ("", "", ""),
    "pull": ("", "", ""),
}


def entered(kind: str, **facts: str) -> dict[str, object]:
    endpoint, account, secret = ENTERED[kind]
    return form(**{"name": "Place", "kind": kind, "endpoint": endpoint, "account": account, "new_secret": secret, **facts})


@pytest.mark.parametrize("kind", ENTERED)
def test_an_outlet_of_each_kind_can_be_added(kind: str, editor: Client) -> None:
    answer = editor.post(reverse("outlets:add"), entered(kind))
    assert answer.status_code == 302, errors(answer)
    made = Outlet.objects.get()
    assert (made.kind, made.endpoint, made.account) == (kind, *ENTERED[kind][:2])


@pytest.mark.parametrize(
    ("kind", "field", "wrong"),
    [
        ("mastodon", "new_secret", "short"),
        ("mastodon", "endpoint", ""),
        ("bluesky", "new_secret", "the-password-I-log-in-with"),
        ("bluesky", "account", "@harbour"),
        ("bluesky", "account", ""),
        ("websub", "endpoint", ""),
        ("email", "account", ""),
        ("email", "account", "no address"),
    ],
)
def test_what_a_kind_cannot_work_with_is_refused_at_its_field(kind: str, field: str, wrong: str, editor: Client) -> None:
    answer = editor.post(reverse("outlets:add"), entered(kind, **{field: wrong}))
    assert answer.status_code == 200 and field in errors(answer)
    assert not Outlet.objects.exists()
