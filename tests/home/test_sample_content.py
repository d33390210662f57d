"""The sample publication: made once through the real command, then read as an editor, a reader and a partner would."""

import os
import time
from datetime import timedelta
from io import BytesIO, StringIO
from unittest import mock
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client, TestCase, override_settings
from django.utils import timezone
from PIL import Image
from wagtail.models import Page, Revision, Site

from home.models import ArticlePage, Author, HomePage, PublicationImage, PublicationSettings, SectionPage, StubPage, Topic
from home.sample.drawings import DRAWINGS, LEAD, as_file, draw
from home.sample.texts import ORIGINALS, STUBS
from syndication.models import Edition, Outlet, Republication

ARABIC = "a-room-above-the-harbour"
SCHEDULED = "number-four-off-the-north-mole"
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
SECRET = "whsec_" + "c2FtcGxl" * 4
TABLES: tuple[type[Model], ...] = (
    *(Page, Revision, Site, Edition, Outlet, Republication),
    *(Author, PublicationImage, PublicationSettings, Topic),
)
LANTERN = {"DEMO_OUTLET_URL": "http://127.0.0.1/", "DEMO_OUTLET_SECRET": SECRET}


def run(**environment: str) -> str:
    """What the command says when these are the only DEMO_ variables."""
    said = StringIO()
    others = {name: value for name, value in os.environ.items() if not name.startswith("DEMO_")}
    with mock.patch.dict(os.environ, {**others, **environment}, clear=True):
        call_command("sample_content", stdout=said)
    return said.getvalue()


def article(slug: str) -> ArticlePage:
    return ArticlePage.objects.get(slug=slug)


def reserved(host: str | None) -> bool:
    """Whether the host is one that RFC 2606 keeps for examples."""
    labels = (host or "").split(".")
    return labels[-1] == "example" or ".".join(labels[-2:]) in ("example.com", "example.net", "example.org")


# Wagtail's admin reads the storages while Django sets up; only this signal makes them be read again, without a manifest.
@override_settings(STORAGES={**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN}})
class SampleTest(TestCase):
    said: str
    cpu_seconds: float

    @classmethod
    def setUpTestData(cls) -> None:
        started = time.process_time()
        cls.said = run(DEMO_PASSWORD="nine boats, one sail")
        cls.cpu_seconds = time.process_time() - started

    def get(self, url: str) -> tuple[int, str]:
        """Status and text of a page, as a reader's browser asks for it."""
        parts = urlsplit(url)
        response = Client(SERVER_NAME=parts.hostname, SERVER_PORT=str(parts.port or 80)).get(parts.path)
        return response.status_code, response.content.decode()

    # --- What is promised -------------------------------------------------------------------------------------------------

    def test_it_makes_the_promised_counts(self) -> None:
        assert SectionPage.objects.live().count() == 2
        assert Author.objects.count() == 3
        assert ArticlePage.objects.live().count() >= 9
        assert ArticlePage.objects.live().count() == len(ORIGINALS) - 1
        assert StubPage.objects.live().count() == len(STUBS) == 4
        assert StubPage.objects.values("outlet").distinct().count() == 3
        assert Topic.objects.count() == 8
        assert PublicationImage.objects.count() == len(DRAWINGS)
        assert PublicationImage.objects.filter(width=LEAD[0], height=LEAD[1]).count() >= 13

    def test_it_takes_less_than_a_minute(self) -> None:
        # Processor time: what else the machine does meanwhile is not the command's doing.
        assert self.cpu_seconds < 60

    def test_it_tells_in_plain_words_what_it_made(self) -> None:
        lines = self.said.splitlines()
        assert "Section: Letters & Books." in lines
        assert "Outlet: The Levant Weekly." in lines
        assert "Original: The Library of Unsent Letters." in lines
        assert lines[-1] == f"The Harbour Review is ready to read at {settings.SITE_URL}/"

    def test_a_second_run_changes_nothing_and_is_quick(self) -> None:
        def state() -> list[object]:
            return [list(table._default_manager.order_by("pk").values()) for table in TABLES]

        before, started = state(), time.process_time()
        said = run(DEMO_PASSWORD="nine boats, one sail")
        assert time.process_time() - started < 5
        assert said == "The Harbour Review is all here already: nothing to do.\n"
        assert state() == before

    def test_what_an_editor_changed_is_kept(self) -> None:
        page = article("the-night-windows")
        page.title = "Windows, by Night"
        page.save_revision().publish()
        PublicationSettings.objects.update(tagline="Ours now.")
        run()
        assert article("the-night-windows").title == "Windows, by Night"
        assert PublicationSettings.objects.get().tagline == "Ours now."

    def test_a_run_that_was_broken_off_is_finished_by_the_next(self) -> None:
        article("the-night-windows").delete()
        Outlet.objects.create(name="Another", website="https://another.example/")
        assert "Original: The Night Windows." in run()
        assert article("the-night-windows").live

    # --- The house --------------------------------------------------------------------------------------------------------

    def test_the_site_stands_at_site_url_under_its_name(self) -> None:
        site = Site.objects.get(is_default_site=True)
        assert (site.root_url, site.site_name) == (settings.SITE_URL, "The Harbour Review")
        assert HomePage.objects.get().title == "The Harbour Review"

    def test_the_publisher_has_a_logo_and_policies_that_lead_somewhere(self) -> None:
        publisher = PublicationSettings.for_site(Site.objects.get(is_default_site=True)).publisher()
        assert publisher.logo.endswith(".png")
        assert len(publisher.policies) == 5
        for _term, url in publisher.policies:
            status, text = self.get(url)
            assert status == 200
            assert "When we are wrong" in text

    def test_the_editor_has_the_password_of_the_environment(self) -> None:
        editor = get_user_model().objects.get(username="editor")
        assert editor.is_superuser
        assert editor.check_password("nine boats, one sail")
        run(DEMO_PASSWORD="another tide")
        editor.refresh_from_db()
        assert editor.check_password("another tide")

    def test_without_a_password_nobody_can_log_in_as_the_editor(self) -> None:
        get_user_model().objects.filter(username="editor").delete()
        assert "has no password yet" in run()
        assert not get_user_model().objects.get(username="editor").has_usable_password()

    def test_authors_have_a_portrait_and_handles_on_nobody_elses_domain(self) -> None:
        for author in Author.objects.all():
            author.full_clean()
            assert author.portrait is not None
            assert (author.portrait.width, author.portrait.height) == (800, 800)
            assert author.bio
            assert author.x_handle or author.fediverse_handle or author.bluesky_handle
            for host in (author.fediverse_handle.rpartition("@")[2], author.bluesky_handle, urlsplit(author.website).hostname):
                assert not host or reserved(host), host
            assert self.get(f"{settings.SITE_URL}{author.get_absolute_url()}")[0] == 200

    # --- Pictures ---------------------------------------------------------------------------------------------------------

    def test_every_image_has_all_its_facts_and_only_one_must_stay(self) -> None:
        for image in PublicationImage.objects.all():
            assert len(image.description) > 30, image.title
            assert image.caption, image.title
            assert image.description != image.caption
            assert image.credit == "Drawing: The Harbour Review"
            assert image.licence
            assert image.file_size < 350_000, image.title
            assert image.file_hash
        staying = PublicationImage.objects.filter(may_syndicate=False)
        assert [image.title for image in staying] == ["Night windows"]
        lead = article("the-night-windows").story.lead_image
        assert lead is not None
        assert not lead.may_syndicate

    def test_the_default_share_image_and_the_logo_have_their_sizes(self) -> None:
        publication = PublicationSettings.objects.get()
        assert publication.default_share_image is not None
        assert publication.logo is not None
        assert (publication.default_share_image.width, publication.default_share_image.height) == (1200, 630)
        assert (publication.logo.width, publication.logo.height) == (600, 600)

    # --- Originals --------------------------------------------------------------------------------------------------------

    def test_readers_get_every_live_piece(self) -> None:
        for page in (*ArticlePage.objects.live(), *StubPage.objects.live()):
            status, text = self.get(page.full_url)
            assert status == 200
            assert page.standfirst in text
            assert "Drawing: The Harbour Review" in text

    def test_pieces_keep_the_day_they_were_first_published(self) -> None:
        for piece in ORIGINALS:
            if piece.published:
                assert article(piece.slug).first_published_at == piece.published
                assert article(piece.slug).story.first_published == piece.published

    def test_the_scheduled_piece_is_not_live_and_nobody_can_read_it(self) -> None:
        page = article(SCHEDULED)
        assert not page.live
        assert page.go_live_at is not None
        assert timedelta(days=1, hours=23) < page.go_live_at - timezone.now() < timedelta(days=2)
        assert page.edition is None
        assert self.get(page.full_url)[0] == 404
        assert self.get(f"{settings.SITE_URL}/cities-and-sea/")[1].find(page.title) == -1

    def test_the_scheduled_piece_goes_live_when_its_time_has_come(self) -> None:
        with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):
            call_command("publish_scheduled")
            page = article(SCHEDULED)
            assert page.live
            assert self.get(page.full_url)[0] == 200

    def test_the_arabic_piece_runs_from_right_to_left_and_is_arabic_throughout(self) -> None:
        story = article(ARABIC).story
        assert (story.language, story.direction) == ("ar", "rtl")
        assert story.word_count >= 250
        assert story.lead_image is not None
        texts = (story.headline, story.standfirst, story.lead_image.alt, story.lead_image.caption)
        for text in texts:
            letters = [letter for letter in text if letter.isalpha()]
            assert letters
            assert all("\u0600" <= letter <= "\u06ff" for letter in letters), text
        assert 'dir="rtl"' in self.get(story.url)[1]

    def test_one_piece_is_corrected_with_its_date_where_readers_see_it(self) -> None:
        story = article("eleven-words-for-the-wind").story
        assert [str(one.at) for one in story.corrections] == ["2024-11-09"]
        assert "Tyrrhenian" in self.get(story.url)[1]
        assert "Tyrrhenian" not in story.body_html

    def test_one_piece_is_signed_by_two(self) -> None:
        story = article("two-keys-to-one-house").story
        assert story.byline == "By Salma Marfai (@salma.example.com) and Nell Ashcombe (@nell_example) on 2 July 2026"

    def test_the_pieces_together_show_every_kind_of_block(self) -> None:
        used = {block.block_type for page in ArticlePage.objects.all() for block in page.body}
        assert used == set(ArticlePage.body.field.stream_block.child_blocks)

    def test_a_footnote_leads_there_and_back(self) -> None:
        html = article("how-to-draw-a-coastline").story.body_html
        assert html.count('href="#footnote-1"') == 1
        assert html.count('id="footnote-1"') == 1
        assert "Mandelbrot" in html
        assert "[^" not in "".join(page.story.body_html for page in ArticlePage.objects.live())

    def test_licences_vary(self) -> None:
        names = {page.story.licence.name for page in ArticlePage.objects.live() if page.story.licence}
        assert names == {"CC BY 4.0", "CC BY-ND 4.0", "All rights reserved"}

    def test_essays_are_short_but_not_too_short(self) -> None:
        for page in ArticlePage.objects.live():
            assert 300 <= page.story.word_count <= 800, (page.title, page.story.word_count)

    # --- Stubs and outlets ------------------------------------------------------------------------------------------------

    def test_stubs_say_where_and_when_they_ran(self) -> None:
        for stub in StubPage.objects.all():
            assert stub.outlet is not None
            assert stub.outlet.runs(stub.outlet_url)
            assert reserved(urlsplit(stub.outlet_url).hostname)
            assert stub.ran_on is not None
            assert 2018 <= stub.ran_on.year <= 2026
            assert 2 <= stub.excerpt.count("<p>") <= 4
            assert stub.outlet_url in self.get(stub.full_url)[1]

    def test_stubs_have_their_home_at_the_outlet_but_for_one(self) -> None:
        homes = {stub.slug: stub.story.canonical for stub in StubPage.objects.all()}
        own = homes.pop("the-lighthouse-keepers-accounts")
        assert own.policy == "self"
        assert own.url.startswith(settings.SITE_URL)
        for canonical in homes.values():
            assert canonical.policy == "outlet"
            assert reserved(urlsplit(canonical.url).hostname)

    def test_nothing_is_pushed_to_the_outlets_of_the_stubs(self) -> None:
        assert Outlet.objects.count() == 3
        assert not any(outlet.pushes for outlet in Outlet.objects.all())
        assert not Republication.objects.exists()

    def test_the_demo_outlet_is_to_hold_every_live_original_and_no_stub(self) -> None:
        run(**LANTERN)
        outlet = Outlet.objects.get(name="The Lantern")
        assert (outlet.kind, outlet.endpoint) == ("webhook", "http://127.0.0.1/webhooks/homeward")
        assert outlet.secret == SECRET
        wanted = set(Republication.objects.filter(outlet=outlet).values_list("uid", flat=True))
        assert wanted == set(ArticlePage.objects.live().values_list("uid", flat=True))
        assert run(**LANTERN).endswith("nothing to do.\n")

    def test_a_demo_outlet_with_an_endpoint_of_its_own_keeps_it(self) -> None:
        run(**{**LANTERN, "DEMO_OUTLET_URL": "http://127.0.0.1/in/"})
        outlet = Outlet.objects.get(name="The Lantern")
        assert (outlet.endpoint, outlet.website) == ("http://127.0.0.1/in/", "http://127.0.0.1/")

    def test_a_demo_secret_of_the_wrong_form_is_refused_without_repeating_it(self) -> None:
        with pytest.raises(CommandError, match="DEMO_OUTLET_SECRET cannot be used") as refusal:
            run(**{**LANTERN, "DEMO_OUTLET_SECRET": "whsec_tide"})
        assert "tide" not in str(refusal.value)
        assert not Outlet.objects.filter(name="The Lantern").exists()


def test_a_drawing_is_the_same_each_time() -> None:
    assert draw("nell", (80, 80)).tobytes() == draw("nell", (80, 80)).tobytes()
    assert as_file("mark") == as_file("mark")


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_every_drawing_can_be_made_at_another_size_and_is_a_picture(name: str) -> None:
    picture = draw(name, (160, 100))
    assert (picture.size, picture.mode) == ((160, 100), "RGB")
    colours = picture.getcolors(16_000)
    assert colours is not None
    assert len(colours) > 10


def test_the_mark_is_a_png_and_the_rest_are_jpeg() -> None:
    assert Image.open(BytesIO(as_file("mark"))).format == "PNG"
    assert Image.open(BytesIO(as_file("nell"))).format == "JPEG"


def test_there_is_no_drawing_of_what_we_have_no_drawing_of() -> None:
    with pytest.raises(KeyError):
        draw("a goat")


def test_the_command_asks_for_migrations_where_there_is_no_front_page(db: None) -> None:
    Site.objects.all().delete()
    with pytest.raises(CommandError, match="migrate"):
        run()
