"""The screens of the Syndication menu: what editors see of all pieces abroad, and what they can do about it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from syndication.admin import dead_letters
from syndication.models import Delivery, Outlet, Republication, Tick, Verification
from syndication.models.tick import PULSE, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
LISTS = ["overview", "overview_results", "republications", "deliveries", "dead_letters"]


@pytest.fixture
def editor(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make.editor())
    return client


def get(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"syndication:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def carried(outlet: Outlet, headline: str = "", *, state: str = "delivered", **facts: Any) -> Republication:
    """A piece at an outlet, in any state."""
    told = make.edition(make.story(**({"headline": headline} if headline else {})))
    held = told if state == "delivered" else None
    return Republication.objects.create(uid=told.uid, outlet=outlet, wanted=told, **{"held": held, "state": state, **facts})


def logged(row: Republication, outcome: str = "accepted", **facts: Any) -> Delivery:
    """One more line in the log."""
    facts = {"fence": row.deliveries.count() + 1, "key": row.key, "operation": row.operation, "edition": row.wanted, **facts}
    return Delivery.objects.create(republication=row, outlet=row.outlet, outcome=outcome, **facts)


def many(pieces: int, outlets: int) -> None:
    """So many pieces, each dead at each outlet and tried once."""
    places = [make.outlet() for _ in range(outlets)]
    for told in [make.edition() for _ in range(pieces)]:
        facts = {
            "uid": told.uid,
            "wanted": told,
            "held": told,
            "state": "failed",
            "error": "Refused.",
            "failing_since": timezone.now(),
        }
        rows = Republication.objects.bulk_create(Republication(outlet=place, **facts) for place in places)
        Delivery.objects.bulk_create(
            Delivery(
                republication=row, outlet=row.outlet, fence=1, key=uuid4(), operation="publish", edition=told, outcome="permanent"
            )
            for row in rows
        )
        Verification.objects.bulk_create(
            Verification(republication=row, url="https://x.example/", verdict="wrong") for row in rows
        )


@pytest.mark.parametrize("name", LISTS)
def test_each_screen_asks_as_many_queries_for_many_rows_and_outlets_as_for_few(name: str, editor: Client) -> None:
    many(3, 2)
    get(editor, name)
    with CaptureQueriesContext(connection) as few:
        get(editor, name)
    many(30, 18)
    with CaptureQueriesContext(connection) as lots:
        get(editor, name)
    assert len(lots) == len(few)


# --- the menu ---------------------------------------------------------------------------------------------------------


def test_the_menu_shows_each_screen_to_whoever_may_see_it(client: Client) -> None:
    user = get_user_model().objects.create_user("viewer", password="secret")
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_republication"]))
    client.force_login(user)
    html = client.get("/admin/").content.decode()
    assert reverse("syndication:overview") in html and reverse("syndication:republications") in html
    assert reverse("syndication:deliveries") not in html and reverse("syndication:dead_letters") not in html


# --- overview ---------------------------------------------------------------------------------------------------------


def test_a_fresh_site_says_that_beat_was_never_heard_and_offers_to_add_an_outlet(editor: Client) -> None:
    html = get(editor, "overview")
    assert "Beat was never heard" in html and "Add the first outlet" in html


def test_beat_is_missed_after_ninety_seconds(editor: Client) -> None:
    mark(PULSE)
    assert "nothing goes out by itself" not in get(editor, "overview")
    Tick.objects.update(at=timezone.now() - timedelta(seconds=91))
    assert "nothing goes out by itself" in get(editor, "overview")


def test_a_copy_of_the_site_says_that_only_test_outlets_are_pushed_to(editor: Client, settings: Any) -> None:
    settings.SYNDICATION_PRODUCTION_HOSTS = ["elsewhere.example"]
    assert "Only test outlets are pushed to" in get(editor, "overview")


def test_success_counts_what_ended_and_shows_the_last_error(editor: Client) -> None:
    row = carried(make.outlet("Lantern"))
    for outcome in ("accepted", "accepted", "", "released"):
        logged(row, outcome)
    logged(row, "transient", sentence="The outlet was too busy.")
    html = get(editor, "overview")
    assert "66 % of 3" in html and "The outlet was too busy." in html


def test_an_outlet_is_suspended_and_resumed_with_a_trace_in_the_log(editor: Client) -> None:
    outlet = make.outlet("Lantern")
    editor.post(reverse("syndication:outlet_suspend", args=[outlet.pk]))
    outlet.refresh_from_db()
    assert outlet.state == "suspended" and "Resume" in get(editor, "overview")
    editor.post(reverse("syndication:outlet_resume", args=[outlet.pk]))
    outlet.refresh_from_db()
    assert outlet.state == "active"
    assert set(ModelLogEntry.objects.values_list("action", flat=True)) == {"syndication.suspend", "syndication.resume"}


def test_the_overviews_button_leads_back_to_itself_and_never_to_another_site(editor: Client) -> None:
    outlet = make.outlet("Lantern")
    address = reverse("syndication:outlet_suspend", args=[outlet.pk])
    here = f"{reverse('syndication:overview')}#act-{outlet.pk}"
    html = get(editor, "overview")
    assert f'action="{address}"' in html and f'name="next" value="{here}"' in html and f'id="act-{outlet.pk}"' in html
    assert editor.post(address, {"next": here})["Location"] == here
    for foreign in ("https://evil.example/", "//evil.example", "javascript:alert(1)", ""):
        assert editor.post(address, {"next": foreign})["Location"] == reverse("outlets:edit", args=[outlet.pk])


@pytest.mark.parametrize(("permissions", "heads"), [(["view_republication"], 7), (["view_republication", "change_outlet"], 8)])
def test_a_column_of_buttons_is_there_only_for_who_may_press_them(permissions: list[str], heads: int, client: Client) -> None:
    make.outlet("Lantern")
    user = get_user_model().objects.create_user("somebody", password="secret")
    user.user_permissions.set(Permission.objects.filter(codename__in=[*permissions, "access_admin"]))
    client.force_login(user)
    html = get(client, "overview_results")
    [body] = html.split("<tbody>")[1:]
    assert html.count('<th scope="col">') == heads == body.count("<td") + body.count("<th ")


def test_what_held_an_outlet_is_told_once(editor: Client) -> None:
    outlet = make.outlet("Lantern", state="held", state_reason="The outlet refused our credentials (401).")
    logged(carried(outlet, state="pending"), "refused", sentence="The outlet refused our credentials (401).")
    assert get(editor, "overview").count("The outlet refused our credentials (401).") == 1


@pytest.mark.parametrize(
    ("trips", "seconds", "circuit"),
    [(0, None, "closed"), (0, -5, "closed"), (0, 60, "waiting"), (2, 60, "open"), (2, -5, "half-open"), (2, None, "half-open")],
)
def test_the_circuit_follows_from_trips_and_the_moment_it_rests_until(trips: int, seconds: int | None, circuit: str) -> None:
    not_before = None if seconds is None else timezone.now() + timedelta(seconds=seconds)
    assert Outlet(trips=trips, not_before=not_before).circuit == circuit


# --- republications ---------------------------------------------------------------------------------------------------


def test_the_matrix_says_in_words_what_each_outlet_has(editor: Client) -> None:
    row = carried(make.outlet("Lantern"), "The harbour")
    Verification.objects.create(republication=row, url="https://x.example/", verdict="wrong")
    html = get(editor, "republications")
    assert "The harbour" in html and "delivered v1" in html and "contract: wrong" in html


def test_a_cell_says_how_far_behind_the_outlet_is(editor: Client) -> None:
    row = carried(make.outlet(), state="pending")
    newer = make.edition(make.story(uid=row.uid, headline="Changed"))
    Republication.objects.update(held=row.wanted, wanted=newer)
    assert "has v1, wanted v2" in get(editor, "republications")
    assert "has v1, wanted v2" in get(editor, "republication", row.pk)


def test_what_was_taken_with_reservations_says_which(editor: Client) -> None:
    row = carried(make.outlet(), warnings=["The canonical link <cannot> be set there."])
    assert "The canonical link &lt;cannot&gt; be set there." in get(editor, "republication", row.pk)


def test_the_matrix_is_filtered_and_searched(editor: Client) -> None:
    lantern, gazette = make.outlet("Lantern"), make.outlet("Gazette")
    carried(lantern, "Ships", state="failed")
    carried(gazette, "Lamps")
    assert "Lamps" not in get(editor, "republications", state="failed")
    assert "Ships" not in get(editor, "republications", outlet=gazette.pk)
    assert "Ships" not in get(editor, "republications", q="lamp")
    assert "Ships" in get(editor, "republications", q="ship")
    assert "No piece matches" in get(editor, "republications", verdict="honoured")


@pytest.mark.parametrize("name", ["republications", "deliveries", "dead_letters"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_each_list_is_exported_without_formulas(name: str, kind: str, editor: Client) -> None:
    logged(carried(make.outlet(), "=1+1", state="failed", error="Refused.", failing_since=timezone.now()), "permanent")
    answer: Any = editor.get(reverse(f"syndication:{name}"), {"export": kind})
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200 and data
    if kind == "csv":
        lines = data.decode().splitlines()
        assert len(lines) == 2 and not any(cell.startswith("=") for cell in lines[1].split(","))


# --- deliveries -------------------------------------------------------------------------------------------------------


def test_the_log_is_filtered_and_leads_to_a_page_with_the_wire_escaped(editor: Client) -> None:
    row = carried(make.outlet(), "Ships")
    one = logged(
        row, "permanent", status=422, duration_ms=31, sentence="No title.", wire=["POST /hook\n<script>alert(1)</script>"]
    )
    html = get(editor, "deliveries")
    assert "Ships" in html and "422" in html and "31 ms" in html and "alert(1)" not in html
    assert "No delivery matches" in get(editor, "deliveries", outcome="accepted")
    assert "No delivery matches" in get(editor, "deliveries", started_at_to="2001-01-01")
    page = get(editor, "delivery", one.pk)
    assert "No title." in page and "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page


# --- dead letters -----------------------------------------------------------------------------------------------------


def dead(outlet: Outlet, headline: str = "", error: str = "Refused.") -> Republication:
    return carried(outlet, headline, state="failed", error=error, failing_since=timezone.now())


def states() -> list[str]:
    return sorted(Republication.objects.values_list("state", flat=True))


@pytest.mark.parametrize(("verb", "state"), [("replay", "pending"), ("skip", "skipped")])
def test_one_dead_letter_is_decided_and_the_log_names_the_actor(verb: str, state: str, editor: Client) -> None:
    row = dead(make.outlet(), "Ships")
    assert "Ships" in get(editor, "dead_letters")
    editor.post(reverse(f"syndication:{verb}", args=[row.pk]))
    assert states() == [state]
    assert ModelLogEntry.objects.get().action == f"syndication.{verb}" and ModelLogEntry.objects.get().user is not None
    assert "There are no dead letters" in get(editor, "dead_letters")


def test_a_decision_leads_back_to_the_same_list_and_to_the_letter_beside_it(editor: Client) -> None:
    outlet = make.outlet("Lantern")
    rows = [carried(outlet, state="failed", failing_since=timezone.now() - timedelta(hours=9 - number)) for number in range(3)]
    html = get(editor, "dead_letters", outlet=outlet.pk, p=1)
    here = f"{reverse('syndication:dead_letters')}?outlet={outlet.pk}&amp;p=1"
    for row, beside in zip(rows, [rows[1], rows[2], rows[1]], strict=True):
        assert f'id="row-{row.pk}"' in html and f'value="{here}#row-{beside.pk}"' in html
    onward = f"{reverse('syndication:dead_letters')}?outlet={outlet.pk}#row-{rows[1].pk}"
    assert editor.post(reverse("syndication:skip", args=[rows[0].pk]), {"next": onward})["Location"] == onward
    marking = reverse("syndication:mark_delivered", args=[rows[2].pk])
    assert f'href="{onward}"' in editor.get(marking, {"next": onward}).content.decode()
    assert editor.post(marking, {"next": onward})["Location"] == onward
    other = reverse("syndication:mark_delivered", args=[rows[1].pk])
    assert f'href="{reverse("syndication:dead_letters")}"' in editor.get(other, {"next": "//evil.example"}).content.decode()


def test_the_last_letter_of_a_page_leads_to_a_page_that_is_there(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters.DeadLettersView, "paginate_by", 1)
    outlet = make.outlet("Lantern")
    for hours in (2, 1):
        carried(outlet, state="failed", failing_since=timezone.now() - timedelta(hours=hours))
    assert f'name="next" value="{reverse("syndication:dead_letters")}?"' in get(editor, "dead_letters", p=2)


def test_marking_as_delivered_refuses_an_address_we_would_not_visit_and_looks_at_a_good_one(editor: Client) -> None:
    row = dead(make.outlet())
    url = reverse("syndication:mark_delivered", args=[row.pk])
    assert editor.post(url, {"url": "ftp://x.example/"}).status_code == 200
    assert states() == ["failed"]
    editor.post(url, {"url": "https://outlet.example/ships"})
    assert states() == ["delivered"]
    assert Verification.objects.get().url == "https://outlet.example/ships"


def test_some_are_replayed_by_filter_after_a_count(editor: Client) -> None:
    lantern, gazette = make.outlet("Lantern"), make.outlet("Gazette")
    for outlet, error in ((lantern, "Too long."), (lantern, "No title."), (gazette, "Too long.")):
        dead(outlet, error=error)
    assert "This sends 2 dead letters to 2 outlets. Go on?" in get(editor, "replay_many", error="too long")
    editor.post(f"{reverse('syndication:replay_many')}?error=too+long", {"count": "2"})
    assert states() == ["failed", "pending", "pending"]


def test_no_more_are_replayed_than_were_asked_about_and_filters_that_cannot_be_read_choose_nothing(editor: Client) -> None:
    outlet = make.outlet()
    for _ in range(3):
        dead(outlet)
    url = reverse("syndication:replay_many")
    editor.post(f"{url}?failing_since_from=garbage", {"count": "3"})
    editor.post(url, {"count": "nonsense"})
    assert states() == ["failed"] * 3
    editor.post(url, {"count": "1"})
    assert states() == ["failed", "failed", "pending"]


def test_many_are_replayed_in_portions_and_each_is_asked_about(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters, "CHUNK", 2)
    outlet = make.outlet()
    for _ in range(5):
        dead(outlet)
    answer = editor.post(reverse("syndication:replay_many"), {"count": "4"}, follow=True)
    assert "This sends 2 dead letters to 1 outlet. Go on?" in answer.content.decode()
    assert states() == ["failed"] * 3 + ["pending"] * 2
