"""WordPress: what a post there says of a piece, and what sites do that are not as the handbook says. The suite holds it to the
contract; tests/e2e/test_wordpress.py meets the real one.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from syndication.connectors.base import Receipt
from syndication.connectors.wordpress import WordPress
from syndication.connectors.wordpress.site import trusted
from syndication.errors import Permanent, Refused, Transient, Uncertain
from syndication.http.probe import AUTHENTICATION, CANONICAL, FAILED, NOT_APPLICABLE, OK, PUBLISHING, WARNING
from syndication.story import Correction, Named, Person, Picture, Story
from tests import factories as make
from tests.connectors.conftest import Engine
from tests.connectors.fakes.base import Reply, path_of, query_of
from tests.connectors.fakes.wordpress import API, PASSWORD, FakeWordPress, refused
from tests.fakes.partner import Partner, Request, named


@pytest.fixture
def site(partner: Partner) -> FakeWordPress:
    return FakeWordPress(partner)


@pytest.fixture
def engine(site: FakeWordPress) -> Engine:
    return Engine(site.outlet())


def post(site: FakeWordPress) -> dict[str, Any]:
    """The one post there."""
    (copy,) = site.copies
    return copy.facts


def asked(site: FakeWordPress, method: str = "", part: str = "") -> list[Request]:
    """The requests so far, of a method and to a place."""
    return [one for one in site.partner.requests if one.method == (method or one.method) and part in one.path]


def answering(site: FakeWordPress, part: str, reply: Reply, method: str = "POST") -> None:
    """From now on the site answers so to what goes there."""
    usual = site.handle

    def handle(request: Request) -> Reply:
        return reply if request.method == method and part in request.path else usual(request)

    site.handle = handle  # type: ignore[method-assign]


def changed(story: Story, **facts: Any) -> Story:
    return story.model_copy(update=facts)


# --- where the API is ---------------------------------------------------------------------------------------------------------


def test_the_api_is_found_by_the_link_header_and_the_password_does_not_go_to_the_front_page(
    engine: Engine, site: FakeWordPress, story: Story
) -> None:
    engine.publish(story)
    front, *others = site.partner.requests
    assert front.path == "/" and "authorization" not in {name.lower() for name in front.headers}
    assert all(request.path.startswith(API) for request in others if request.path.startswith("/wp"))


def test_it_is_found_by_a_link_in_the_head_where_something_drops_the_header(
    engine: Engine, site: FakeWordPress, story: Story
) -> None:
    page = f'<!doctype html><head><link rel="https://api.w.org/" href="{API}"></head>'.encode()
    usual = site.handle
    site.handle = lambda request: Reply(body=page, content_type="text/html") if request.path == "/" else usual(request)  # type: ignore[method-assign]
    assert engine.publish(story).id == "7"


def test_it_is_guessed_where_the_site_names_it_nowhere(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.front = {}
    assert engine.publish(story).id == "7"


def test_a_site_without_pretty_addresses_is_spoken_to_by_its_route(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.front = {"Link": f'<{site.partner.url("/index.php?rest_route=/")}>; rel="https://api.w.org/"'}
    usual = site.handle

    def handle(request: Request) -> Reply:
        route = query_of(request).pop("rest_route", "")
        if not route:
            return usual(request)
        rest = request.path.partition("&")[2]
        return usual(replace(request, path=f"{API}{route.lstrip('/')}?{rest}"))

    site.handle = handle  # type: ignore[method-assign]
    assert engine.publish(story).id == "7"
    assert asked(site, "GET", "/index.php?rest_route=/wp/v2/posts&slug=")


def test_what_is_no_wordpress_is_told_so(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.handle = lambda request: Reply(404, body=b"no", content_type="text/html")  # type: ignore[method-assign]
    with pytest.raises(Permanent, match="No WordPress that we can speak with is at this address"):
        engine.publish(story)


def test_an_api_at_another_host_gets_no_password(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.front = {"Link": '<https://evil.example/wp-json/>; rel="https://api.w.org/"'}
    with pytest.raises(Permanent, match=r"leads to a WordPress at evil\.example, another host"):
        engine.publish(story)
    assert not any("authorization" in {name.lower() for name in request.headers} for request in site.partner.requests)


@pytest.mark.parametrize(
    ("url", "endpoint", "root"),
    [
        ("https://a.example/wp-json/", "https://a.example", "https://a.example/wp-json/"),
        ("https://a.example/wp-json", "https://a.example/", "https://a.example/wp-json/"),
        ("https://www.a.example/wp-json/", "https://a.example/", "https://www.a.example/wp-json/"),
        ("https://a.example/wp-json/", "http://a.example/", "https://a.example/wp-json/"),
        ("http://a.example/wp-json/", "https://a.example/", "https://a.example/wp-json/"),
        ("http://a.example:8080/wp-json/", "https://a.example/", "https://a.example/wp-json/"),
        ("https://a.example/index.php?rest_route=/", "https://a.example/", "https://a.example/index.php?rest_route=/"),
        ("https://a.example:8443/wp-json/", "https://a.example/", ""),
        ("https://b.example/wp-json/", "https://a.example/", ""),
        ("https://a.example.evil.example/wp-json/", "https://a.example/", ""),
        ("", "https://a.example/", ""),
    ],
)
def test_the_password_goes_to_the_site_that_was_entered_and_never_less_safely(url: str, endpoint: str, root: str) -> None:
    assert trusted(url, endpoint) == root


def test_the_place_is_remembered_and_looked_for_again_when_the_outlet_has_another_address(
    engine: Engine, site: FakeWordPress, story: Story
) -> None:
    engine.publish(story)
    site.partner.requests.clear()
    engine.publish(changed(story, headline="The harbour of ships"))
    assert [request.path for request in asked(site, "GET")].count("/") == 0
    engine.receipt = replace(engine.receipt, memory={**engine.receipt.memory, "root": "https://old.example/wp-json/"})
    engine.publish(changed(story, headline="The harbour of boats"))
    assert [request.path for request in asked(site, "GET")].count("/") == 1


# --- who we are ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["publish", "update", "withdraw", "find"])
def test_a_wrong_password_holds_the_outlet_whatever_words_wordpress_has_for_it(
    verb: str, engine: Engine, site: FakeWordPress, story: Story
) -> None:
    receipt = engine.publish(story)
    engine.outlet.secret = "X" * 24
    say: dict[str, Callable[[], Any]] = {
        "publish": lambda: engine.connector.publish(make.story(), uuid4()),
        "update": lambda: engine.connector.update(story, receipt, uuid4()),
        "withdraw": lambda: engine.connector.withdraw(story, receipt, uuid4()),
        "find": lambda: engine.connector.find(story),
    }
    with pytest.raises(Refused, match="does not take our user name and application password") as caught:
        say[verb]()
    assert caught.value.status == 401 and "X" * 24 not in caught.value.detail


@pytest.mark.parametrize(
    ("status", "code", "error", "words"),
    [
        (401, "incorrect_password", Refused, "does not know our application password"),
        (401, "invalid_username", Refused, "does not know our user"),
        (401, "application_passwords_disabled", Refused, "switched off at this site"),
        (401, "application_passwords_disabled_for_user", Refused, "switched off for our user"),
        (401, "rest_cannot_create", Refused, "let the Authorization header pass"),
        (403, "rest_cannot_create", Refused, "give our user the role Editor"),
        (403, "rest_cannot_publish", Refused, "may not do this"),
        (403, "rest_cannot_edit", Permanent, "may not change this copy"),
        (403, "", Refused, "refused our credentials"),
        (404, "rest_no_route", Permanent, "switched off at this site"),
        (400, "rest_invalid_param", Permanent, "It says: “Invalid parameter: x”"),
        (410, "", Permanent, "gone for good"),
    ],
)
def test_each_refusal_has_its_cause_and_its_remedy(
    status: int, code: str, error: type[Exception], words: str, engine: Engine, site: FakeWordPress, story: Story
) -> None:
    reply = refused(status, code, "<strong>Invalid</strong> parameter: {x}.") if code else Reply(status, body=b"Forbidden")
    answering(site, "/wp/v2/posts", reply)
    with pytest.raises(error, match=words) as caught:
        engine.publish(story)
    assert type(caught.value) is error or status == 410


def test_what_wordpress_echoes_of_our_password_is_not_shown(engine: Engine, site: FakeWordPress, story: Story) -> None:
    answering(site, "/wp/v2/posts", refused(400, "bad", f"{PASSWORD} and {PASSWORD.replace(' ', '')} are wrong"))
    with pytest.raises(Permanent) as caught:
        engine.publish(story)
    for form in (PASSWORD, PASSWORD.replace(" ", "")):
        assert form not in caught.value.sentence + caught.value.detail


@pytest.mark.parametrize("secret", ["abcd EFGH ijkl MNOP qrst UVWX", "abcdEFGHijklMNOPqrstUVWX"])
def test_an_application_password_is_taken_with_and_without_its_spaces(secret: str) -> None:
    WordPress.check_secret(secret)


@pytest.mark.parametrize("secret", ["", "correct-horse-battery", "abcd EFGH ijkl MNOP qrst UVW", "äbcd EFGH ijkl MNOP qrst UVWX"])
def test_the_password_to_log_in_with_is_refused_on_the_form(secret: str) -> None:
    with pytest.raises(ValueError, match="24 letters and digits"):
        WordPress.check_secret(secret)


@pytest.mark.parametrize("account", ["", "  ", "a:b"])
def test_a_name_that_cannot_be_sent_is_refused_on_the_form(account: str) -> None:
    with pytest.raises(ValueError, match="name of our user"):
        WordPress.check_account(account)


def test_a_conversation_ends_long_before_its_lease(engine: Engine, site: FakeWordPress, story: Story, settings: Any) -> None:
    settings.SYNDICATION_DEADLINE_SECONDS = 0
    with pytest.raises(Transient, match="Nothing was sent"):
        engine.publish(story)


# --- what a post says ---------------------------------------------------------------------------------------------------------


def test_a_post_is_a_draft_first_and_then_published(engine: Engine, site: FakeWordPress, story: Story) -> None:
    receipt = engine.publish(changed(story, url="https://home.example/reviews/the-lamps/"))
    made, published = [request.json() for request in asked(site, "POST", "/wp/v2/posts")]
    assert (made["status"], published["status"]) == ("draft", "publish")
    assert (made["slug"], made["date_gmt"]) == ("the-lamps", "2018-05-30T09:00:00")
    assert "date_gmt" not in published, "the desk may have its own day for it"
    assert (receipt.id, receipt.url) == ("7", site.partner.url("/the-lamps/"))


def test_headline_and_excerpt_are_text_and_wordpress_takes_html(engine: Engine, site: FakeWordPress, story: Story) -> None:
    engine.publish(changed(story, headline="Salt & <script>alert(1)</script>", standfirst='A "night" walk & more'))
    assert post(site)["title"]["raw"] == "Salt &amp; &lt;script&gt;alert(1)&lt;/script&gt;"
    assert post(site)["excerpt"]["raw"] == 'A "night" walk &amp; more'


def test_the_text_stands_in_one_block_and_no_element_around_it_spoils_a_themes_distances(
    engine: Engine, site: FakeWordPress, story: Story
) -> None:
    body = '<p>مرفأ</p>\n<blockquote lang="fr" dir="ltr"><p>Un port</p></blockquote>\n<p>ليل &amp; بحر</p>'
    engine.publish(changed(story, language="ar", direction="rtl", body_html=body))
    first, *lines, last = post(site)["content"]["raw"].split("\n")
    assert (first, last) == ("<!-- wp:html -->", "<!-- /wp:html -->")
    assert (
        lines[0] == f'<p lang="ar" dir="rtl" style="text-align:start" data-homeward="{story.uid.hex}"><em>{story.byline}</em></p>'
    )
    assert lines[1:4] == [
        '<p lang="ar" dir="rtl" style="text-align:start">مرفأ</p>',
        '<blockquote lang="fr" dir="ltr" style="text-align:start"><p>Un port</p></blockquote>',
        '<p lang="ar" dir="rtl" style="text-align:start">ليل &amp; بحر</p>',
    ]


def test_the_credit_of_the_picture_is_printed_for_few_themes_show_it(
    engine: Engine, site: FakeWordPress, story: Story, picture: Picture
) -> None:
    engine.publish(changed(story, lead_image=picture))
    assert "Photo: Mary Somerville" in post(site)["content"]["raw"]


def test_an_excerpt_ends_with_the_way_to_the_rest(site: FakeWordPress, story: Story) -> None:
    Engine(site.outlet(extent="excerpt")).publish(story)
    content = post(site)["content"]["raw"]
    assert "The harbour was empty when we came." in content and "Read the rest at The Harbour Review" in content


def test_a_correction_is_dated_and_printed(engine: Engine, site: FakeWordPress, story: Story) -> None:
    engine.publish(story)
    engine.publish(changed(story, corrections=(Correction(at=date(2026, 5, 1), text="The ship was blue."),)))
    assert "1 May 2026: The ship was blue." in post(site)["content"]["raw"]


def test_its_address_follows_ours_and_is_left_alone_otherwise(engine: Engine, site: FakeWordPress, story: Story) -> None:
    story = changed(story, url="https://home.example/reviews/the-lamps/")
    engine.publish(story)
    post(site)["slug"] = "their-address"
    receipt = engine.publish(changed(story, headline="The harbour of ships"))
    assert (post(site)["slug"], receipt.url) == ("their-address", site.partner.url("/their-address/"))
    receipt = engine.publish(changed(story, url="https://home.example/reviews/ships/"))
    assert (post(site)["slug"], receipt.url) == ("ships", site.partner.url("/ships/"))


# --- categories and tags ------------------------------------------------------------------------------------------------------


def called(*names: str) -> tuple[Named, ...]:
    return tuple(Named(name=name) for name in names)


def test_section_and_topics_are_found_by_name_or_made(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.terms["categories"][5] = "Ships & Sails"
    site.terms["tags"][6] = "harbour"
    engine.publish(changed(story, section=Named(name="ships & sails"), topics=called("Harbour", "Night")))
    assert post(site)["categories"] == [5]
    assert [site.terms["tags"][number] for number in post(site)["tags"]] == ["harbour", "Night"]


def test_a_term_that_wordpress_takes_for_the_same_is_used(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.terms["categories"][5] = "Ships - Sails"
    engine.publish(changed(story, section=Named(name="Ships Sails")))
    assert post(site)["categories"] == [5]


def test_a_category_that_we_may_not_make_is_a_warning(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.may["manage_categories"] = False
    receipt = engine.publish(story)
    assert site.copies[0].live
    assert any("no category “Reviews”" in warning for warning in receipt.warnings)


def test_what_the_desk_filed_it_under_stays_and_ours_is_exchanged(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.terms["categories"][50] = "Editor’s choice"
    engine.publish(story)
    (ours,) = post(site)["categories"]
    post(site)["categories"] = [ours, 50]
    engine.publish(changed(story, section=Named(name="Essays")))
    assert [site.terms["categories"][number] for number in post(site)["categories"]] == ["Editor’s choice", "Essays"]


def test_terms_are_looked_up_once_and_again_when_the_desk_deleted_one(engine: Engine, site: FakeWordPress, story: Story) -> None:
    engine.publish(story)
    site.partner.requests.clear()
    engine.publish(changed(story, headline="The harbour of ships"))
    assert asked(site, part="/categories") == []
    number = engine.receipt.memory["terms"]["categories"]["Reviews"]
    engine.receipt = replace(engine.receipt, memory={**engine.receipt.memory, "terms": {"categories": "garbage"}})
    engine.publish(changed(story, headline="The harbour of boats"))
    assert engine.receipt.memory["terms"]["categories"] == {"Reviews": number}


# --- the picture --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def illustrated(story: Story, picture: Picture) -> Story:
    return changed(story, lead_image=picture, share_image=picture)


def test_the_picture_goes_up_with_all_that_is_said_of_it(engine: Engine, site: FakeWordPress, illustrated: Story) -> None:
    engine.publish(illustrated)
    ((number, media),) = site.media.items()
    assert post(site)["featured_media"] == number
    assert (media["alt_text"], media["caption"]) == ("A lamp at night", "The lamp Photo: Mary Somerville")
    assert (media["title"], media["post"]) == ("A lamp at night", "7")


def test_new_words_for_a_picture_need_no_new_upload(engine: Engine, site: FakeWordPress, illustrated: Story) -> None:
    engine.publish(illustrated)
    lead = illustrated.lead_image.model_copy(update={"alt": "A lamp by day", "caption": "Lamp & <b>light</b>"})  # type: ignore[union-attr]
    engine.publish(changed(illustrated, lead_image=lead))
    (media,) = site.media.values()
    assert (media["alt_text"], media["caption"]) == (
        "A lamp by day",
        "Lamp &amp; &lt;b&gt;light&lt;/b&gt; Photo: Mary Somerville",
    )


def test_an_upload_whose_answer_was_lost_is_found_again(engine: Engine, site: FakeWordPress, illustrated: Story) -> None:
    usual = site.handle

    def handle(request: Request) -> Reply:
        reply = usual(request)
        return Reply(502) if request.method == "POST" and path_of(request).endswith("/media") else reply

    site.handle = handle  # type: ignore[method-assign]
    receipt = engine.publish(illustrated)
    assert any("without its picture" in warning for warning in receipt.warnings) and site.copies[0].live
    site.handle = usual  # type: ignore[method-assign]
    engine.publish(changed(illustrated, headline="The harbour of ships"))
    assert len(site.media) == 1 and post(site)["featured_media"] in site.media


def test_a_picture_that_the_desk_deleted_goes_up_again(engine: Engine, site: FakeWordPress, illustrated: Story) -> None:
    engine.publish(illustrated)
    site.media.clear()
    receipt = engine.publish(changed(illustrated, headline="The harbour of ships"))
    assert post(site)["featured_media"] in site.media
    assert not any("picture" in warning for warning in receipt.warnings)


def test_who_may_not_upload_pushes_without_and_says_so(engine: Engine, site: FakeWordPress, illustrated: Story) -> None:
    site.may["upload_files"] = False
    receipt = engine.publish(illustrated)
    assert site.copies[0].live and post(site)["featured_media"] == 0
    assert any("without its picture" in warning for warning in receipt.warnings)


def test_a_drawing_in_svg_goes_as_the_picture_for_cards(
    engine: Engine, site: FakeWordPress, story: Story, picture: Picture
) -> None:
    drawing = picture.model_copy(update={"url": "https://home.example/x.svg", "mime": "image/svg+xml", "alt": "A drawing"})
    engine.publish(changed(story, lead_image=drawing, share_image=picture))
    (media,) = site.media.values()
    assert media["alt_text"] == "A drawing" and media["name"].endswith(".jpg")


def test_a_picture_that_left_the_piece_leaves_the_post_and_one_of_theirs_stays(
    engine: Engine, site: FakeWordPress, illustrated: Story, story: Story
) -> None:
    engine.publish(illustrated)
    engine.publish(changed(illustrated, lead_image=None))
    assert post(site)["featured_media"] == 0
    site.media[900] = {"slug": "theirs", "source_url": "https://lantern.example/theirs.jpg"}
    post(site)["featured_media"] = 900
    engine.publish(changed(illustrated, lead_image=None, headline="The harbour of ships"))
    assert post(site)["featured_media"] == 900


def test_a_site_that_asks_us_to_slow_down_at_the_picture_is_heeded(
    engine: Engine, site: FakeWordPress, illustrated: Story
) -> None:
    answering(site, "/media", Reply(429, headers={"Retry-After": "90"}))
    with pytest.raises(Transient):
        engine.publish(illustrated)


# --- the way home -------------------------------------------------------------------------------------------------------------


def test_our_plugin_sets_both_and_shows_the_byline_in_its_place(site: FakeWordPress, story: Story) -> None:
    site.plugins = {"homeward/v1"}
    told = site.outlet(owes_noindex=True, attribution="First in The Harbour Review")
    receipt = Engine(told).publish(changed(story, authors=(Person(name="Ada"), Person(name="Grace"))))
    assert receipt.warnings == () and site.copies[0].canonical == story.canonical.url and site.copies[0].noindex
    meta = post(site)["meta"]
    assert (meta["_homeward_byline"], meta["_homeward_link"]) == ("Ada, Grace", story.canonical.url)
    assert meta["_homeward_attribution"] == f"First in The Harbour Review: {story.headline}"
    assert story.byline not in post(site)["content"]["raw"]
    assert asked(site, part="rankmath") == []


def test_what_is_owed_no_more_is_taken_away(site: FakeWordPress, story: Story) -> None:
    site.plugins = {"homeward/v1"}
    engine = Engine(site.outlet(owes_noindex=True))
    engine.publish(story)
    engine.outlet = site.outlet(owes_noindex=False, owes_canonical=False)
    engine.publish(story)
    assert not site.copies[0].noindex and site.copies[0].canonical == site.copies[0].url


def test_yoast_is_used_where_the_site_opened_its_fields(site: FakeWordPress, story: Story) -> None:
    site.plugins, site.opened = {"yoast/v1"}, {"_yoast_wpseo_canonical", "_yoast_wpseo_meta-robots-noindex"}
    receipt = Engine(site.outlet(owes_noindex=True)).publish(story)
    assert post(site)["meta"]["_yoast_wpseo_canonical"] == story.canonical.url
    assert post(site)["meta"]["_yoast_wpseo_meta-robots-noindex"] == "1"
    assert receipt.warnings == ()


def test_a_field_that_may_be_seen_and_not_written_keeps_no_piece_from_going_out(
    engine: Engine, site: FakeWordPress, story: Story
) -> None:
    site.plugins, site.opened = {"yoast/v1"}, {"_yoast_wpseo_canonical"}
    usual = site.handle

    def handle(request: Request) -> Reply:
        if (
            request.method == "POST"
            and path_of(request).endswith("/posts/7")
            and "_yoast_wpseo_canonical" in request.json()["meta"]
        ):
            return refused(
                403, "rest_cannot_update", "Sorry, you are not allowed to edit the _yoast_wpseo_canonical custom field."
            )
        return usual(request)

    site.handle = handle  # type: ignore[method-assign]
    receipt = engine.publish(story)
    assert site.copies[0].live
    assert [warning for warning in receipt.warnings if "Yoast SEO lets nobody set it" in warning]


def test_rank_math_is_told_through_its_own_route(site: FakeWordPress, story: Story) -> None:
    site.plugins = {"rankmath/v1"}
    engine = Engine(site.outlet(owes_noindex=True))
    receipt = engine.publish(story)
    told = asked(site, "POST", "updateMeta")[0].json()
    assert told == {
        "objectType": "post",
        "objectID": 7,
        "meta": {"rank_math_canonical_url": story.canonical.url, "rank_math_robots": ["noindex"]},
    }
    assert receipt.warnings == ()
    engine.outlet = site.outlet(owes_noindex=False)
    engine.publish(story)
    assert asked(site, "POST", "updateMeta")[-1].json()["meta"]["rank_math_robots"] == []
    engine.publish(changed(story, headline="The harbour of ships"))
    assert "rank_math_robots" not in asked(site, "POST", "updateMeta")[-1].json()["meta"], "a desk may have rules of its own"


def test_rank_math_that_refuses_is_a_warning(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.plugins = {"rankmath/v1"}
    answering(site, "updateMeta", refused(403, "rest_forbidden", "Sorry, you are not allowed to do that."))
    receipt = engine.publish(story)
    assert any("Rank Math does not let our user set it" in warning for warning in receipt.warnings)


def test_a_plain_site_whose_page_leads_home_all_the_same_is_believed(engine: Engine, site: FakeWordPress, story: Story) -> None:
    page = (
        f'<!doctype html><head><link rel="canonical" href="{story.canonical.url}"></head><a href="{story.canonical.url}">home</a>'
    )
    answering(site, f"/{story.url.rstrip('/').rpartition('/')[2]}/", Reply(body=page.encode(), content_type="text/html"), "GET")
    assert engine.publish(story).warnings == ()


def test_a_page_that_does_not_say_what_was_set_is_told_of(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.plugins = {"homeward/v1"}
    page = b"<!doctype html><head><title>From the cache</title></head>"
    answering(site, f"/{story.url.rstrip('/').rpartition('/')[2]}/", Reply(body=page, content_type="text/html"), "GET")
    told = " ".join(engine.publish(story).warnings)
    assert "no canonical link" in told and "link" in told and "Homeward Syndication" not in told


def test_a_page_that_cannot_be_read_now_is_left_to_the_house(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.plugins = {"homeward/v1"}
    slug = story.url.rstrip("/").rpartition("/")[2]
    site.partner.routes[f"/{slug}/"] = named("reset")[0]
    assert engine.publish(story).warnings == ()


# --- finding it again ---------------------------------------------------------------------------------------------------------


def test_a_post_of_theirs_with_our_address_is_not_ours(engine: Engine, site: FakeWordPress, story: Story) -> None:
    engine.publish(story)
    theirs = post(site)
    theirs["content"] = {"raw": "Their own words"}
    assert engine.connector.find(story) is None
    engine.forget()
    receipt = engine.publish(story)
    assert len(site.copies) == 2 and theirs["content"]["raw"] == "Their own words"
    assert receipt.url == f"{site.copies[0].url.rstrip('/')}-2/"
    assert engine.connector.find(story).id == receipt.id  # type: ignore[union-attr]


def test_it_is_found_by_its_text_where_the_desk_gave_it_another_address(
    engine: Engine, site: FakeWordPress, story: Story
) -> None:
    engine.publish(story)
    post(site)["slug"] = "their-address"
    assert engine.connector.find(story) == Receipt("7", site.copies[0].url, {"root": site.partner.url(API)})


def test_our_plugin_knows_it_whatever_the_desk_made_of_text_and_address(
    engine: Engine, site: FakeWordPress, story: Story
) -> None:
    site.plugins = {"homeward/v1"}
    engine.publish(story)
    post(site)["slug"], post(site)["content"] = "their-address", {"raw": "Emptied"}
    assert engine.connector.find(story).id == "7"  # type: ignore[union-attr]
    engine.forget()
    engine.publish(story)
    assert len(site.copies) == 1


def test_our_plugin_refuses_a_second_copy_and_the_first_is_used(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.plugins = {"homeward/v1"}
    engine.publish(story)
    post(site)["slug"] = "their-address"
    receipt = engine.connector.publish(story, uuid4())
    assert receipt.id == "7" and len(site.copies) == 1


def test_the_published_one_of_several_is_taken(engine: Engine, site: FakeWordPress, story: Story) -> None:
    engine.publish(story)
    site.copies[0].facts["status"] = "trash"
    engine.forget()
    twin = site._posts(Request("POST", f"{API}wp/v2/posts", {}, b'{"status": "publish", "slug": "twin"}')).data
    twin["content"] = site.copies[0].facts["content"]
    assert engine.connector.find(story).id == "8"  # type: ignore[union-attr]


def test_an_answer_that_is_no_list_is_no_proof_of_absence(engine: Engine, site: FakeWordPress, story: Story) -> None:
    answering(site, "/wp/v2/posts", Reply(data={"posts": []}), "GET")
    with pytest.raises(Transient, match="without a list of posts"):
        engine.connector.find(story)


def test_a_draft_whose_answer_was_lost_is_gone_on_with_even_if_nobody_asks(
    engine: Engine, site: FakeWordPress, story: Story
) -> None:
    site.misbehave("reset", changes_only=True, after=True, times=1)
    with pytest.raises(Uncertain):
        engine.publish(story)
    engine.uncertain = False
    engine.publish(story)
    assert len(site.copies) == 1 and site.copies[0].live


# --- what the desk did --------------------------------------------------------------------------------------------------------


def test_what_the_desk_binned_comes_back_with_a_warning(engine: Engine, site: FakeWordPress, story: Story) -> None:
    first = engine.publish(story)
    site._bin(site.copies[0])
    receipt = engine.publish(changed(story, headline="The harbour of ships"))
    assert (receipt.id, receipt.url) == (first.id, first.url) and site.copies[0].live
    assert any("moved the copy to its trash" in warning for warning in receipt.warnings)


def test_what_we_withdrew_ourselves_comes_back_without(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.plugins = {"homeward/v1"}
    engine.publish(story)
    engine.withdraw(story)
    assert engine.publish(story).warnings == () and site.copies[0].live
    site.edit(site.copies[0])
    assert any("changed" in warning for warning in engine.publish(changed(story, headline="Anew")).warnings)


def test_a_change_that_changes_no_word_is_none(engine: Engine, site: FakeWordPress, story: Story) -> None:
    engine.publish(story)
    site._touch(site.copies[0])
    assert not any("changed" in warning for warning in engine.publish(changed(story, headline="Anew")).warnings)


def test_where_there_is_no_trash_the_copy_becomes_a_draft(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.trash = False
    engine.publish(story)
    engine.withdraw(story)
    assert post(site)["status"] == "draft" and not site.copies[0].live


def test_a_firewall_that_strips_our_headers_does_not_keep_the_copy_up(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.strips_headers = True
    engine.publish(story)
    engine.withdraw(story)
    assert post(site)["status"] == "draft" and not site.copies[0].live


def test_a_copy_that_our_user_may_not_change_holds_no_other(engine: Engine, site: FakeWordPress, story: Story) -> None:
    engine.publish(story)
    answering(site, "/posts/7", refused(403, "rest_cannot_delete", "Sorry, you are not allowed to delete this post."))
    with pytest.raises(Permanent, match="role Editor") as caught:
        engine.withdraw(story)
    assert not isinstance(caught.value, Refused)


def test_a_site_whose_clock_is_slow_publishes_at_once_all_the_same(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.slow = timedelta(hours=1)
    site.clock = datetime.now(UTC) - site.slow
    receipt = engine.publish(changed(story, first_published=datetime.now(UTC)))
    assert site.copies[0].live and receipt.url
    assert not any("scheduled" in warning for warning in receipt.warnings)


def test_what_the_desk_scheduled_stays_scheduled_and_the_editor_is_told(
    engine: Engine, site: FakeWordPress, story: Story
) -> None:
    engine.publish(story)
    post(site).update(status="future", date_gmt="2999-01-02T03:04:05")
    receipt = engine.publish(changed(story, headline="The harbour of ships"))
    assert post(site)["status"] == "future" and receipt.url == ""
    assert any("scheduled for 2999-01-02, 03:04:05 UTC" in warning for warning in receipt.warnings)


def test_a_site_that_reads_every_post_first_is_told_of(engine: Engine, site: FakeWordPress, story: Story) -> None:
    site.published_as = "pending"
    receipt = engine.publish(story)
    assert receipt.url == "" and receipt.id == "7"
    assert any("keeps the copy as “pending”" in warning for warning in receipt.warnings)


# --- the test of the connection -----------------------------------------------------------------------------------------------


def steps(engine: Engine) -> dict[str, tuple[str, str]]:
    return {step.step: (step.outcome, step.sentence) for step in engine.connector.greet()}


@pytest.mark.parametrize(
    ("plugins", "terms", "outcome", "words"),
    [
        ({"homeward/v1", "yoast/v1"}, {}, OK, "Our plugin"),
        ({"rankmath/v1"}, {}, OK, "Rank Math"),
        ({"yoast/v1"}, {}, WARNING, "Yoast SEO lets nobody set it"),
        (set(), {}, WARNING, "canonical link it owes cannot be set"),
        (set(), {"owes_canonical": False, "owes_noindex": True}, WARNING, "noindex it owes cannot be set"),
        (set(), {"owes_canonical": False}, NOT_APPLICABLE, "owes neither"),
    ],
)
def test_it_says_whether_the_copies_can_lead_home(
    plugins: set[str], terms: dict[str, Any], outcome: str, words: str, site: FakeWordPress
) -> None:
    site.plugins = plugins
    told = steps(Engine(site.outlet(**terms)))
    assert told[AUTHENTICATION][0] == OK and "The Harbour Review" in told[AUTHENTICATION][1]
    assert told[CANONICAL][0] == outcome and words in told[CANONICAL][1]


@pytest.mark.parametrize(
    ("lacks", "outcome", "words"),
    [
        ("publish_posts", FAILED, "may not publish"),
        ("upload_files", WARNING, "not upload pictures"),
        ("manage_categories", OK, "not make categories"),
    ],
)
def test_it_says_what_our_user_may_not_do(lacks: str, outcome: str, words: str, engine: Engine, site: FakeWordPress) -> None:
    site.may[lacks] = False
    told = steps(engine)
    assert told[PUBLISHING][0] == outcome and words in told[PUBLISHING][1]
    assert (CANONICAL in told) == (outcome != FAILED)


def test_a_site_that_hides_what_we_may_do_is_no_failure(engine: Engine, site: FakeWordPress) -> None:
    site.may = {}
    assert steps(engine)[PUBLISHING][0] == WARNING


def test_a_wrong_password_ends_the_test(engine: Engine, site: FakeWordPress) -> None:
    engine.outlet.secret = "X" * 24
    told = steps(engine)
    assert list(told) == [AUTHENTICATION] and told[AUTHENTICATION][0] == FAILED


def test_a_fault_in_the_last_step_is_told(engine: Engine, site: FakeWordPress) -> None:
    answering(site, f"{API}?_fields", Reply(503), "GET")
    assert steps(engine)[CANONICAL][0] == FAILED
