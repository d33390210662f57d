"""The text that readers may republish: what the licence allows, what goes along, what stays at home."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from home.licences import LICENCES
from syndication.renderers.kit import conditions, kit, licence_parts
from syndication.rights import may_republish
from syndication.story import Licence, Story
from tests import factories as make

COUNTER = "https://home.example/c/1.gif"
DEED = '<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>'


def figure(credit: str, *, css: str = "", alt: str = "A lamp") -> str:
    return (
        f'<figure><img class="{css}" src="https://home.example/lamp.jpg" srcset="https://home.example/lamp-2.jpg 2x" '
        f'width="60" height="40" alt="{alt}"><figcaption>At night <small class="credit">{credit}</small></figcaption></figure>'
    )


def free(**facts: object) -> Story:
    return make.story(licence=LICENCES["cc-by"], **facts)


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("all-rights-reserved", False),
        ("cc-by", True),
        ("cc-by-sa", True),
        ("cc-by-nd", True),
        ("cc-by-nc", True),
        ("cc-by-nc-nd", True),
        ("cc0", True),
    ],
)
def test_the_licence_decides_whether_readers_may_republish(code: str, allowed: bool) -> None:
    assert may_republish(make.story(licence=LICENCES[code])) is allowed


def test_a_stub_and_a_piece_without_a_licence_are_nobodys_to_republish() -> None:
    assert not may_republish(make.story(kind="stub", licence=LICENCES["cc-by"]))
    assert not may_republish(make.story(licence=None))
    assert not may_republish(make.story(licence=Licence(name="House terms", url="https://home.example/terms/")))


def test_each_licence_of_the_table_is_told_in_its_own_sentences() -> None:
    assert licence_parts(LICENCES["cc-by-nc-nd"]) == {"by", "nc", "nd"}
    assert len(conditions(LICENCES["cc-by-nc-nd"])) == 3
    assert "unchanged" in conditions(LICENCES["cc-by-nd"])[1]
    assert "commercial" in conditions(LICENCES["cc-by-nc"])[1]
    assert "same licence" in conditions(LICENCES["cc-by-sa"])[1]
    assert len(conditions(LICENCES["cc0"])) == 1
    assert conditions(LICENCES["all-rights-reserved"]) == []


def test_all_three_forms_name_author_publication_licence_and_the_way_home() -> None:
    story = free()
    made = kit(story, COUNTER)
    for form in (made.html, made.markdown, made.text):
        assert "Ada Lovelace" in form
        assert "First published by The Harbour Review" in form
        assert story.canonical.url in form
        assert "CC BY 4.0" in form
        assert "https://creativecommons.org/licenses/by/4.0/" in form
        assert "The harbour was empty" in form
    assert LexborHTMLParser(made.html).css_first('a[rel="license"]') is not None


def test_only_the_html_counts_and_it_tells_the_page_only_over_an_encrypted_way() -> None:
    made = kit(free(), COUNTER)
    (image,) = LexborHTMLParser(made.html).css("img")
    assert image.attributes["src"] == COUNTER
    assert image.attributes["referrerpolicy"] == "no-referrer-when-downgrade"
    assert image.attributes["alt"] == ""
    assert COUNTER not in made.markdown + made.text + made.share
    assert "<img" not in kit(free()).html


def test_a_picture_goes_along_only_under_an_open_licence_of_its_own() -> None:
    body = figure(f"Drawing: Mary Somerville, {DEED}", css="plate") + figure("Photo: an agency", alt="A crowd")
    made = kit(free(body_html=f"<p>Words.</p>{body}"))
    (image,) = LexborHTMLParser(made.html).css("img")
    assert image.attributes["alt"] == "A lamp"
    assert set(image.attributes) == {"src", "width", "height", "alt"}
    assert [(one.alt, one.credit) for one in made.left_out] == [("A crowd", "Photo: an agency")]
    for form in (made.html, made.markdown, made.text):
        assert "an agency" not in form


def test_a_picture_that_may_not_travel_stays_at_home_whatever_its_caption_says() -> None:
    made = kit(free(body_html=figure(f"Photo, {DEED}", css="stays-home")))
    assert "<img" not in made.html
    assert len(made.left_out) == 1


@pytest.mark.parametrize(
    ("licence", "may_syndicate", "goes"),
    [("cc-by", True, True), ("cc-by", False, False), ("all-rights-reserved", True, False), (None, True, False)],
)
def test_the_lead_picture_keeps_the_same_rule(licence: str | None, may_syndicate: bool, goes: bool) -> None:
    deed = LICENCES[licence] if licence else None
    picture = make.picture(licence=deed, may_syndicate=may_syndicate, credit="Drawing: M. S.", caption="At <noon>")
    made = kit(free(lead_image=picture))
    assert ("<img" in made.html) is goes
    assert ("Drawing: M. S." in made.html) is goes
    assert bool(made.left_out) is not goes
    assert "<noon>" not in made.html


def test_films_become_links_and_hand_no_reader_to_anybody() -> None:
    made = kit(free(body_html='<p>See:</p><iframe src="https://video.example/1"></iframe><video><source src="x.mp4"></video>'))
    assert "iframe" not in made.html
    assert "video>" not in made.html
    assert '<a href="https://video.example/1">' in made.html


def test_corrections_go_along() -> None:
    from syndication.story import Correction

    made = kit(free(corrections=(Correction(at="2018-06-01", text="The lamps were three."),)))
    assert "The lamps were three." in made.html
    assert "The lamps were three." in made.text


def test_a_piece_that_runs_from_right_to_left_says_so_and_speaks_for_itself() -> None:
    made = kit(free(language="ar", direction="rtl", body_html="<p>كان الميناء خاليا.</p>"), COUNTER)
    box = LexborHTMLParser(made.html).css_first("div[dir=rtl][lang=ar]")
    assert box is not None
    assert "كان الميناء" in box.text()


def test_footnotes_still_find_their_place() -> None:
    body = '<p>Lamps.<sup><a href="#footnote-1" id="source-1">1</a></sup></p><ol class="notes"><li id="footnote-1">Oil.</li></ol>'
    tree = LexborHTMLParser(kit(free(body_html=body)).html)
    assert tree.css_first("#footnote-1") is not None
    assert tree.css_first('a[href="#footnote-1"]') is not None
    assert tree.css_first("[class]") is None


def test_the_share_text_is_headline_names_and_address() -> None:
    story = free(headline="Lamps")
    assert kit(story).share == f"Lamps\nAda Lovelace · The Harbour Review\n{story.canonical.url}"
