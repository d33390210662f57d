"""The judge sees each way in which a sender can be wrong; a proof is worth no more than its judge."""

from typing import Any

from tests.chaos.driver import table
from tests.chaos.judge import Verdict, Wanted, judge

NEWEST = {"headline": "Two", "version": 2}
OLDER = {"headline": "One", "version": 1}
PUT = Wanted("Two", 2)


def partner(*, hooks: Any = None, posts: Any = None, doubled: Any = (), **counts: int) -> dict[str, Any]:
    told = {name.replace("_", " "): count for name, count in counts.items()}
    return {"hooks": hooks or {}, "posts": posts or {}, "doubled": doubled, "counts": told}


def judged(state: dict[str, Any], wanted: Wanted = PUT, row: str = "delivered", **facts: Any) -> Verdict:
    return judge({"a": wanted}, ["h0"], state, {("h0", "a"): row}, **facts)


def test_the_newest_version_at_rest_is_as_it_should_be() -> None:
    assert judged(partner(hooks={"h0": {"a": NEWEST}})).broken == []


def test_a_piece_that_is_not_there_is_lost() -> None:
    assert judged(partner()).broken == ["1 pieces lost"]


def test_an_older_version_on_top_is_wrong_and_overtaken() -> None:
    verdict = judged(partner(hooks={"h0": {"a": OLDER}}))
    assert (verdict.wrong, verdict.overtaken) == (1, 1)


def test_a_newer_version_with_another_text_is_wrong_only() -> None:
    verdict = judged(partner(hooks={"h0": {"a": {"headline": "Else", "version": 2}}}))
    assert (verdict.wrong, verdict.overtaken) == (1, 0)


def test_a_withdrawn_piece_that_stands_is_wrong_and_one_that_is_gone_is_not() -> None:
    gone = Wanted("", 3)
    assert judged(partner(hooks={"h0": {"a": NEWEST}}), gone).broken == ["1 wrong final states"]
    assert judged(partner(), gone, "withdrawn").broken == []


def test_a_row_that_is_not_at_rest_counts_even_if_the_piece_is_there() -> None:
    for state in ("pending", "failed", "skipped"):
        assert judged(partner(hooks={"h0": {"a": NEWEST}}), row=state).broken == ["1 rows not at rest"]


def test_a_second_post_counts_unless_a_stopped_worker_made_it() -> None:
    state = partner(posts={"h0": {"1": {"uid": "a", **NEWEST}, "2": {"uid": "a", **NEWEST}}}, doubled=[["h0", "a"]])
    assert judged(state).broken == ["1 posts made twice"]
    assert judged(state, late=[("h0", "a")]).broken == []


def test_an_older_copy_beside_the_newest_is_seen() -> None:
    posts = {"1": {"uid": "a", **OLDER}, "2": {"uid": "a", **NEWEST}}
    assert judged(partner(posts={"h0": posts})).overtaken == 1


def test_webhooks_may_arrive_twice_for_each_lost_answer_and_half_a_percent_more() -> None:
    held = {"h0": {"a": NEWEST}}
    counts = {"webhook_answers_lost": 10, "webhook_requests": 1000}
    assert judged(partner(hooks=held, duplicate_webhooks=15, **counts)).broken == []
    assert judged(partner(hooks=held, duplicate_webhooks=16, **counts)).broken == ["1 webhooks twice beyond what is allowed"]


def test_the_table_names_what_is_broken() -> None:
    parts = {name: {"some": 1} for name in ("acts", "partner", "deliveries", "causes", "naive acts", "naive")}
    column = {**parts, "engine": {"pairs": 1}, "changes": 2, "allowed": 3, "seconds": 4, "naive seconds": 5, "troubles": []}
    printed = table({"sqlite": {**column, "broken": []}, "postgresql": {**column, "broken": ["1 pieces lost"]}})
    assert "sqlite: every goal holds" in printed and "postgresql: 1 pieces lost" in printed
