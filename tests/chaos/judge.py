"""The judge: what outlets hold against what was wanted last. A pure function of the ledger, the rows and the partner's state."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

AT_REST = {"delivered", "withdrawn"}


class Wanted(NamedTuple):
    """What was asked for last of one piece; without a headline, that it be gone."""

    headline: str
    version: int


@dataclass(frozen=True)
class Verdict:
    """The counts. `late` are those of `duplicate_posts` that a stopped worker made when it was continued: nobody prevents them.

    `allowance` is the share of webhooks that may arrive twice although the partner lost no answer.
    """

    pairs: int
    restless: int
    lost: int
    wrong: int
    overtaken: int
    duplicate_posts: int
    late: int
    duplicate_webhooks: int
    webhook_answers_lost: int
    webhooks: int
    allowance: float

    @property
    def allowed(self) -> int:
        """How many webhooks may arrive twice."""
        return self.webhook_answers_lost + int(self.webhooks * self.allowance)

    @property
    def broken(self) -> list[str]:
        """The goals that were missed, each as a sentence; empty if all hold."""
        goals = {
            "rows not at rest": self.restless,
            "pieces lost": self.lost,
            "wrong final states": self.wrong,
            "older versions left on top": self.overtaken,
            "posts made twice": self.duplicate_posts - self.late,
            "webhooks twice beyond what is allowed": max(self.duplicate_webhooks - self.allowed, 0),
        }
        return [f"{count} {name}" for name, count in goals.items() if count]


def judge(
    wanted: Mapping[str, Wanted],
    outlets: Collection[str],
    partner: Mapping[str, Any],
    rows: Mapping[tuple[str, str], str] | None = None,
    late: Collection[tuple[str, str]] = (),
    *,
    allowance: float = 0.005,
) -> Verdict:
    """Compare. `rows` are the engine's states by outlet and uid, None where a sender keeps none; of `late`, a sender was late."""
    there = held(partner)
    lost = wrong = overtaken = 0
    for uid, wish in wanted.items():
        for outlet in outlets:
            copies = there.get((outlet, uid), [])
            if not wish.headline:
                wrong += bool(copies)
            elif not copies:
                lost += 1
            elif any(copy["headline"] != wish.headline for copy in copies):
                wrong += 1
                overtaken += any(copy["version"] < wish.version for copy in copies)
    restless = 0
    if rows is not None:
        restless = sum(rows.get((outlet, uid)) not in AT_REST for uid in wanted for outlet in outlets)
    counts, doubled = partner["counts"], [tuple(pair) for pair in partner["doubled"]]
    return Verdict(
        pairs=len(wanted) * len(outlets),
        restless=restless,
        lost=lost,
        wrong=wrong,
        overtaken=overtaken,
        duplicate_posts=len(doubled),
        late=sum(pair in set(late) for pair in set(doubled)),
        duplicate_webhooks=counts.get("duplicate webhooks", 0),
        webhook_answers_lost=counts.get("webhook answers lost", 0),
        webhooks=counts.get("webhook requests", 0),
        allowance=allowance,
    )


def held(partner: Mapping[str, Any]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The copies that stand there, by outlet and uid: of a post there can be several."""
    there: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for outlet, pieces in partner["hooks"].items():
        for uid, copy in pieces.items():
            there.setdefault((outlet, uid), []).append(copy)
    for outlet, posts in partner["posts"].items():
        for copy in posts.values():
            there.setdefault((outlet, copy["uid"]), []).append(copy)
    return there
