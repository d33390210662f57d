"""Steering a piece: choices and overrides on drafts and live pieces, what will change, previews, and who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry

from syndication import panels
from syndication.delivering import deliver_due
from syndication.models import Outlet, Override, Republication
from syndication.pages import as_if_published
from syndication.preflight import why
from syndication.rules import label
from syndication.syndicating import choose, syndicate
from tests import factories as make
from tests.outlets import Desk, memory
from tests.syndication.test_panel import editor, member

__all__ = ["editor"]
pytestmark = pytest.mark.django_db
WRITES = ["push", "take_down", "look", "decide_rules", "decide_send", "decide_keep", "tell"]
READS = ["compare", "preview"]


@pytest.fixture
def outlet(desk: Desk) -> Outlet:
    return memory("Lantern")


def at(name: str, page: Any, outlet: Outlet) -> str:
    return reverse(f"syndication:{name}", args=[page.pk, outlet.pk])


def panel(client: Client, page: Any) -> str:
    return client.get(reverse("syndication:panel", args=[page.pk])).content.decode()


def told(outlet: Outlet, **facts: str) -> dict[str, str]:
    """The override form of one outlet, as the panel sends it."""
    empty = {"headline": "", "excerpt": "", "not_before": ""}
    return {f"syndication-{outlet.pk}-{name}": value for name, value in {**empty, **facts}.items()}


# --- rules, in a sentence -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "it takes whatever is published"),
        ({"automatic": False}, "only when somebody sends them"),
        ({"takes_since": timezone.now() + timedelta(days=3)}, "this one is older"),
        ({"only": [label("language", "xx")]}, "Its rules ask for language “xx”."),
        ({"never": [label("language", "en-gb")]}, "Its rules leave out language “English”."),
        ({"only": [label("language", "en-gb")]}, "Its rules pick the piece, for language “English”."),
    ],
)
def test_the_rule_that_decides_is_named_and_agrees_with_the_engine(facts: dict[str, Any], sentence: str, desk: Desk) -> None:
    outlet = memory("Lantern", **facts)
    edition = as_if_published(make.original(live=False, language="en-gb"))
    reason = why(edition, outlet, {label("language", "en-gb"): "English"})
    assert sentence in reason.sentence
    assert reason.picked == outlet.takes(edition)


def test_an_old_piece_and_a_stub_are_told_why(desk: Desk) -> None:
    outlet = memory("Lantern", window_days=1)
    stub = as_if_published(make.stub(live=False))
    assert why(stub, outlet) == (False, "It takes no stubs.")
    outlet.takes_stubs = True
    assert why(stub, outlet).sentence == "It takes pieces of the last 1 days; this one is older."


# --- on a draft ---------------------------------------------------------------------------------------------------------


def test_a_draft_shows_which_outlets_will_get_it_and_what_they_would_refuse(editor: Client, desk: Desk) -> None:
    memory("Lantern")
    memory("Gallery", needs_image=True)
    html = panel(editor, make.original(live=False))
    assert "goes out on publishing" in html
    assert "Would be refused:" in html and "It needs a picture. Choose a lead image." in html
    assert "The piece is not public" not in html


def test_a_draft_that_cannot_be_told_still_opens(outlet: Outlet, editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page = make.original(live=False)
    monkeypatch.setattr(type(page), "build_story", lambda self: 1 / 0)
    assert "too unfinished" in panel(editor, page)


def test_a_choice_on_a_draft_is_kept_at_once_and_holds_when_it_is_published(outlet: Outlet, editor: Client, desk: Desk) -> None:
    page = make.original(live=False)
    assert editor.post(at("decide_keep", page, outlet)).status_code == 200
    assert Override.objects.get().choice == Override.Choice.KEEP
    page = make.publish(page)
    deliver_due()
    assert desk.holds == {}
    editor.post(at("decide_send", page, outlet))
    deliver_due()
    assert desk.holds == {page.uid: page.title}
    assert PageLogEntry.objects.filter(action="syndication.choose", page=page.pk).count() == 2


def test_a_headline_for_one_outlet_set_on_a_draft_arrives_there(outlet: Outlet, editor: Client, desk: Desk) -> None:
    page = make.original(live=False)
    assert editor.post(at("tell", page, outlet), told(outlet, headline="Lamps!")).status_code == 200
    page = make.publish(page)
    deliver_due()
    assert desk.holds == {page.uid: "Lamps!"}


def test_by_the_rules_again_leaves_the_headline_kept(outlet: Outlet, editor: Client) -> None:
    page = make.original(live=False)
    editor.post(at("tell", page, outlet), told(outlet, headline="Lamps!"))
    editor.post(at("decide_send", page, outlet))
    editor.post(at("decide_rules", page, outlet))
    kept = Override.objects.get()
    assert (kept.choice, kept.headline) == ("", "Lamps!")


def test_a_time_is_understood_in_the_sites_zone_and_delays_the_piece(
    outlet: Outlet, editor: Client, desk: Desk, settings: Any
) -> None:
    page = make.original(live=False)
    moment = timezone.localtime(timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    editor.post(at("tell", page, outlet), told(outlet, not_before=moment.strftime("%Y-%m-%dT%H:%M")))
    assert Override.objects.get().not_before == moment
    page = make.publish(page)
    deliver_due()
    assert desk.holds == {} and Republication.objects.get().due_at == moment


def test_what_is_refused_comes_back_with_its_sentence_and_nothing_is_lost(outlet: Outlet, editor: Client) -> None:
    page = make.original()
    answer = editor.post(at("tell", page, outlet), told(outlet, headline="Kept", not_before="the day after"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter a valid date/time." in html and 'value="Kept"' in html
    assert not Override.objects.exists()


def test_the_fields_belong_to_no_form_of_the_page(outlet: Outlet, editor: Client) -> None:
    html = panel(editor, make.original())
    assert html.count('form="syndication-no-form"') == 3


# --- on a live piece ----------------------------------------------------------------------------------------------------


def test_another_headline_on_a_live_piece_is_sent_at_once(
    outlet: Outlet, editor: Client, desk: Desk, commit: Any, rings: list[str]
) -> None:
    page = make.original()
    deliver_due()
    with commit():
        editor.post(at("tell", page, outlet), told(outlet, headline="Lamps!"))
    assert rings == ["deliver_due"]
    deliver_due()
    assert desk.holds == {page.uid: "Lamps!"} and desk.verbs == ["publish", "update"]


def test_keeping_a_carried_piece_takes_it_down_and_says_so_before(outlet: Outlet, editor: Client, desk: Desk) -> None:
    page = make.original()
    deliver_due()
    assert "keeping it from there takes the copy down" in panel(editor, page)
    editor.post(at("decide_keep", page, outlet))
    deliver_due()
    assert desk.holds == {}


def test_withdraw_is_asked_twice_and_takes_the_copy_down(outlet: Outlet, editor: Client, desk: Desk) -> None:
    page = make.original()
    deliver_due()
    assert "Yes, withdraw it" in panel(editor, page)
    editor.post(at("take_down", page, outlet))
    deliver_due()
    assert desk.holds == {} and Override.objects.get().choice == Override.Choice.KEEP
    assert "Yes, withdraw it" not in panel(editor, page)


def test_a_failed_delivery_offers_to_retry(outlet: Outlet, editor: Client, desk: Desk) -> None:
    page = make.original()
    desk.tell("permanent")
    deliver_due()
    html = panel(editor, page)
    assert "Retry" in html and "Push again" not in html
    editor.post(at("push", page, outlet))
    deliver_due()
    assert Republication.objects.get().state == Republication.State.DELIVERED


def test_what_is_left_out_of_a_decision_stays(outlet: Outlet) -> None:
    page = make.original(live=False)
    moment = timezone.now()
    choose(page, outlet, headline="Lamps!", not_before=moment)
    choose(page, outlet, choice="send")
    kept = choose(page, outlet, not_before=None)
    assert (kept.headline, kept.choice, kept.not_before) == ("Lamps!", "send", None)


def test_sending_keeps_the_headline_an_editor_gave(outlet: Outlet, desk: Desk) -> None:
    page = make.original()
    choose(page, outlet, headline="Lamps!")
    syndicate(page, [outlet])
    deliver_due()
    assert desk.holds == {page.uid: "Lamps!"}


# --- what will change, previews -----------------------------------------------------------------------------------------


def test_the_difference_to_what_the_outlet_has_is_told_word_by_word(outlet: Outlet, editor: Client) -> None:
    page = make.original("The empty harbour")
    deliver_due()
    make.edit(page, title="The full harbour")
    html = editor.get(at("compare", page, outlet)).content.decode()
    assert "From version 1 there to version 2, which is live" in html
    assert "removed:" in html and "empty<" in html and "added:" in html and "full<" in html


def test_a_newer_draft_is_compared_too(outlet: Outlet, editor: Client) -> None:
    page = make.original("The empty harbour")
    deliver_due()
    page.title = "The draft harbour"
    page.save_revision()
    html = editor.get(at("compare", page, outlet)).content.decode()
    assert "Nothing that readers see there will change." in html
    assert "From version 1 there to your draft, once published" in html and "draft<" in html


def test_a_draft_too_unfinished_to_be_told_is_said_to_be_so(
    outlet: Outlet, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make.original()
    deliver_due()
    page.title = "Unfinished"
    page.save_revision()

    def unfinished(page: Any) -> None:
        raise AttributeError("no section yet")

    monkeypatch.setattr(panels, "as_if_published", unfinished)
    answer = editor.get(at("compare", page, outlet))
    html = answer.content.decode()
    assert answer.status_code == 200 and "Your draft is too unfinished to be compared." in html
    assert "Nothing that readers see there will change." in html, "what is live is compared all the same"
    answer = editor.get(at("preview", page, outlet))
    assert answer.status_code == 200 and "too unfinished to be shown" in answer.content.decode()


def test_a_headline_of_its_own_shows_as_a_change_until_it_has_arrived(outlet: Outlet, editor: Client) -> None:
    page = make.original("The empty harbour")
    deliver_due()
    choose(page, outlet, headline="Lamps!")
    html = editor.get(at("compare", page, outlet)).content.decode()
    assert "Lamps!" in html and "Nothing that readers see there will change." not in html
    deliver_due()
    html = editor.get(at("compare", page, outlet)).content.decode()
    assert "Nothing that readers see there will change." in html
    choose(page, outlet, headline="")
    assert "Lamps!" in editor.get(at("compare", page, outlet)).content.decode(), "it is what the outlet has"


def test_where_the_outlet_has_nothing_all_is_new(outlet: Outlet, editor: Client) -> None:
    html = editor.get(at("compare", make.original(), outlet)).content.decode()
    assert "all of it would be new" in html


def test_the_preview_shows_what_this_outlet_is_told_and_no_secret(outlet: Outlet, editor: Client) -> None:
    page = make.original("Ours", live=False)
    choose(page, outlet, headline="Theirs")
    html = editor.get(at("preview", page, outlet)).content.decode()
    assert "As your last saved draft would go out." in html and "<strong>Theirs</strong>" in html
    assert "article.published" in html
    assert make.SECRET not in html and outlet.sealed_secret not in html and "signature" not in html


def test_the_preview_escapes_what_people_write(outlet: Outlet, editor: Client) -> None:
    page = make.original("<script>alert(1)</script>")
    html = editor.get(at("preview", page, outlet)).content.decode()
    assert "<script>alert(1)" not in html


# --- who may ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITES + READS)
def test_steering_needs_its_permission_and_the_page(name: str, outlet: Outlet, client: Client) -> None:
    page = make.original()
    deliver_due()
    ask = client.post if name in WRITES else client.get
    data = told(outlet) if name == "tell" else {}
    assert ask(at(name, page, outlet), data).status_code == 302, "strangers go to the login"
    for who in (member(), member(may_edit=False, may_push=True)):
        client.force_login(who)
        assert ask(at(name, page, outlet), data).status_code in (302, 403)
    client.force_login(member(may_push=True))
    assert ask(at(name, page, outlet), data).status_code == 200
    other = client.get if name in WRITES else client.post
    assert other(at(name, page, outlet)).status_code == 405


def test_who_may_not_send_sees_status_only(outlet: Outlet, client: Client) -> None:
    page = make.original()
    deliver_due()
    client.force_login(member())
    html = panel(client, page)
    assert "delivered" in html
    for hidden in ("Keep it from there", "Withdraw", "What will change", "Preview", "Push"):
        assert hidden not in html
    assert Permission.objects.filter(codename="syndicate").exists()


def test_a_draft_panel_does_not_ask_more_for_more_outlets(editor: Client, desk: Desk, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        memory(f"Outlet {number}", only=[label("language", "en-gb")])
    page = make.original(live=False)
    with django_assert_max_num_queries(40):
        panel(editor, page)
