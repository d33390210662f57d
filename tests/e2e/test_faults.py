"""Nothing is lost when a worker is killed or the broker is away. On the database that DATABASE_URL names."""

import json
import signal
import time
from collections import Counter
from pathlib import Path

from tests.e2e.stack import Stack, Template, stack, until

OUTLETS, PIECES = 10, 50

FILL = f"""
import os
from home.models import ArticlePage, Author, Byline, HomePage, SectionPage
from syndication.models import Outlet
section = SectionPage(title="Harbour", slug="harbour")
HomePage.objects.get().add_child(instance=section)
section.save_revision().publish()
author = Author.objects.create(name="Ada", slug="ada")
for number in range({OUTLETS}):
    outlet = Outlet(name=f"Outlet {{number}}", website="http://127.0.0.1/", kind="webhook", takes_since=None,
                    endpoint=os.environ["DEMO_OUTLET_URL"] + "/webhooks/homeward")
    outlet.secret = os.environ["DEMO_OUTLET_SECRET"]
    outlet.save()
for number in range({PIECES}):
    page = ArticlePage(title=f"Piece {{number}}", body=[("paragraph", f"<p>Words of piece {{number}}.</p>")])
    section.add_child(instance=page)
    page.bylines.add(Byline(author=author))
    page.save_revision().publish()
"""
KEYS = """
import json
from syndication.models import Republication
print(json.dumps([[row.state, f"msg_{row.key.hex}"] for row in Republication.objects.all()]))
"""


def test_killed_workers_lose_nothing_and_no_key_is_taken_twice(tmp_path: Path, template: Template) -> None:
    with stack(tmp_path, template, SYNDICATION_SWEEP_SECONDS="1", SYNDICATION_LEASE_SECONDS="8") as made:
        made.shell(FILL)
        made.start("valkey", "outlet", "beat")
        until(lambda: made.state() is not None, seconds=20, why="the outlet does not answer")
        made.tell(answers="slow", seconds="0")

        for killed_at in (40, 160, 320):
            made.start("worker")
            until(lambda at=killed_at: len(made.state()["deliveries"]) >= at, seconds=60, why="the worker delivers too little")  # type: ignore[misc]
            made.stop("worker", signal.SIGKILL)
        made.start("worker")

        until(lambda: len(made.state()["deliveries"]) >= OUTLETS * PIECES, seconds=120, why="something was lost")
        until(lambda: made.status()["summary"]["delivered"] == OUTLETS * PIECES, seconds=60, why="something was not settled")
        settled = json.loads(made.shell(KEYS))
        taken = Counter(delivery["webhook_id"] for delivery in made.state()["deliveries"] if delivery["taken"])
        assert {state for state, _key in settled} == {"delivered"}
        assert set(taken) == {key for _state, key in settled}
        assert max(taken.values()) == 1


def test_without_a_broker_an_editor_waits_no_longer_and_its_return_brings_the_delivery(
    tmp_path: Path, template: Template
) -> None:
    with stack(tmp_path, template, SYNDICATION_SWEEP_SECONDS="5") as made:
        made.shell(FILL.replace(f"range({PIECES})", "range(1)").replace(f"range({OUTLETS})", "range(1)"))
        made.start("valkey", "outlet", "worker", "beat")
        until(lambda: made.piece("Piece 0"), seconds=30, why="nothing was delivered at first")

        with_broker = publishing_takes(made, "With a broker")
        until(lambda: made.piece("With a broker"), seconds=30, why="the edit was not delivered")
        made.stop("valkey", signal.SIGKILL)
        without = publishing_takes(made, "Without a broker")
        assert without - with_broker < 0.5
        assert made.piece("Without a broker") is None

        made.start("valkey")
        began = time.monotonic()
        until(lambda: made.piece("Without a broker"), seconds=90, why="the broker's return brought no delivery")
        assert time.monotonic() - began < 90


def publishing_takes(made: Stack, headline: str) -> float:
    """Seconds from Publish to the answer in Wagtail's own view, the slowest of three; drafts warm the process up first."""
    code = f"""
import time
from django.contrib.auth import get_user_model
from django.test import Client
from home.models import ArticlePage
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield
user, _ = get_user_model().objects.get_or_create(username="chief", defaults={{"is_superuser": True, "is_staff": True}})
client = Client(headers={{"host": "127.0.0.1"}}); client.force_login(user)
page = ArticlePage.objects.get()
times = []
for round in range(-2, 3):
    page.refresh_from_db()
    data = nested_form_data({{"title": "{headline}", "slug": page.slug, "standfirst": str(round), "language": page.language,
        "canonical_policy": "self", "body": streamfield([("paragraph", rich_text("<p>Words</p>"))]), "topics": "",
        "bylines": inline_formset([{{"author": page.bylines.first().author_id, "id": page.bylines.first().pk}}], initial=1),
        "corrections": inline_formset([]), "footnotes": inline_formset([]), "comments": inline_formset([]),
        "comment_notifications": ""}})
    if round >= 0:
        data["action-publish"] = "yes"
    began = time.perf_counter()
    answer = client.post(f"/admin/pages/{{page.pk}}/edit/", data)
    times.append(time.perf_counter() - began)
    assert answer.status_code == 302, answer.content[:3000]
print(max(times[2:]))
"""
    return float(made.shell(code).strip().splitlines()[-1])
