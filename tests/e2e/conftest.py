"""One publication with the sample content for all browser tests, and a Chromium that looks at it."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.stack import PASSWORD, Stack, Template, stack, until

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session")
def template(migrated: str) -> Template:
    """A migrated database on the server the run was given."""
    return Template(migrated, os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory, template: Template) -> Iterator[Stack]:
    """The publication as a newcomer meets it: sample content, all processes, everything delivered."""
    with stack(tmp_path_factory.mktemp("publication"), template, SYNDICATION_SWEEP_SECONDS="2") as made:
        made.manage("sample_content")
        made.start("valkey", "outlet", "web", "worker", "beat")
        made.ready()
        until(lambda: made.status()["summary"]["honoured"] >= 3, seconds=60, why="fewer than three copies were proved")
        yield made


@pytest.fixture(scope="session")
def browser(chromium_path: str, migrated: str) -> Iterator[Browser]:
    """A headless Chromium. It comes after the database, for while it runs Django takes this thread for an event loop's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A reader's fresh tab."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def editor(browser: Browser, publication: Stack) -> Iterator[Page]:
    """An editor's tab, logged in."""
    context = browser.new_context(base_url=publication.site)
    tab = context.new_page()
    tab.goto("/admin/login/")
    tab.fill("input[name=username]", "editor")
    tab.fill("input[name=password]", PASSWORD)
    tab.click("button[type=submit]")
    tab.wait_for_url("**/admin/")
    yield tab
    context.close()
