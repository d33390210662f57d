"""The headers: strict for readers, as loose as Wagtail's editor needs in the admin, and nothing that stops a cache."""

from typing import Any

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house() -> None:
    make.front_page()


def policy(answer: Any) -> dict[str, list[str]]:
    """The Content-Security-Policy as directive and sources."""
    parts = answer["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for part in parts if (words := part.split())}


@pytest.mark.parametrize("path", ["/", "/feeds/rss/", "/sitemap.xml", "/robots.txt", "/nowhere/"])
def test_readers_get_no_inline_scripts_no_frames_and_no_foreign_sources(path: str, client: Client) -> None:
    told = policy(client.get(path))
    assert told["default-src"] == ["'self'"]
    assert "script-src" not in told and "style-src" not in told
    assert told["object-src"] == told["base-uri"] == ["'none'"]
    assert told["frame-ancestors"] == told["form-action"] == ["'self'"]
    assert not [source for sources in told.values() for source in sources if "unsafe" in source or source == "*"]


def test_the_admin_may_use_inline_scripts_and_still_nothing_foreign(client: Client) -> None:
    client.force_login(make.editor())
    for path in ("/admin/login/", "/admin/"):
        told = policy(client.get(path, follow=True))
        assert "'unsafe-inline'" in told["script-src"] and "'unsafe-inline'" in told["style-src"]
        assert "blob:" in told["img-src"]
        assert told["object-src"] == ["'none'"] and told["default-src"] == ["'self'"]


def test_an_article_cannot_borrow_the_admins_policy_by_its_address(client: Client) -> None:
    told = policy(client.get("/administration/"))
    assert "script-src" not in told


def test_pages_set_no_cookie_and_refuse_what_a_reader_does_not_need(client: Client) -> None:
    page = make.original()
    answer = client.get(page.url)
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_an_unchanged_page_answers_304(client: Client) -> None:
    page = make.original()
    first = client.get(page.url)
    again = client.get(page.url, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304 and again.content == b""


def test_a_host_that_is_not_ours_is_turned_away(client: Client) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_password_is_guessed_eight_times_and_no_more(client: Client) -> None:
    user = make.editor()
    answers = [client.post("/admin/login/", {"username": user.username, "password": f"guess {n}"}).status_code for n in range(9)]
    assert answers[0] == 200 and answers[-1] == 429


@pytest.mark.django_db
def test_the_login_page_speaks_of_the_newsroom_and_of_no_software(client: Client) -> None:
    page = client.get("/admin/login/").content.decode()
    assert "Sign in to the newsroom" in page and "to Wagtail" not in page
