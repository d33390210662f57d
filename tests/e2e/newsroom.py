"""What browser tests lay out before an editor comes: outlets and pieces, made inside the publication."""

import json
from typing import Any

from tests.e2e.stack import Stack

OUTLET = """
import base64, os
from syndication.models import Outlet
outlet = Outlet(name={name!r}, website="http://127.0.0.1/", kind="webhook", automatic=False)
outlet.endpoint = os.environ["DEMO_OUTLET_URL"] + {path!r}
outlet.secret = os.environ["DEMO_OUTLET_SECRET"] if {known} else "whsec_" + base64.b64encode(os.urandom(32)).decode()
outlet.save()
print(outlet.pk)
"""
PIECES = """
import json
from home.models import ArticlePage, Author, Byline, SectionPage
from syndication.models import Outlet, Override
section, made = SectionPage.objects.first(), []
for headline in {headlines}:
    page = ArticlePage(title=headline, body=[("paragraph", {words!r})], live=False)
    section.add_child(instance=page)
    page.bylines.add(Byline(author=Author.objects.first()))
    for outlet in Outlet.objects.exclude(kind=""):
        Override.objects.create(uid=page.uid, outlet=outlet, choice="send" if outlet.name == {outlet!r} else "keep")
    revision = page.save_revision()
    if {publish}:
        revision.publish()
    made.append(page.pk)
print(json.dumps(made))
"""
ROWS = """
import json
from syndication.models import Republication
rows = Republication.objects.filter(wanted__headline__startswith={headline!r}).select_related("outlet", "wanted")
print(json.dumps([
    {{"headline": row.wanted.headline, "outlet": row.outlet.name, "state": row.state, "copy": row.receipt_url}} for row in rows
]))
"""


def an_outlet(publication: Stack, name: str, *, path: str = "/webhooks/homeward", known: bool = True) -> int:
    """An outlet at the demo outlet's desk that gets only what it is sent; `known`: both share the secret. Returns its number."""
    return int(publication.shell(OUTLET.format(name=name, path=path, known=known)))


def pieces_for(
    publication: Stack, outlet: str, *headlines: str, words: str = "<p>Words of it.</p>", publish: bool = True
) -> list[int]:
    """Originals that go to one outlet and to no other: all outlets of these tests share a desk. Returns their pages' numbers."""
    code = PIECES.format(outlet=outlet, headlines=list(headlines), words=words, publish=publish)
    numbers: list[int] = json.loads(publication.shell(code))
    return numbers


def rows(publication: Stack, headline: str) -> list[dict[str, Any]]:
    """The republications of pieces whose headline begins so."""
    found: list[dict[str, Any]] = json.loads(publication.shell(ROWS.format(headline=headline)))
    return found
