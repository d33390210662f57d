"""What browser tests lay out before an editor comes: an outlet and pieces for it, made inside the publication in one go."""

import json
from typing import Any

from tests.e2e.stack import Stack

LAY = """
import base64, json, os
from home.models import ArticlePage, Author, Byline, SectionPage
from syndication.models import Outlet, Override
new = Outlet(name={name!r}, website="http://127.0.0.1/", kind="webhook", automatic=False)
new.endpoint = os.environ["DEMO_OUTLET_URL"] + {path!r}
new.secret = os.environ["DEMO_OUTLET_SECRET"] if {known} else "whsec_" + base64.b64encode(os.urandom(32)).decode()
new.save()
section, made = SectionPage.objects.first(), []
for headline in {headlines}:
    page = ArticlePage(title=headline, body=[("paragraph", "<p>Words of it.</p>")], live=False)
    section.add_child(instance=page)
    page.bylines.add(Byline(author=Author.objects.first()))
    for outlet in Outlet.objects.exclude(kind=""):
        Override.objects.create(uid=page.uid, outlet=outlet, choice="send" if outlet == new else "keep")
    page.save_revision().publish()
    made.append(page.pk)
print(json.dumps([new.pk, made]))
"""
ROWS = """
import json
from syndication.models import Republication
rows = Republication.objects.filter(wanted__headline__startswith={headline!r}).select_related("outlet", "wanted")
print(json.dumps([{{"headline": row.wanted.headline, "outlet": row.outlet.name, "state": row.state}} for row in rows]))
"""


def an_outlet(
    publication: Stack, name: str, *headlines: str, path: str = "/webhooks/homeward", known: bool = True
) -> tuple[int, list[int]]:
    """An outlet at the demo outlet's desk, and originals that go there and nowhere else: all outlets of these tests share a desk.

    `known`: both sides share the secret. Returns the numbers of the outlet and of the pages.
    """
    code = LAY.format(name=name, path=path, known=known, headlines=list(headlines))
    outlet, pages = json.loads(publication.shell(code))
    return outlet, pages


def rows(publication: Stack, headline: str) -> list[dict[str, Any]]:
    """The republications of pieces whose headline begins so."""
    found: list[dict[str, Any]] = json.loads(publication.shell(ROWS.format(headline=headline)))
    return found
