"""Tokens of outlets: shown once, kept as a digest."""

from datetime import timedelta

import pytest
from django.utils import timezone

from syndication.models import Outlet, Token
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_token_is_found_by_its_text_which_is_kept_nowhere() -> None:
    row, text = Token.make(make.outlet(), "Website", ["read"])
    assert Token.find(text) == row
    kept = Token.objects.values().get()
    assert text.rpartition("_")[2] not in repr(kept) and not row.objection
    assert Token.objects.usable().get() == row


@pytest.mark.parametrize("text", ["", "hw", "hw_", "hw__", "hw_0123456789_x", "xx_0123456789_x", "hw_\0_x", "x" * 500])
def test_a_text_that_is_nobodys_finds_nothing(text: str) -> None:
    row, right = Token.make(make.outlet(), "Website", ["read"])
    assert Token.find(text) is None
    assert Token.find(right[:-1]) is None and Token.find(right + "a") is None
    assert Token.find(f"hw_{row.prefix}_") is None


def test_revoked_expired_and_suspended_each_say_why() -> None:
    outlet = make.outlet()
    row, text = Token.make(outlet, "Website", ["read"])
    row.revoke()
    found = Token.find(text)
    assert found and "revoked" in found.objection
    old, text = Token.make(outlet, "Old", ["read"], expires_at=timezone.now() - timedelta(seconds=1))
    assert "expired" in old.objection
    fresh, text = Token.make(outlet, "Fresh", ["read"])
    Outlet.objects.filter(pk=outlet.pk).update(state=Outlet.State.SUSPENDED)
    found = Token.find(text)
    assert found and "suspended" in found.objection
    assert not Token.objects.usable().exists()
    assert str(fresh) == f"Fresh (hw_{fresh.prefix}_…)"


def test_a_use_is_written_down_but_not_with_every_request(django_assert_num_queries) -> None:
    row, _text = Token.make(make.outlet(), "Website", ["read"])
    row.seen()
    row.refresh_from_db()
    assert row.last_used_at
    with django_assert_num_queries(0):
        row.seen()
