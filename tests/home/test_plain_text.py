"""The Markdown twin of a piece and llms.txt: all of the text, none of what may not travel, and the way home."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from syndication.contract import STAYS_HOME
from syndication.renderers import twin
from syndication.rights import Policy
from syndication.story import Correction, Licence
from tests import factories as make
from tests.home.test_queries import queries

ROOT = "http://127.0.0.1:8000"


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The facts before the text, and the text."""
    _before, head, body = text.split("---\n", 2)
    pairs = (line.partition(": ") for line in head.strip().splitlines())
    return {name: json.loads(value) for name, _colon, value in pairs}, body


# --- the page -----------------------------------------------------------------------------------------------------------


class TestPage:
    """What stands in it, from a story alone."""

    def test_the_facts_stand_before_the_text(self) -> None:
        story = make.story(headline='Lamps: "found"', licence=Licence(name="CC BY 4.0", url="https://creativecommons.org/x/"))
        facts, body = front_matter(twin.page(story))
        assert facts["title"] == 'Lamps: "found"' and facts["canonical"] == story.canonical.url
        assert facts["authors"] == ["Ada Lovelace"] and facts["date"] == "2018-05-30T09:00:00+00:00"
        assert facts["licence"] == "CC BY 4.0" and facts["terms"] == "https://home.example/rsl.xml"
        assert (
            body.index('# Lamps: "found"') < body.index("The harbour was empty when we came.") < body.index(story.canonical.url)
        )

    @pytest.mark.parametrize("headline", ["---\nevil: true", 'a"\nevil: "b', "# no heading", "[x](javascript:1) <b>"])
    def test_no_headline_breaks_out_of_the_facts_or_of_its_line(self, headline: str) -> None:
        facts, body = front_matter(twin.page(make.story(headline=headline)))
        assert facts["title"] == headline and "evil" not in facts
        (line,) = [line for line in body.splitlines() if line.startswith("# ")]
        assert not re.search(r"(?<!\\)[\[\]<>]", line)

    def test_pictures_whose_rights_do_not_travel_stay_at_home(self) -> None:
        body = (
            f'<p>Before.</p><figure><img class="{STAYS_HOME}" src="https://home.example/media/kept.jpg" alt="Kept">'
            '<figcaption>Kept</figcaption></figure><figure><img src="https://home.example/media/free.jpg" alt="Free"></figure>'
        )
        url = "https://home.example/media/lead.jpg"
        kept = twin.page(make.story(body_html=body, lead_image=make.picture(url=url, may_syndicate=False)))
        assert "kept.jpg" not in kept and "Kept" not in kept and "lead.jpg" not in kept and "free.jpg" in kept
        assert f"]({url})\n\nOur harbour Photograph: Ada" in twin.page(
            make.story(lead_image=make.picture(url=url, caption="Our harbour", credit="Photograph: Ada"))
        )

    def test_corrections_are_told(self) -> None:
        story = make.story(corrections=(Correction(at="2018-06-01", text="Three lamps, not two."),))
        assert "## Corrections\n\n- 2018-06-01: Three lamps, not two." in twin.page(story)


@pytest.mark.django_db
class TestTwin:
    """Its address, and for whom it is."""

    def test_the_piece_names_its_twin_and_the_twin_its_piece(self, client: Client) -> None:
        page = make.original("The lamps", licence="cc-by")
        there = f"{page.full_url}index.md"
        assert f'<{there}>; rel="alternate"; type="text/markdown"' in client.get(page.url)["Link"]
        answer = client.get(f"{page.url}index.md")
        assert answer["Content-Type"] == "text/markdown; charset=utf-8"
        assert answer["Link"] == f'<{page.full_url}>; rel="canonical"' and answer["X-Robots-Tag"] == "noindex"
        assert "# The lamps" in answer.content.decode() and "Only the lamps knew why." in answer.content.decode()
        assert not answer.cookies

    def test_a_stub_has_none_for_its_text_is_the_outlets(self, client: Client) -> None:
        make.publication(ai_input=True, default_licence="cc-by")
        page = make.stub(extent="full")
        assert client.get(f"{page.url}index.md").status_code == 404
        assert "text/markdown" not in client.get(page.url).content.decode()

    def test_an_alias_names_the_twin_of_its_source_and_has_none_of_its_own(self, client: Client) -> None:
        page = make.original(licence="cc-by")
        alias = page.create_alias(parent=make.section("Elsewhere in the house"), update_slug="again")
        alias = type(page).objects.get(pk=alias.pk)
        assert f"{page.full_url}index.md" in client.get(alias.url)["Link"]
        assert client.get(f"{alias.url}index.md").status_code == 404

    def test_addresses_without_a_piece_have_none(self, client: Client) -> None:
        page = make.original(licence="cc-by")
        for path in ("/index.md", f"{page.get_parent().url}index.md", "/nowhere/at-all/index.md"):
            assert client.get(path).status_code == 404

    def test_who_has_it_already_gets_a_304_and_an_edit_a_new_one(self, client: Client) -> None:
        page = make.original(licence="cc-by")
        path = f"{page.url}index.md"
        first = client.get(path)
        again = client.get(path, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304 and again["Link"] == first["Link"] and again["X-Robots-Tag"] == "noindex"
        make.edit(page, title="Other lamps")
        assert "# Other lamps" in client.get(path, headers={"if-none-match": first["ETag"]}).content.decode()


# --- llms.txt -----------------------------------------------------------------------------------------------------------


def test_the_list_of_a_house_that_permits_nothing_more_says_so() -> None:
    policy = Policy(root=ROOT, publisher="The [Harbour] Review", licence=Licence(name="x"), search=False, ai_input=True)
    told = twin.index(policy, "", [])
    assert (
        told.startswith("# The \\[Harbour\\] Review\n") and "You may: ai-input, ai-index. You may not: search, ai-train." in told
    )


@pytest.mark.django_db
class TestLlms:
    """For AI systems, where they may answer with our pieces."""

    def test_it_lists_our_own_pieces_newest_first_and_the_terms(self, client: Client) -> None:
        make.publication(
            name="The Harbour Review", tagline="Seen from the pier.", ai_input=True, licensing_url="https://x.example/"
        )
        old, new = make.original("Old [lamps]", standfirst="Only so much."), make.original("New lamps")
        stub, unlisted = make.stub("A stub"), make.original("Out of search", canonical_policy="noindex")
        answer = client.get("/llms.txt")
        text = answer.content.decode()
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert text.startswith("# The Harbour Review\n\n> Seen from the pier.\n")
        assert f"- [Old \\[lamps\\]]({old.full_url}index.md): Only so much." in text
        assert text.index("New lamps") < text.index("Old")
        assert f"[Terms for machines]({ROOT}/rsl.xml)" in text and "https://x.example/" in text
        assert stub.title not in text and unlisted.title not in text and new.full_url in text

    def test_a_new_piece_changes_it(self, client: Client) -> None:
        make.publication(ai_input=True)
        make.original()
        etag = client.get("/llms.txt")["ETag"]
        assert client.get("/llms.txt", headers={"if-none-match": etag}).status_code == 304
        make.original()
        assert client.get("/llms.txt", headers={"if-none-match": etag}).status_code == 200

    def test_it_costs_as_much_for_eight_pieces_as_for_two(self, client: Client) -> None:
        make.publication(ai_input=True)
        page, _other = make.original(), make.original()
        before = [len(queries(client, path)) for path in ("/llms.txt", f"{page.url}index.md", "/rsl.xml")]
        for _number in range(6):
            make.original(licence="cc-by")
        assert [len(queries(client, path)) for path in ("/llms.txt", f"{page.url}index.md", "/rsl.xml")] == before
        assert max(before) <= 5
