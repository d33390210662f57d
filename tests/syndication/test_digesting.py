"""The weekly digest: once a week, Monday morning, to who wants it; what drifted, what mended, what lasts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from syndication.digesting import last_monday, mail_weekly
from syndication.models import Look, NoticePreference, Republication, Verification
from tests import factories as make

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 5, 31, 12, tzinfo=UTC)
MONDAY = datetime(2026, 6, 1, 8, tzinfo=UTC)


@pytest.fixture
def clock() -> Any:
    """Sunday noon, until a test moves it."""
    with time_machine.travel(SUNDAY, tick=False) as traveller:
        yield traveller


def copy(headline: str, *looks: tuple[int, str], **facts: Any) -> Verification:
    """A copy that was looked at so many days before Monday, with these verdicts."""
    told = make.edition(make.story(headline=headline))
    row = Republication.objects.create(uid=told.uid, outlet=make.outlet(), wanted=told, held=told, state="delivered", **facts)
    moments = [MONDAY - timedelta(days=ago) for ago, _verdict in looks]
    seen = Verification.objects.create(
        republication=row, url="https://x.example/", verdict=looks[-1][1], sentence=f"{headline}: seen.", changed_at=moments[-1]
    )
    before = ""
    for at, (_ago, verdict) in zip(moments, looks, strict=True):
        Look.objects.create(verification=seen, at=at, verdict=verdict, before=before)
        before = verdict
    return seen


def prefers(**facts: Any) -> NoticePreference:
    """A person who was met some time ago."""
    return NoticePreference.objects.create(user=make.editor(), weekly_at=SUNDAY - timedelta(days=20), **facts)


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (SUNDAY, datetime(2026, 5, 25, 8, tzinfo=UTC)),
        (MONDAY - timedelta(seconds=1), datetime(2026, 5, 25, 8, tzinfo=UTC)),
        (MONDAY, MONDAY),
        (MONDAY + timedelta(days=3), MONDAY),
    ],
)
def test_a_week_begins_on_monday_morning(now: datetime, monday: datetime) -> None:
    assert last_monday(now) == monday


def test_monday_morning_is_that_of_the_site(settings: Any) -> None:
    with timezone.override("Asia/Amman"):
        assert last_monday(MONDAY) == MONDAY - timedelta(hours=3)


def test_it_tells_what_drifted_what_mended_and_what_lasts(clock: Any, mailoutbox: list[Any]) -> None:
    prefers()
    copy("The harbour", (30, "honoured"))
    copy("The lamps", (30, "honoured"), (2, "wrong"), (1, "missing"))
    copy("The tide", (30, "wrong"), (3, "honoured"))
    copy("The wreck", (60, "honoured"), (40, "gone"))
    copy("The fog", (30, "honoured"), (20, "gone"), (10, "honoured"))
    clock.move_to(MONDAY)
    assert mail_weekly() == 1
    (mail,) = mailoutbox
    assert mail.subject == "[Homeward] 3 of 5 copies lead home"
    html = str(mail.alternatives[0][0])
    for body in (mail.body, html):
        drifted = body.index("These do not lead home any more")
        mended, worst = body.index("These lead home again"), body.index("In trouble longest")
        assert drifted < body.index("The lamps: seen.") < mended < body.index("The tide") < worst < body.index("The wreck: seen.")
        assert "The harbour" not in body and "The fog" not in body
        assert "/admin/syndication/canonical-health/" in body and "/admin/account/" in body
    assert "Since 30 May 2026." in mail.body, "since it left home, not since the verdict changed again"


def test_it_goes_once_a_week_whoever_asks(clock: Any, mailoutbox: list[Any]) -> None:
    prefers()
    copy("The harbour", (30, "honoured"))
    clock.move_to(MONDAY)
    assert (mail_weekly(), mail_weekly()) == (1, 0)
    clock.move_to(MONDAY + timedelta(days=6))
    assert mail_weekly() == 0
    clock.move_to(MONDAY + timedelta(days=7))
    assert mail_weekly() == 1
    assert [mail.body.splitlines()[0] for mail in mailoutbox] == ["The copy leads home."] * 2


def test_all_well_is_one_short_line(clock: Any, mailoutbox: list[Any]) -> None:
    prefers()
    for number in range(3):
        copy(f"Piece {number}", (30, "honoured"))
    clock.move_to(MONDAY)
    assert mail_weekly() == 1
    assert mailoutbox[0].body.startswith("All 3 copies lead home.\n") and "Piece" not in mailoutbox[0].body


@pytest.mark.parametrize("facts", [{"mail": "never"}, {"weekly": False}])
def test_who_wants_none_gets_none(facts: dict[str, Any], clock: Any) -> None:
    prefers(**facts)
    copy("The harbour", (30, "honoured"))
    clock.move_to(MONDAY)
    assert mail_weekly() == 0


def test_who_was_just_met_waits_for_the_next_monday_and_without_copies_nothing_is_told(clock: Any) -> None:
    NoticePreference.objects.create(user=make.editor())
    assert mail_weekly() == 0
    clock.move_to(MONDAY)
    assert mail_weekly() == 0, "no copy was ever looked at"
    copy("The harbour", (30, "honoured"))
    assert mail_weekly() == 1


def test_a_mail_that_fails_is_sent_later(clock: Any, settings: Any, mailoutbox: list[Any]) -> None:
    prefers()
    copy("The harbour", (30, "honoured"))
    clock.move_to(MONDAY)
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "nowhere.Backend"
    assert mail_weekly() == 0
    settings.EMAIL_BACKEND = working
    assert mail_weekly() == 1
