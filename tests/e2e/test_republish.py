"""A reader takes a piece along: copies the HTML, puts it on a page of their own, and one reader of it is counted once."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import Stack, Template, stack, until

pytestmark = pytest.mark.e2e

# Chromium without a window names itself HeadlessChrome, which is no reader.
READER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
PIECES = """
import json
from syndication.models import Edition
from syndication.rights import may_republish
free = [edition for edition in Edition.objects.visible().filter(kind="original") if may_republish(edition.story)]
kept = [edition for edition in Edition.objects.visible() if not may_republish(edition.card)]
arabic = next(edition for edition in free if edition.card.direction == "rtl")
latin = next(edition for edition in free if edition.card.direction == "ltr" and edition.card.lead_image)
print(json.dumps({name: [str(one.uid), one.card.url, one.headline] for name, one in
    {"latin": latin, "arabic": arabic, "kept": kept[0]}.items()}))
"""
COUNTS = """
import json
from syndication.models import Reads, Sighting
print(json.dumps({
    "reads": [[row.path, row.readers, row.bots] for row in Reads.objects.all()],
    "sightings": list(Sighting.objects.values_list("url", flat=True)),
}))
"""


class Blog:
    """A place abroad on loopback, under a name that is not ours: it shows one page with whatever was pasted into it."""

    def __init__(self) -> None:
        self.pasted = ""
        blog = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"<!doctype html><meta charset=utf-8><title>Blog</title><h1>A post</h1>{blog.pasted}".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def blog() -> Iterator[Blog]:
    blog = Blog()
    yield blog
    blog.server.shutdown()
    blog.server.server_close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, template: Template, blog: Blog) -> Iterator[Stack]:
    """A publication of which only the site runs, that may visit the blog."""
    with stack(tmp_path_factory.mktemp("republish"), template, SYNDICATION_ALLOWED_NETWORKS="127.0.0.0/8,::1/128") as made:
        made.env["SYNDICATION_ALLOWED_PORTS"] += f",{blog.server.server_port}"
        made.start("valkey")
        made.manage("sample_content")
        made.start("outlet", "web")
        made.ready()
        yield made


@pytest.fixture(scope="module")
def pieces(house: Stack) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(house.shell(PIECES))
    return found


def test_one_reader_of_a_copied_piece_is_counted_once_and_its_page_is_found(
    house: Stack, blog: Blog, browser: Browser, pieces: dict[str, list[str]]
) -> None:
    uid, address, headline = pieces["latin"]
    context = browser.new_context(user_agent=READER, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address)
    page.get_by_role("link", name="Republish this piece").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    button = page.get_by_role("button", name="Copy HTML")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_have_text("Copied.")
    blog.pasted = page.evaluate("navigator.clipboard.readText()")
    assert f"/c/{uid}.gif" in blog.pasted
    assert json.loads(house.shell(COUNTS))["reads"] == []

    with page.expect_response(lambda answer: f"/c/{uid}.gif" in answer.url) as counted:
        page.goto(f"{blog.address}/posts/lamps/?from=mail")
    assert counted.value.request.headers["referer"] == f"{blog.address}/posts/lamps/?from=mail"
    assert counted.value.status == 200
    with page.expect_response(lambda answer: f"/c/{uid}.gif" in answer.url):
        page.reload()
    assert [cookie for cookie in context.cookies() if cookie["domain"] == "127.0.0.1"] == []
    context.close()

    found = json.loads(house.shell(COUNTS))
    assert found["reads"] == [["/posts/lamps/", 1, 0]]
    assert found["sightings"] == [f"{blog.address}/posts/lamps/"]


def test_who_sends_no_referrer_is_counted_and_no_fault_is_shown(
    house: Stack, blog: Blog, browser: Browser, pieces: dict[str, list[str]]
) -> None:
    uid = pieces["arabic"][0]
    blog.pasted = f'<img src="{house.site}/c/{uid}.gif" referrerpolicy="no-referrer" alt="">'
    context = browser.new_context(user_agent=READER)
    page = context.new_page()
    with page.expect_response(lambda answer: f"/c/{uid}.gif" in answer.url):
        page.goto(f"{blog.address}/another/")
    context.close()
    found = until(
        lambda: [row for row in json.loads(house.shell(COUNTS))["reads"] if row[0] == ""], seconds=20, why="nobody was counted"
    )
    assert found == [["", 1, 0]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["latin", "arabic", "kept"])
def test_the_kit_shuts_nobody_out(kind: str, scheme: str, house: Stack, browser: Browser, pieces: dict[str, list[str]]) -> None:
    context = browser.new_context(base_url=house.site, color_scheme=scheme, viewport={"width": 390, "height": 844})
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(house.site) else None)
    page.goto(f"/republish/{pieces[kind][0]}/")
    for summary in page.locator("main summary").all():
        summary.click()
    found = Axe().run(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert found.violations_count == 0, found.generate_report()
    assert width <= 390, f"the page is {width} pixels wide on a phone of 390"
    assert foreign == []
    # The browser says so itself where the answer is 403.
    assert [trouble for trouble in troubles if "403" not in trouble] == []


def test_without_a_script_the_fields_are_there_and_the_buttons_are_not(
    house: Stack, browser: Browser, pieces: dict[str, list[str]]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page: Page = context.new_page()
    page.goto(f"{house.site}/republish/{pieces['latin'][0]}/")
    expect(page.get_by_label("HTML")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    context.close()
