"""What opens doors does not stand in logs."""

import pytest

from syndication.discretion import discreet, discreet_event
from syndication.models import Token
from tests import factories as make


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("GET /partners/feeds/hw_0a1b2c3d4e_s3-cr_et/rss/", "GET /partners/feeds/hw_0a1b2c3d4e_…/rss/"),
        ("hw__x", "hw__…"),
        ("/partners/o/5.1~abc-DEF_/pieces/7/?said=again", "/partners/o/…/pieces/7/?said=again"),
        ("'/partners/o/5.1~abc' refused", "'/partners/o/…' refused"),
        ("/partners/v1/articles?since=2026", "/partners/v1/articles?since=2026"),
        ("hw_notatoken", "hw_notatoken"),
    ],
)
def test_the_secret_part_is_hidden_wherever_it_stands(told: str, shown: str) -> None:
    assert discreet(told) == shown


@pytest.mark.django_db
def test_a_real_token_is_hidden_in_every_text_of_a_line_and_nothing_else_is_touched() -> None:
    token, text = Token.make(make.outlet(), "Website", ["read"])
    line = discreet_event(None, "warning", {"request": f"GET /partners/feeds/{text}/", "event": text, "code": 403})
    assert line == {"request": f"GET /partners/feeds/hw_{token.prefix}_…/", "event": f"hw_{token.prefix}_…", "code": 403}
