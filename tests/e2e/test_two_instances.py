"""Two publications with databases, workers and brokers of their own: what one publishes stands at the other, and leads home."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen
from uuid import uuid4

import pytest

from syndication.models.sender import new_secret
from tests.e2e.stack import Stack, Template, stack, until

# The template was migrated for no port of ours.
SITE = "from wagtail.models import Site; Site.objects.update(hostname='127.0.0.1', port={port})"
# At the receiver: a section, and the sender.
RECEIVER = """
from home.models import HomePage, SectionPage
from syndication.models import Sender
section = HomePage.objects.get().add_child(instance=SectionPage(title="Elsewhere", slug="elsewhere"))
sender = Sender(name="The Harbour Review", website="{home}", section=section, trust="trusted", shows="copy", address="{address}")
sender.secret = "{secret}"
sender.save()
"""
# At home: the other site as an outlet, as an editor would enter it, and a piece with a picture.
HOME = """
import io
from django.core.files.images import ImageFile
from PIL import Image
from home.models import ArticlePage, Author, Byline, HomePage, PublicationImage, SectionPage
from syndication.models import Outlet
file = io.BytesIO()
Image.new("RGB", (1200, 800), (20, 90, 120)).save(file, "PNG")
lamp = PublicationImage(title="A lamp", file=ImageFile(io.BytesIO(file.getvalue()), "lamp.png"), description="A lamp at dusk",
                        credit="Photograph: Ada", may_syndicate=True)
lamp.save()
section = HomePage.objects.get().add_child(instance=SectionPage(title="Harbour", slug="harbour"))
outlet = Outlet(name="Elsewhere", website="{website}", kind="webhook", endpoint="{endpoint}", attribution="First in the Review")
outlet.secret = "{secret}"
outlet.save()
page = ArticlePage(title="Lamps", slug="lamps", body=[("paragraph", "<p>It began with a lamp.</p>")], lead_image=lamp)
section.add_child(instance=page)
page.bylines.add(Byline(author=Author.objects.create(name="Ada Lovelace", slug="ada")))
page.save_revision().publish()
"""
CORRECT = """
import datetime
from home.models import ArticlePage, DatedCorrection
page = ArticlePage.objects.get().get_latest_revision_as_object()
page.title = "Two lamps"
made_at = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
page.corrections.add(DatedCorrection(made_at=made_at, text="There were two lamps."))
page.save_revision().publish()
"""
WITHDRAW = "from home.models import ArticlePage; ArticlePage.objects.get().unpublish()"
COPY = """
import json
from syndication.models import Received, Verification
row, watched = Received.objects.get(), Verification.objects.get()
print(json.dumps([row.state, row.version, watched.url, watched.verdict]))
"""


@pytest.fixture
def both(tmp_path: Path, template: Template) -> Iterator[tuple[Stack, Stack]]:
    """A publication and another, each willing to visit the other on loopback; nothing runs yet."""
    with ExitStack() as room:
        for name in ("home", "elsewhere"):
            (tmp_path / name).mkdir()
        one, other = (
            room.enter_context(stack(tmp_path / name, template, SYNDICATION_SWEEP_SECONDS="1")) for name in ("home", "elsewhere")
        )
        for made in (one, other):
            made.env["SYNDICATION_ALLOWED_PORTS"] = f"{one.port},{other.port}"
        yield one, other


def look(url: str) -> tuple[int, str]:
    """What a reader gets."""
    try:
        with urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as problem:
        return problem.code, ""


def says(url: str, *words: str) -> bool:
    status, html = look(url)
    return status == 200 and all(word in html for word in words)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What the acts return, done side by side: each starts a process of its own."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]


def row(made: Stack) -> dict[str, Any]:
    """The piece at its outlet, as `syndication_status` tells it."""
    (only,) = made.status()["republications"]
    return dict(only)


def test_a_piece_its_correction_and_its_end_travel_from_one_site_to_another(both: tuple[Stack, Stack]) -> None:
    home, elsewhere = both
    address, secret = str(uuid4()), new_secret()
    original, copy = f"{home.site}/harbour/lamps/", f"{elsewhere.site}/elsewhere/lamps/"
    here = {"website": elsewhere.site, "endpoint": f"{elsewhere.site}/syndication/inbox/{address}/", "secret": secret}
    there = {"home": home.site, "address": address, "secret": secret}
    together(
        lambda: elsewhere.shell(SITE.format(port=elsewhere.port) + RECEIVER.format(**there)),
        lambda: home.shell(SITE.format(port=home.port) + HOME.format(**here)),
    )
    for made in (elsewhere, home):
        made.start("valkey", "web", "worker", "beat")

    # Publish here, and it stands there, whole, with its picture, and names its home.
    until(lambda: says(copy, "It began with a lamp.", "First in the Review"), seconds=60, why="the copy is not there")
    html = look(copy)[1]
    assert re.findall(r'<link rel="canonical" href="([^"]+)"', html) == [original]
    assert f'<meta property="og:url" content="{original}">' in html and f'href="{original}"' in html
    until(lambda: says(copy, "A lamp at dusk", "Photograph: Ada"), seconds=20, why="the picture is not there")
    assert f"{home.site}/media" not in look(copy)[1], "readers there fetch nothing from here"

    # Each looks at the other: home that its copy leads home, elsewhere that the home it names is alive.
    watched = ["published", 1, original, "honoured"]
    greeting = together(
        lambda: home.manage("test_outlet", "Elsewhere"),
        lambda: until(lambda: row(home)["verdict"] == "honoured", seconds=30, why="home has not proved the copy"),
        lambda: until(lambda: json.loads(elsewhere.shell(COPY)) == watched, seconds=30, why="nobody looked at home"),
    )[0]
    assert "knows our signature" in greeting

    # A correction follows, at the same address.
    home.shell(CORRECT)
    until(lambda: says(copy, "Two lamps", "There were two lamps."), seconds=30, why="the correction is not there")
    assert re.findall(r'<link rel="canonical" href="([^"]+)"', look(copy)[1]) == [original]

    # And the end of it, which home sees with its own eyes.
    home.shell(WITHDRAW)
    until(lambda: look(copy)[0] == 404, seconds=30, why="the copy still stands")
    until(
        lambda: (row(home)["state"], row(home)["verdict"]) == ("withdrawn", "honoured"), seconds=30, why="the end is not proved"
    )
