"""What is pushed to partners, or laid ready for them, in each state of a piece: no canary, whatever was due already."""

import pytest

from syndication.delivering import deliver_due
from syndication.models import Delivery, Republication
from syndication.pulling import shelf, tombstones
from tests import factories as make
from tests.outlets import Desk
from tests.visibility.canaries import found
from tests.visibility.states import STATES, live

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("name", STATES)
def test_nothing_of_a_piece_that_readers_may_not_see_goes_out(name: str, desk: Desk) -> None:
    make.outlet("Memory", kind="memory")
    state = STATES[name]
    ground = state.begin()
    state.then(ground)
    while deliver_due():
        pass
    assert found("".join(f"{heard.headline} {heard.body_html}" for heard in desk.heard)) == set()
    assert found("".join(row.story.model_dump_json() for row in shelf(ground.outlet))) == set()
    assert not tombstones(ground.outlet).filter(uid=ground.page.uid).exists(), list(
        Delivery.objects.filter(republication__outlet=ground.outlet).values_list(
            "republication__uid", "operation", "outcome", "sentence", "fence", "republication__state", "republication__held"
        )
    )
    pending = Republication.objects.filter(due_at__isnull=False, operation=Republication.PUBLISH)
    assert not pending.exclude(uid=ground.other.uid).exclude(uid=ground.page.uid).exists()


def test_a_live_piece_goes_out(desk: Desk) -> None:
    make.outlet("Memory", kind="memory")
    ground = live()
    deliver_due()
    assert found("".join(f"{heard.headline} {heard.body_html}" for heard in desk.heard)) == {
        "headline",
        "body",
        "end of the body",
        "file name",
    }
    assert shelf(ground.outlet).filter(uid=ground.page.uid).exists()
