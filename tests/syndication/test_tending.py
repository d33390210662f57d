"""What a worker does for a received piece: fetches its picture by the door's rules, hangs it, and begins the workflow."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Workflow, WorkflowPage, WorkflowTask

from home.models import PublicationImage, StubPage
from syndication import reading, tending
from syndication.errands import run_errands
from syndication.models import Errand, Received
from syndication.story import Licence, Picture
from tests import factories as make
from tests.fakes.partner import Partner
from tests.syndication.test_inbox import page, send, version

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shared_partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture
def abroad(shared_partner: Partner, settings: Any, tmp_path: Any) -> Partner:
    """The sender's site, which serves a picture."""
    settings.SYNDICATION_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SYNDICATION_ALLOWED_PORTS = [shared_partner.port]
    settings.MEDIA_ROOT = tmp_path
    shared_partner.forget()
    shared_partner.routes["/lamp.png"] = lambda visit: visit.reply(200, make.drawing("png"), "image/png")
    shared_partner.routes["/other.png"] = lambda visit: visit.reply(200, make.drawing("png"), "image/png")
    return shared_partner


def photo(partner: Partner, path: str = "/lamp.png", **facts: Any) -> Picture:
    told = {"alt": "A lamp", "caption": "At dusk", "credit": "Photograph: Ada", "licence": Licence(name="CC BY 4.0")}
    return make.picture(url=partner.url(path), **{**told, **facts})


def shelf() -> list[str]:
    return default_storage.listdir(reading.SHELF)[1] if default_storage.exists(reading.SHELF) else []


def test_the_picture_comes_a_moment_after_the_piece_and_does_not_travel_on(abroad: Partner) -> None:
    send(make.sender(), "published", version(1, lead_image=photo(abroad)))
    assert page().live and page().lead_image is None and abroad.requests == [], "nothing was fetched in the sender's request"
    assert run_errands() == 1
    image = page().lead_image
    assert (image.description, image.caption, image.credit) == ("A lamp", "At dusk", "Photograph: Ada")
    assert not image.may_syndicate and page().lead_alt == "A lamp" and page().lead_caption == "At dusk"
    assert page().live_revision_id == page().latest_revision_id, "readers see it"
    assert Received.objects.get().state == "published" and shelf() == []
    assert Errand.objects.get().state == Errand.State.DONE


def test_the_same_picture_is_fetched_once_and_another_replaces_it(abroad: Partner) -> None:
    sender = make.sender()
    send(sender, "published", version(1, lead_image=photo(abroad)))
    run_errands()
    first = page().lead_image_id
    assert send(sender, "updated", version(2, lead_image=photo(abroad))).status_code == 200, "hanging it was no editor's change"
    run_errands()
    assert page().lead_image_id == first and len(abroad.requests) == 1
    send(sender, "updated", version(3, lead_image=photo(abroad, "/other.png")))
    run_errands()
    assert page().lead_image_id != first and page().live_revision_id == page().latest_revision_id


def test_a_picture_that_may_not_be_shown_any_longer_goes(abroad: Partner) -> None:
    sender = make.sender()
    send(sender, "published", version(1, lead_image=photo(abroad)))
    run_errands()
    send(sender, "updated", version(2, excerpt_html=version(1).excerpt_html, lead_image=None))
    assert page().lead_image is None and page().lead_alt == ""
    # And may come back.
    send(sender, "updated", version(3, lead_image=photo(abroad)))
    run_errands()
    assert page().lead_image is not None


def test_a_picture_whose_rights_do_not_travel_is_not_asked_for(abroad: Partner) -> None:
    send(make.sender(), "published", version(1, lead_image=photo(abroad, may_syndicate=False)))
    assert run_errands() == 0 and abroad.requests == []


def test_a_picture_that_an_editor_chose_stays(abroad: Partner) -> None:
    sender = make.sender()
    send(sender, "published", version(1))
    ours = make.image()
    make.edit(page(), lead_image=ours)
    send(sender, "updated", version(2, lead_image=photo(abroad)))
    run_errands()
    assert page().lead_image == ours and PublicationImage.objects.count() == 1
    send(sender, "updated", version(3))
    assert page().lead_image == ours


@pytest.mark.parametrize("path", ["/missing.png", "/text.png"])
def test_a_picture_that_cannot_be_had_leaves_a_note_and_the_piece_stands(path: str, abroad: Partner) -> None:
    abroad.routes["/missing.png"] = lambda visit: visit.reply(404, b"")
    abroad.routes["/text.png"] = lambda visit: visit.reply(200, b"<html>", "image/png")
    sender = make.sender()
    send(sender, "published", version(1, lead_image=photo(abroad, path)))
    run_errands()
    row = Received.objects.get()
    assert row.state == "published" and "by hand" in row.note and row.picture_url == ""
    assert Errand.objects.get().state == Errand.State.FAILED
    # The next push tries once more.
    send(sender, "updated", version(2, lead_image=photo(abroad)))
    run_errands()
    assert page().lead_image is not None and Received.objects.get().note == ""


def test_a_picture_at_a_private_address_is_not_fetched(settings: Any, tmp_path: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS, settings.MEDIA_ROOT = [], tmp_path
    send(make.sender(), "published", version(1, lead_image=make.picture(url="http://127.0.0.1/lamp.png")))
    run_errands()
    assert page().lead_image is None and "by hand" in Received.objects.get().note


def test_an_errand_that_is_overtaken_hangs_nothing(abroad: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    send(make.sender(), "published", version(1, lead_image=photo(abroad)))
    fetch = reading.keep_picture

    def meanwhile(url: str) -> str:
        """While the worker fetches the first picture a version with another one arrives."""
        Received.objects.update(picture_url=abroad.url("/other.png"))
        return fetch(url)

    monkeypatch.setattr(tending, "keep_picture", meanwhile)
    run_errands()
    assert page().lead_image is None and shelf() == [] and not PublicationImage.objects.exists()


def test_of_a_piece_that_is_withdrawn_meanwhile_nothing_is_fetched(abroad: Partner) -> None:
    sender = make.sender()
    send(sender, "published", version(1, lead_image=photo(abroad)))
    send(sender, "withdrawn", version(2))
    assert run_errands() == 1 and abroad.requests == []


def test_an_errand_that_never_ends_is_given_up(abroad: Partner) -> None:
    send(make.sender(), "published", version(1, lead_image=photo(abroad)))
    Errand.objects.update(attempts=reading.MOST_ATTEMPTS)
    run_errands()
    assert Errand.objects.get().state == Errand.State.FAILED and abroad.requests == []


# --- workflow ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def workflow() -> Workflow:
    """An approval by moderators for all that stands under the front page."""
    made, task = Workflow.objects.create(name="Desk"), GroupApprovalTask.objects.create(name="Look")
    WorkflowTask.objects.create(workflow=made, task=task)
    WorkflowPage.objects.filter(page=make.front_page()).delete()
    WorkflowPage.objects.create(workflow=made, page=make.front_page())
    return made


def draft_waits(sender: Any, number: int, **facts: Any) -> StubPage:
    assert send(sender, "updated", version(number, **facts)).status_code == 202
    run_errands()
    return page()


def test_a_moderated_draft_enters_the_workflow_of_its_section_by_a_worker(workflow: Workflow) -> None:
    sender = make.sender(trust="moderated")
    send(sender, "published", version(1))
    assert page().current_workflow_state is None and mail.outbox == []
    run_errands()
    assert page().current_workflow_state.workflow == workflow
    # Approving publishes it, and the notice is over.
    page().current_workflow_state.current_task_state.approve(user=make.editor())
    assert page().live and Received.objects.get().state == "published"


def test_a_newer_version_replaces_the_one_that_is_being_looked_at(workflow: Workflow) -> None:
    sender = make.sender(trust="moderated")
    draft_waits(sender, 1)
    draft_waits(sender, 2)
    page().current_workflow_state.current_task_state.approve(user=make.editor())
    assert "Version 2" in page().excerpt and Received.objects.get().state == "published"


def test_the_picture_of_a_draft_waits_with_it_and_is_published_with_it(workflow: Workflow, abroad: Partner) -> None:
    sender = make.sender(trust="moderated")
    draft_waits(sender, 1, lead_image=photo(abroad))
    assert not page().live and page().get_latest_revision_as_object().lead_image is not None
    page().current_workflow_state.current_task_state.approve(user=make.editor())
    assert page().lead_image is not None and Received.objects.get().state == "published"


def test_a_withdrawal_ends_the_workflow(workflow: Workflow) -> None:
    sender = make.sender(trust="moderated")
    draft_waits(sender, 1)
    send(sender, "withdrawn", version(2))
    assert page().current_workflow_state is None and not page().live


def test_what_is_published_enters_no_workflow(workflow: Workflow) -> None:
    send(make.sender(), "published", version(1))
    run_errands()
    assert page().current_workflow_state is None
    Received.objects.update(received_at=timezone.now() - timedelta(days=1))
