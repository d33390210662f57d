"""Notices: opened once, told once to each person as they chose, closed when the trouble is over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_string
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from syndication import telling
from syndication.models import Notice, NoticePreference, Outlet, Republication
from syndication.noticing import mended, notice, readers, tell_notices
from syndication.telling import mail_notices
from tests import factories as make
from tests.outlets import Desk, memory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 30, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Any:
    """Noon, until a test shifts it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def trouble(number: int = 1, **facts: Any) -> Notice:
    """A notice that was opened a minute ago, as far as the watch goes."""
    notice("dead", f"republication:{number}", f"Lantern refused it ({number}).", title=f"Piece {number}", **facts)
    return Notice.objects.get(subject=f"republication:{number}", closed_at=None)


def later(clock: Any, **time: float) -> None:
    clock.shift(timedelta(**time))


def prefers(user: Any, mail: str) -> NoticePreference:
    return NoticePreference.objects.update_or_create(user=user, defaults={"mail": mail})[0]


# --- opened and closed --------------------------------------------------------------------------------------------------


def test_a_trouble_is_news_once_until_it_is_mended() -> None:
    assert notice("dead", "republication:7", "It failed.")
    assert not notice("dead", "republication:7", "It failed again.")
    assert notice("held", "republication:7", "Another kind.")
    assert mended("republication:7", "dead") == 1
    assert notice("dead", "republication:7", "And again.")
    assert Notice.objects.open().count() == 2


# --- who is told --------------------------------------------------------------------------------------------------------


def test_readers_are_active_people_with_an_address_and_a_right_their_own_or_a_groups() -> None:
    people = get_user_model().objects
    chief = people.create_superuser("chief", "chief@home.example", "x")
    own = people.create_user("own", "own@home.example", "x")
    own.user_permissions.add(Permission.objects.get(codename="syndicate"))
    member = people.create_user("member", "member@home.example", "x")
    member.groups.add(Group.objects.get(name="Editors"))
    people.create_superuser("silent", "", "x")
    people.create_superuser("gone", "gone@home.example", "x", is_active=False)
    people.create_user("reader", "reader@home.example", "x")
    assert [person.username for person in readers()] == [chief.username, own.username, member.username]


# --- at once ------------------------------------------------------------------------------------------------------------


def test_who_never_chose_hears_at_once_and_once(clock: Any, mailoutbox: list[EmailMultiAlternatives]) -> None:
    make.editor()
    page = make.original("The harbour")
    trouble(uid=page.uid, outlet=make.outlet("Lantern"))
    later(clock, minutes=1)
    assert (mail_notices(), mail_notices()) == (1, 0)
    (mail,) = mailoutbox
    html = mail.alternatives[0][0]
    assert mail.to == ["editor@home.example"]
    assert mail.subject == "[Homeward] delivery failed for good: Piece 1"
    for body in (mail.body, str(html)):
        assert "Lantern refused it (1)." in body and f"/admin/pages/{page.pk}/edit/" in body and "/admin/account/" in body
    later(clock, minutes=10)
    assert mail_notices() == 0


def test_a_burst_is_one_mail_and_the_next_comes_a_minute_later(clock: Any, mailoutbox: list[Any]) -> None:
    make.editor()
    for number in (1, 2, 3):
        trouble(number)
    later(clock, seconds=10)
    assert mail_notices() == 1
    assert mailoutbox[0].subject == "[Homeward] 3 notices about syndication"
    trouble(4)
    later(clock, seconds=30)
    assert mail_notices() == 0, "not more than one a minute"
    later(clock, seconds=31)
    assert mail_notices() == 1
    assert "Piece 4" in mailoutbox[1].body and "Piece 3" not in mailoutbox[1].body


def test_what_was_mended_before_the_mail_is_not_told_at_once(clock: Any, mailoutbox: list[Any]) -> None:
    make.editor()
    trouble()
    mended("republication:1", "dead")
    later(clock, minutes=1)
    assert mail_notices() == 0


def test_a_long_list_is_cut(clock: Any, mailoutbox: list[Any]) -> None:
    make.editor()
    for number in range(telling.LISTED + 2):
        trouble(number)
    later(clock, minutes=1)
    mail_notices()
    assert "and 2 more." in mailoutbox[0].body


def test_never_is_never(clock: Any, mailoutbox: list[Any]) -> None:
    prefers(make.editor(), "never")
    trouble()
    later(clock, days=2)
    assert mail_notices() == 0


# --- once a day ---------------------------------------------------------------------------------------------------------


def test_a_digest_goes_once_in_the_morning_and_tells_what_was_mended(clock: Any, mailoutbox: list[Any]) -> None:
    prefers(make.editor(), "digest")
    trouble(1)
    later(clock, minutes=1)
    assert mail_notices() == 0, "who was never told waits for the morning, too"
    later(clock, hours=20)  # 08:01 of the next day
    assert (mail_notices(), len(mailoutbox)) == (1, 1)
    assert "Piece 1" in mailoutbox[0].body
    trouble(2)
    later(clock, seconds=1)
    # By the test's clock; `mended` asks the database's.
    Notice.objects.filter(subject="republication:1").update(closed_at=timezone.now())
    later(clock, hours=23.5)  # 07:31 of the day after
    assert mail_notices() == 0
    later(clock, hours=0.5)
    assert (mail_notices(), mail_notices()) == (1, 0)
    body = mailoutbox[1].body
    assert "Piece 2" in body and "Mended since the last mail" in body and "Piece 1" in body.partition("Mended since")[2]
    later(clock, days=1)
    assert mail_notices() == 0, "no news, no mail"


def test_the_morning_is_the_sites(clock: Any, mailoutbox: list[Any], settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    with timezone.override("Asia/Tokyo"):
        one = prefers(make.editor(), "digest")
        NoticePreference.objects.filter(pk=one.pk).update(told_at=NOON)  # 21:00 in Tokyo
        trouble()
        later(clock, hours=10.9)
        assert mail_notices() == 0
        later(clock, hours=0.2)
        assert mail_notices() == 1


# --- faults -------------------------------------------------------------------------------------------------------------


def failing_for(address: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The mail server drops whoever writes to `address`, until the returned function is called."""
    broken, send = [True], EmailMultiAlternatives.send

    def drop(self: EmailMultiAlternatives, *args: Any, **options: Any) -> int:
        if broken and self.to == [address]:
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        return send(self, *args, **options)

    monkeypatch.setattr(EmailMultiAlternatives, "send", drop)
    return broken.clear


@pytest.mark.parametrize("mail", ["at once", "digest"])
def test_a_mail_that_fails_keeps_no_other_and_is_sent_later(
    mail: str, clock: Any, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, other = make.editor(), make.editor()
    get_user_model().objects.filter(pk=unlucky.pk).update(email="unlucky@home.example")
    preference = prefers(unlucky, mail)
    NoticePreference.objects.filter(pk=preference.pk).update(told_at=NOON - timedelta(days=2))
    mend = failing_for("unlucky@home.example", monkeypatch)
    trouble()
    later(clock, minutes=1)
    assert mail_notices() == 1
    assert [one.to for one in mailoutbox] == [[other.email]]
    mend()
    later(clock, minutes=1)
    assert mail_notices() == 1
    assert mailoutbox[1].to == ["unlucky@home.example"] and "Piece 1" in mailoutbox[1].body


def test_two_workers_tell_one_thing_once(clock: Any, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    make.editor()
    trouble()
    later(clock, minutes=1)
    build = telling._message

    def meanwhile(*args: Any) -> Any:
        monkeypatch.setattr(telling, "_message", build)
        assert mail_notices() == 0, "the other worker finds it taken"
        return build(*args)

    monkeypatch.setattr(telling, "_message", meanwhile)
    assert mail_notices() == 1
    assert len(mailoutbox) == 1


def test_a_worker_that_read_before_the_other_wrote_does_not_tell_again(clock: Any, mailoutbox: list[Any]) -> None:
    person = make.editor()
    stale = prefers(person, "at once")
    trouble()
    later(clock, minutes=1)
    assert mail_notices() == 1
    assert not telling._tell(person, stale)
    assert len(mailoutbox) == 1


def test_a_newline_in_a_headline_makes_no_header(clock: Any, mailoutbox: list[Any]) -> None:
    make.editor()
    Notice.objects.create(kind="dead", subject="x", title="A\r\nBcc: all@example.org", sentence="<b>It failed.</b>")
    later(clock, minutes=1)
    assert mail_notices() == 1
    sent = message_from_string(mailoutbox[0].message().as_string())
    assert sent["Bcc"] is None and sent["Auto-Submitted"] == "auto-generated"
    assert "<b>It failed" not in str(mailoutbox[0].alternatives[0][0])


def test_mail_speaks_the_readers_language(clock: Any, mailoutbox: list[Any]) -> None:
    from wagtail.users.models import UserProfile

    person = make.editor()
    UserProfile.objects.update_or_create(user=person, defaults={"preferred_language": "ar"})
    trouble()
    later(clock, minutes=1)
    mail_notices()
    assert '<html lang="ar" dir="rtl">' in str(mailoutbox[0].alternatives[0][0])


# --- what time brings ---------------------------------------------------------------------------------------------------


def open_kinds() -> list[str]:
    return sorted(Notice.objects.open().values_list("kind", flat=True))


def failing(lasted: timedelta, **facts: Any) -> Outlet:
    return memory("Lantern", failing_since=timezone.now() - lasted, **facts)


def test_an_engine_that_stands_still_is_told_and_closed_when_it_moves(desk: Desk) -> None:
    memory()
    make.original()
    Republication.objects.update(due_at=timezone.now() - timedelta(minutes=3))
    tell_notices()
    assert "due for 3 minutes" in Notice.objects.get(kind="stalled").sentence
    Republication.objects.update(due_at=timezone.now() - timedelta(minutes=9))
    tell_notices()
    assert "due for 9 minutes" in Notice.objects.get(kind="stalled").sentence, "one notice, kept up to date"
    Republication.objects.update(due_at=None)
    tell_notices()
    assert open_kinds() == []


@pytest.mark.parametrize("facts", [{"not_before": NOON + timedelta(days=9999)}, {"state": "suspended"}, {"state": "held"}])
def test_what_waits_for_its_outlet_is_not_the_engines_fault(facts: Any, desk: Desk) -> None:
    outlet = memory()
    make.original()
    Republication.objects.update(due_at=timezone.now() - timedelta(hours=3))
    Outlet.objects.filter(pk=outlet.pk).update(**facts)
    tell_notices()
    assert "stalled" not in open_kinds()


def test_a_copy_of_the_site_does_not_alarm_for_what_it_may_not_send(desk: Desk, settings: Any) -> None:
    settings.SYNDICATION_PRODUCTION_HOSTS = []
    memory()
    make.original()
    Republication.objects.update(due_at=timezone.now() - timedelta(hours=3))
    tell_notices()
    assert open_kinds() == []


def test_an_outlet_that_fails_is_told_after_an_hour_and_once_more_after_a_day(desk: Desk) -> None:
    outlet = failing(timedelta(minutes=59))
    tell_notices()
    assert open_kinds() == []
    for hours, told in ((2, 1), (23, 1), (25, 2), (50, 2)):
        Outlet.objects.filter(pk=outlet.pk).update(failing_since=timezone.now() - timedelta(hours=hours))
        Notice.objects.filter(closed_at=None).update(opened_at=timezone.now() - timedelta(hours=1 if hours == 50 else 2))
        tell_notices()
        assert f"for {hours} hours" in Notice.objects.open().get().sentence
        assert Notice.objects.filter(kind="breaker").count() == told
    Outlet.objects.update(failing_since=None)
    tell_notices()
    assert open_kinds() == [], "mended when it answers"


def test_after_five_days_of_failures_an_outlet_is_held_with_its_reason(desk: Desk) -> None:
    outlet = failing(timedelta(days=5, minutes=1))
    notice("breaker", f"outlet:{outlet.pk}", "It does not answer.", outlet=outlet)
    tell_notices()
    outlet.refresh_from_db()
    assert outlet.state == Outlet.State.HELD and "five days" in outlet.state_reason
    assert open_kinds() == ["held"]
    tell_notices()
    assert Notice.objects.count() == 2
    Outlet.objects.update(state=Outlet.State.ACTIVE, failing_since=None)
    tell_notices()
    assert open_kinds() == []


def test_an_outlet_that_was_suspended_is_left_so(desk: Desk) -> None:
    outlet = failing(timedelta(days=6), state=Outlet.State.SUSPENDED)
    tell_notices()
    outlet.refresh_from_db()
    assert outlet.state == Outlet.State.SUSPENDED and open_kinds() == []


def test_a_dead_letter_that_lives_again_closes_its_notice(desk: Desk) -> None:
    outlet, page = memory(), make.original()
    row = Republication.objects.get()
    Republication.objects.update(state="failed")
    notice("dead", f"republication:{row.pk}", "It failed.", outlet=outlet, uid=page.uid)
    tell_notices()
    assert open_kinds() == ["dead"]
    Republication.objects.update(state="delivered", due_at=None)
    tell_notices()
    assert open_kinds() == []
