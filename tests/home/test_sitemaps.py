"""The sitemaps: what search engines are asked to read, and nothing whose home is elsewhere."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from home.models import ArticlePage
from syndication.models import Edition
from syndication.planning import plan
from tests import factories as make

pytestmark = pytest.mark.django_db

ROOT = "http://127.0.0.1:8000"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def entries(client: Client, path: str = "/sitemap.xml") -> dict[str, ET.Element]:
    """The url elements of a sitemap by address; each address stands there once."""
    answer = client.get(path)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("application/xml")
    found = ET.fromstring(answer.content).findall(f"{SITEMAP}url")
    listed = {str(url.findtext(f"{SITEMAP}loc")): url for url in found}
    assert len(listed) == len(found)
    return listed


def private(page: Page) -> PageViewRestriction:
    """Open the page to signed-in people only."""
    return PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def test_every_page_that_is_its_own_home_is_there_and_nothing_else(client: Client) -> None:
    ada = make.author(slug="ada")
    article = make.original(authors=[ada])
    ours = make.stub(canonical_policy="self", authors=[ada])
    make.stub(authors=[ada])
    make.stub(canonical_policy="noindex", authors=[ada])
    make.original(canonical_policy="noindex", authors=[ada])
    make.original(live=False, authors=[ada])
    section = article.get_parent()
    expected = {f"{ROOT}/", section.full_url, article.full_url, ours.full_url, f"{ROOT}/authors/ada/"}
    assert set(entries(client)) == expected


def test_the_day_of_the_last_change_is_given(client: Client) -> None:
    page = make.original()
    told = entries(client)[page.full_url].findtext(f"{SITEMAP}lastmod")
    assert told == Edition.objects.get(uid=page.uid).modified_at.isoformat()


def test_what_goes_away_leaves_both_sitemaps(client: Client) -> None:
    kept, unpublished, deleted, expired, hidden = pages = [make.original() for _number in range(5)]
    for path in ("/sitemap.xml", "/news-sitemap.xml"):
        assert {page.full_url for page in pages} <= set(entries(client, path))
    unpublished.unpublish()
    deleted.delete()
    private(hidden)
    make.edit(expired, expire_at=timezone.now() + timedelta(hours=1))
    Edition.objects.filter(uid=expired.uid).update(expires_at=timezone.now() - timedelta(minutes=1))
    for path in ("/sitemap.xml", "/news-sitemap.xml"):
        assert {page.full_url for page in pages} & set(entries(client, path)) == {kept.full_url}


def test_a_private_section_is_in_no_sitemap(client: Client) -> None:
    page = make.original(parent=make.section("Backroom", slug="backroom"))
    private(page.get_parent())
    assert not [url for url in entries(client) if "backroom" in url]


def test_a_page_that_moves_is_listed_where_it_is_now(client: Client) -> None:
    page = make.original(slug="lamps")
    make.edit(page, slug="other-lamps")
    assert {url.rpartition("/reviews")[2] for url in entries(client) if "lamps" in url} == {"/other-lamps/"}


def test_the_news_are_originals_of_two_days(client: Client) -> None:
    make.publication(name="The Harbour Review")
    fresh, old = make.original("Lamps & lights", language="ar-dz"), make.original("Old")
    make.stub(canonical_policy="self")
    ArticlePage.objects.filter(pk=old.pk).update(first_published_at=timezone.now() - timedelta(days=2, minutes=1))
    plan(old, "older")
    ((url, entry),) = entries(client, "/news-sitemap.xml").items()
    assert url == fresh.full_url
    news = entry.find(f"{NEWS}news")
    assert news.findtext(f"{NEWS}title") == "Lamps & lights"
    assert news.findtext(f"{NEWS}publication/{NEWS}name") == "The Harbour Review"
    assert news.findtext(f"{NEWS}publication/{NEWS}language") == "ar"
    assert news.findtext(f"{NEWS}publication_date") == fresh.first_published_at.isoformat()


def test_the_name_of_the_house_breaks_no_sitemap(client: Client) -> None:
    make.publication(name="The\x0b Harbour & <Review>")
    make.original()
    (entry,) = entries(client, "/news-sitemap.xml").values()
    assert entry.findtext(f"{NEWS}news/{NEWS}publication/{NEWS}name") == "The Harbour & <Review>"
