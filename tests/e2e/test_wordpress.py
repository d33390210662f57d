"""WordPress for real: Debian's package with and without our plugin. What the engine pushes is read on the site's public pages."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser
from wagtail.models import Site as WagtailSite

from home.models import ArticlePage, DatedCorrection
from home.models.corrections import noon
from syndication.delivering import connector_for, deliver_due
from syndication.findings import Findings, find
from syndication.http.probe import FAILED, OK, WARNING
from syndication.models import Delivery, Outlet, Republication, Response, Verification
from syndication.moderating import decide
from syndication.responding import visit_mentions
from syndication.syndicating import withdraw
from syndication.verifying import verify_due
from tests import factories as make
from tests.e2e.stack import ROOT, until
from tests.wordpress import Site, WordPress

# Rows are really committed, for a process beside this one works on them, too.
pytestmark = [pytest.mark.wordpress, pytest.mark.django_db(transaction=True)]
State = Republication.State


@pytest.fixture(scope="module")
def wordpress() -> Iterator[WordPress]:
    servers = WordPress()
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


@pytest.fixture
def open_door(settings: Any, wordpress: WordPress) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [site.port for site in wordpress.sites]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


@pytest.fixture
def companion(wordpress: WordPress, open_door: None) -> Iterator[Site]:
    """The site with our plugin, without posts."""
    wordpress.companion.empty()
    yield wordpress.companion
    assert wordpress.companion.log() == "", "PHP has nothing to say against our plugin"


@pytest.fixture
def plain(wordpress: WordPress, open_door: None) -> Site:
    """The site as it comes, without posts."""
    wordpress.plain.empty()
    return wordpress.plain


def outlet(site: Site, role: str = "editor", **terms: Any) -> Outlet:
    """That site as an outlet."""
    facts = {"endpoint": f"{site.url}/", "website": f"{site.url}/", "account": f"homeward-{role}", "max_in_flight": 1}
    return make.outlet(kind="wordpress", secret=site.passwords[role], **facts, **terms)


def illustrated(headline: str = "The harbour of lamps", **facts: Any) -> ArticlePage:
    """A piece with everything."""
    picture = make.image("Lamps", kind="jpg", size=(900, 600), may_syndicate=True, caption="The lamp keeper")
    facts = {"lead_image": picture, "lead_alt": "Lamps at night", "standfirst": "A night walk & what it showed.", **facts}
    return make.original(headline, **facts)


def row(page: Any) -> Republication:
    return Republication.objects.select_related("outlet", "held", "wanted").get(uid=page.uid)


def pushed(page: Any) -> Republication:
    """The row, after everything that is due was sent."""
    Republication.objects.filter(due_at__isnull=False).update(due_at=Now())
    deliver_due()
    told = row(page)
    assert told.state in (State.DELIVERED, State.WITHDRAWN), [
        told.error,
        *Delivery.objects.values_list("sentence", "detail", "wire"),
    ]
    return told


def looked() -> Verification:
    """What the house finds when it looks at the one copy."""
    Verification.objects.update(due_at=Now())
    assert verify_due() == 1
    return Verification.objects.get()


def seen(url: str) -> Findings:
    with urlopen(url, timeout=30) as answer:
        return find(answer.read(), {name.lower(): value for name, value in answer.headers.items()}, url)


def tags(page: str) -> dict[str, str]:
    """The share tags of a page by property or name."""
    metas = LexborHTMLParser(page).css("head meta[content]")
    named = [(meta.attributes.get("property") or meta.attributes.get("name") or "", meta) for meta in metas]
    return {name: meta.attributes["content"] or "" for name, meta in named if name}


def status(url: str) -> int:
    try:
        return int(urlopen(url, timeout=30).status)
    except HTTPError as refusal:
        return refusal.code


# --- with our plugin ----------------------------------------------------------------------------------------------------------


def test_a_piece_with_everything_arrives_and_its_public_page_leads_home(companion: Site) -> None:
    outlet(companion, attribution="First published in The Harbour Review")
    page = illustrated(parent=make.section("Ships & Sails"))
    told = pushed(page)
    assert told.warnings == []
    assert told.receipt_url == f"{companion.url}/{told.wanted.story.first_published.year}/{page.slug}/"

    html = companion.page(told.receipt_url)
    assert [found.url for found in seen(told.receipt_url).canonicals] == [page.full_url]
    assert not seen(told.receipt_url).noindex
    told_to_cards = tags(html)
    assert told_to_cards["og:title"] == "The harbour of lamps"
    assert told_to_cards["og:url"] == page.full_url
    assert told_to_cards["og:description"] == "A night walk & what it showed."
    assert told_to_cards["og:image:alt"] == "Lamps at night"
    assert told_to_cards["twitter:card"] == "summary_large_image"
    assert urlopen(told_to_cards["og:image"]).read().startswith(b"\xff\xd8"), "a JPEG of their own"
    text = LexborHTMLParser(html).body.text()
    assert "The harbour was empty when we came." in text
    assert "First published in The Harbour Review" in text and seen(told.receipt_url).links_to(page.full_url)
    assert "By Ada Lovelace" in text and "By The Harbour Review" not in text, "our authors, not the account"
    assert "Drawing: Mary Somerville" in text

    post = companion.run(
        f"$p = get_post({told.receipt_id}); $m = get_post(get_post_thumbnail_id($p));"
        "return [$p->post_name, $p->post_date_gmt, $p->post_excerpt, wp_list_pluck(get_the_category($p->ID), 'name'),"
        "get_post_meta($m->ID, '_wp_attachment_image_alt', true), $m->post_excerpt];"
    )
    moment = told.wanted.story.first_published.strftime("%Y-%m-%d %H:%M:%S")
    assert post[:3] == [page.slug, moment, "A night walk &amp; what it showed."]
    assert post[3] == ["Ships &amp; Sails"]
    assert post[4:] == ["Lamps at night", "The lamp keeper Drawing: Mary Somerville"]


def test_the_house_finds_the_contract_honoured(companion: Site) -> None:
    outlet(companion, owes_noindex=True)
    told = pushed(illustrated())
    assert told.warnings == []
    assert seen(told.receipt_url).noindex
    look = looked()
    assert (look.verdict, look.url) == ("honoured", told.receipt_url), look.sentence


def test_copies_are_in_no_sitemap_and_the_desks_own_posts_are(companion: Site) -> None:
    outlet(companion)
    told = pushed(make.original("A copy"))
    companion.run("return wp_insert_post(['post_title' => 'Their own', 'post_name' => 'their-own', 'post_status' => 'publish']);")
    sitemap = companion.page("/wp-sitemap-posts-post-1.xml")
    assert "their-own" in sitemap and told.receipt_url not in sitemap
    own = seen(f"{companion.url}/{timezone.now().year}/their-own/")
    assert [found.url for found in own.canonicals] == [own.url], "what is theirs stays theirs"


@pytest.mark.parametrize("plugin", ["yoast", "rank-math"])
def test_beside_a_plugin_that_writes_the_head_ours_speaks_through_it(plugin: str, companion: Site) -> None:
    outlet(companion, owes_noindex=True)
    page = make.original("The harbour of lamps")
    told = pushed(page)
    switch = companion.folder / plugin
    switch.touch()
    try:
        findings = seen(told.receipt_url)
        html = companion.page(told.receipt_url)
    finally:
        switch.unlink()
    assert [found.url for found in findings.canonicals] == [page.full_url]
    assert [rule.rule for rule in findings.rules] == ["noindex", "follow"]
    assert "og:title" not in tags(html), "share tags are the other's business"
    number = told.receipt_id
    assert companion.run("return apply_filters('wpseo_exclude_from_sitemap_by_post_ids', []);") == [int(number)]
    assert companion.run(f"return apply_filters('rank_math/sitemap/entry', ['loc' => 'x'], 'post', get_post({number}));") is False


def test_a_change_a_new_address_and_a_correction_reach_the_same_post(companion: Site) -> None:
    outlet(companion)
    page = illustrated()
    first = pushed(page)

    page = make.edit(page, title="The harbour of ships", slug="harbour-of-ships")
    second = pushed(page)
    assert (second.receipt_id, second.warnings) == (first.receipt_id, [])
    assert second.receipt_url.endswith("/harbour-of-ships/")
    assert [found.url for found in seen(second.receipt_url).canonicals] == [page.full_url]
    assert "The harbour of ships" in companion.page(second.receipt_url)

    draft = page.get_latest_revision_as_object()
    draft.corrections.add(DatedCorrection(made_at=noon(date(2026, 5, 1)), text="The ship was blue, not green."))
    page = make.publish(draft)
    third = pushed(page)
    assert Delivery.objects.order_by("pk").last().operation == "correct"
    assert "The ship was blue, not green." in companion.page(third.receipt_url)
    assert len(companion.posts()) == 1
    assert len(companion.run("return get_posts(['post_type' => 'attachment', 'numberposts' => -1]);")) == 1, "one upload"


def test_a_withdrawal_takes_it_down_and_it_may_come_back(companion: Site) -> None:
    outlet(companion)
    page = make.original("The harbour of lamps")
    told = pushed(page)
    withdraw(page)
    assert pushed(page).state == State.WITHDRAWN
    assert status(told.receipt_url) == 404
    assert [post["ID"] for post in companion.posts("trash")] == [int(told.receipt_id)]
    assert looked().verdict == "honoured"

    back = connector_for(told.outlet).update(told.wanted.story, row(page).receipt, told.key)  # type: ignore[arg-type]
    assert (back.id, back.url, back.warnings) == (told.receipt_id, told.receipt_url, ())
    assert status(told.receipt_url) == 200


def test_what_the_desk_changed_is_noticed_and_what_it_added_stays(companion: Site) -> None:
    outlet(companion)
    page = make.original("The harbour of lamps", parent=make.section("Harbour"))
    told = pushed(page)
    companion.run(
        f"$term = wp_insert_term('Their own', 'category'); wp_set_post_categories({told.receipt_id}, [$term['term_id']], true);"
        f"return wp_update_post(['ID' => {told.receipt_id}, 'post_title' => 'Better so']);"
    )
    again = pushed(make.edit(page, standfirst="Another night"))
    assert len(again.warnings) == 1 and "changed the copy" in again.warnings[0]
    post = companion.run(
        f"return [get_post({told.receipt_id})->post_title, wp_list_pluck(get_the_category({told.receipt_id}), 'name')];"
    )
    assert post[0] == "The harbour of lamps" and sorted(post[1]) == ["Harbour", "Their own"]


def test_a_link_home_that_was_edited_away_is_put_back_by_our_plugin(companion: Site) -> None:
    outlet(companion, attribution="First published in The Harbour Review")
    page = make.original("The harbour of lamps")
    told = pushed(page)
    companion.run(f"return wp_update_post(['ID' => {told.receipt_id}, 'post_content' => '<p>Bare.</p>']);")
    assert "Bare." in companion.page(told.receipt_url)
    assert seen(told.receipt_url).links_to(page.full_url)
    assert "First published in The Harbour Review: The harbour of lamps" in companion.page(told.receipt_url)


def test_a_post_that_was_deleted_there_is_made_anew_and_the_editor_told(companion: Site) -> None:
    outlet(companion)
    page = illustrated()
    told = pushed(page)
    companion.empty()
    again = pushed(make.edit(page, title="The harbour of ships"))
    assert again.receipt_id != told.receipt_id and "anew" in again.warnings[0]
    assert len(companion.posts()) == 1 and tags(companion.page(again.receipt_url))["og:image"]


def test_hostile_words_are_words_on_their_page(companion: Site) -> None:
    outlet(companion, attribution='"><script>alert(1)</script>')
    page = make.original('Quotes " and <script>alert(2)</script>', authors=[make.author('Eve "><script>alert(3)</script>')])
    html = companion.page(pushed(page).receipt_url)
    assert "<script>alert(" not in html
    # As after a desk has emptied the text, when our plugin writes alone.
    companion.run(f"return wp_update_post(['ID' => {row(page).receipt_id}, 'post_content' => '<p>Bare.</p>']);")
    assert "<script>alert(" not in companion.page(row(page).receipt_url)


# --- plain --------------------------------------------------------------------------------------------------------------------


def test_a_plain_site_takes_the_piece_and_the_row_says_what_it_cannot_do(plain: Site, client: Client) -> None:
    outlet(plain, owes_noindex=True)
    page = illustrated(parent=make.section("Harbour"))
    told = pushed(page)
    html = plain.page(told.receipt_url)
    assert "The harbour was empty when we came." in html and "By Ada Lovelace" in html
    assert seen(told.receipt_url).links_to(page.full_url), "the text leads home"
    assert len(told.warnings) == 2
    assert told.warnings[0].startswith("The canonical link cannot be set there: WordPress has no field for it.")
    assert "noindex" in told.warnings[1] and "Homeward Syndication" in told.warnings[1]

    client.force_login(make.editor())
    for screen in (reverse("syndication:republication", args=[told.pk]), reverse("wagtailadmin_pages:edit", args=[page.pk])):
        assert "The canonical link cannot be set there" in client.get(screen).content.decode()
    assert looked().verdict == "wrong", "it names itself as its home"


def test_a_plain_site_follows_changes_and_withdrawals_too(plain: Site) -> None:
    outlet(plain)
    page = illustrated()
    first = pushed(page)
    second = pushed(make.edit(page, title="The harbour of ships", slug="ships"))
    assert first.receipt_id == second.receipt_id and "The harbour of ships" in plain.page(second.receipt_url)
    assert plain.posts()[0]["post_name"] == "ships"
    withdraw(page)
    assert pushed(page).state == State.WITHDRAWN
    assert status(second.receipt_url) == 404 and plain.posts() == []


def test_an_author_whose_words_wordpress_filters_pushes_the_same_and_finds_it_again(plain: Site) -> None:
    outlet(plain, "author")
    page = illustrated(parent=make.section("Only ours"), language="ar")
    told = pushed(page)
    assert any("no category “Only ours”" in warning for warning in told.warnings)
    (post,) = plain.posts()
    content = post["post_content"]
    assert content.startswith("<!-- wp:html -->\n<p ") and f'data-homeward="{page.uid.hex}"' in content
    assert 'lang="ar" dir="rtl" style="text-align:start"' in content
    assert connector_for(told.outlet).find(told.wanted.story).id == told.receipt_id  # type: ignore[union-attr]
    again = pushed(make.edit(page, title="The harbour of ships"))
    assert again.receipt_id == told.receipt_id and not any("changed" in warning for warning in again.warnings)


def test_a_post_of_theirs_with_our_address_is_left_alone(plain: Site) -> None:
    plain.run("return wp_insert_post(['post_title' => 'Theirs', 'post_name' => 'elections', 'post_status' => 'publish']);")
    outlet(plain)
    page = make.original("Elections", slug="elections")
    told = pushed(page)
    theirs, ours = plain.posts()
    assert (theirs["post_title"], ours["post_title"], ours["post_name"]) == ("Theirs", "Elections", "elections-2")
    assert connector_for(told.outlet).find(told.wanted.story).id == told.receipt_id  # type: ignore[union-attr]


# --- crashes ------------------------------------------------------------------------------------------------------------------


def test_a_worker_killed_between_post_and_answer_leaves_exactly_one_post(
    companion: Site, plain: Site, wordpress: WordPress
) -> None:
    sites = {outlet(site): site for site in (companion, plain)}
    page = make.original("The harbour of lamps")
    for site in sites.values():
        site.hold_answers()
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "syndicate", "--loop"],
        cwd=ROOT,
        env={
            **os.environ,
            "SYNDICATION_LEASE_SECONDS": "4",
            "SYNDICATION_ALLOWED_NETWORKS": "127.0.0.1/32",
            "SYNDICATION_ALLOWED_PORTS": ",".join(str(one.port) for one in wordpress.sites),
        },
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: companion.held() and plain.held(), seconds=90, why="the worker did not push")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        for site in sites.values():
            site.let_go()
    for site in sites.values():
        assert [post["post_status"] for post in site.posts()] == ["draft"], "made, and nobody knows"

    def delivered() -> bool:
        Republication.objects.filter(due_at__isnull=False, lease_until__isnull=True).update(due_at=Now())
        deliver_due()
        return set(Republication.objects.values_list("state", flat=True)) == {State.DELIVERED}

    until(delivered, seconds=90, why="the next worker did not finish it")
    for told in Republication.objects.select_related("outlet"):
        (post,) = sites[told.outlet].posts("any", "trash")
        assert (post["post_status"], str(post["ID"])) == ("publish", told.receipt_id)
        assert page.title in sites[told.outlet].page(told.receipt_url)


def test_two_workers_at_the_same_moment_make_one_post_where_our_plugin_is(companion: Site) -> None:
    told = outlet(companion)
    story = make.story(headline="The harbour of lamps")
    with ThreadPoolExecutor(2) as pool:
        receipts = list(pool.map(lambda _: connector_for(told).publish(story, uuid4()), range(2)))
    assert receipts[0].id == receipts[1].id and receipts[0].url == receipts[1].url
    assert len(companion.posts("any", "trash")) == 1


# --- the test of the connection -----------------------------------------------------------------------------------------------


def steps(told: Outlet) -> list[tuple[str, str]]:
    return [(step.step, step.outcome) for step in connector_for(told).greet()]


def test_the_test_of_the_connection_says_what_is_there(companion: Site, plain: Site) -> None:
    assert [outcome for _step, outcome in steps(outlet(companion))] == [OK, OK, OK]
    assert [outcome for _step, outcome in steps(outlet(plain))] == [OK, OK, WARNING]


def test_a_contributor_may_not_publish_and_a_wrong_password_is_told_apart(companion: Site) -> None:
    assert [outcome for _step, outcome in steps(outlet(companion, "contributor"))] == [OK, FAILED]
    wrong = outlet(companion, automatic=False)
    wrong.secret = "abcd EFGH ijkl MNOP qrst UVWX"
    (step,) = connector_for(wrong).greet()
    assert step.outcome == FAILED and "application password" in step.sentence


def test_who_may_not_publish_holds_the_outlet_with_a_sentence(companion: Site) -> None:
    told = outlet(companion, "contributor")
    page = make.original("The harbour of lamps")
    deliver_due()
    told.refresh_from_db()
    assert (told.state, row(page).state) == (Outlet.State.HELD, State.PENDING)
    assert "may not" in Delivery.objects.get().sentence and "Editor" in Delivery.objects.get().sentence


# --- pingbacks --------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(live_server: Any, settings: Any) -> str:
    """Our own address, where pages answer; WordPress goes to no other private one than its own."""
    settings.SITE_URL = f"http://127.0.0.1:{urlsplit(live_server.url).port}"
    make.publication(comments=True)
    WagtailSite.objects.update(hostname="127.0.0.1", port=urlsplit(live_server.url).port)
    return str(settings.SITE_URL)


def test_we_ping_a_post_that_we_link_to_and_it_shows_us(companion: Site, served: str) -> None:
    told = companion.run(
        "$id = wp_insert_post(['post_title' => 'Quays', 'post_content' => 'By night.', 'post_status' => 'publish']);"
        "return [$id, get_permalink($id)];"
    )
    make.outlet("Pages that we link to", kind="webmention", endpoint="")
    link = f'Nobody slept; see <a href="{told[1]}">what they wrote of quays</a> that year.'
    piece = make.original("The harbour of lamps", body=make.paragraphs("It began in May.", link))
    kept = pushed(piece)
    assert kept.warnings == [] and kept.receipt_memory["pinged"] == {told[1]: f"{companion.url}/xmlrpc.php"}
    (comment,) = companion.run(f"return get_comments(['post_id' => {told[0]}, 'status' => 'all']);")
    assert (comment["comment_type"], comment["comment_author_url"]) == ("pingback", piece.full_url)
    assert "The harbour of lamps" in comment["comment_author"] and "what they wrote of quays" in comment["comment_content"]
    changed = pushed(make.edit(piece, body=make.paragraphs("It began in June.", link)))
    assert changed.warnings == [] and changed.held == changed.wanted
    assert len(companion.run(f"return get_comments(['post_id' => {told[0]}, 'status' => 'all']);")) == 1


def test_a_post_that_links_to_us_pings_us_and_we_show_it_until_it_goes(companion: Site, served: str) -> None:
    piece = make.original("The harbour of lamps")
    post = companion.run(
        "$id = wp_insert_post(['post_title' => 'Lamps at sea', 'post_status' => 'publish', 'post_author' => 1,"
        f"""'post_content' => '<p>We read <a href="{piece.full_url}">of lamps</a> with joy.</p>']); pingback('', $id);"""
        "return ['id' => $id, 'url' => get_permalink($id), 'pung' => get_pung($id)];"
    )
    assert post["pung"] == [piece.full_url], "they count us as told"
    response = Response.objects.get()
    assert (response.kind, response.source, response.state) == ("pingback", post["url"], "waiting")
    assert visit_mentions() == 1
    response.refresh_from_db()
    assert response.state == "held" and "We read of lamps with joy." in response.text
    assert "Lamps at sea" in response.title
    decide([response.pk], "shown", None)
    assert "We read of lamps with joy." in Client().get(piece.url, headers={"host": urlsplit(served).netloc}).content.decode()
    companion.run(f"wp_update_post(['ID' => {post['id']}, 'post_content' => 'We changed our mind.']); return 1;")
    Response.objects.update(due_at=Now())
    assert visit_mentions() == 1 and Response.objects.get().state == "gone"
