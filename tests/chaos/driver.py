"""The proof under fault: `python -m tests.chaos.driver --database both --size 10000`. Exit code 0 only if every goal holds.

Many republications at a partner that fails one time in ten. Meanwhile pieces change, workers are killed with -9 and started
again, others stand still for longer than a lease, Valkey is killed and forgets all, and two beats tick. When all is quiet, the
partner is asked what it holds. Then the sender that everybody writes first meets the same: it must fail, or the faults are none.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.house import scratch_database
from tests.chaos.judge import Verdict, judge
from tests.chaos.stage import LEASE, Stage

ROOT = Path(__file__).resolve().parents[2]
DATABASES = ("sqlite", "postgresql")
OUTLETS = 20
# Acts happen when such a share of the first deliveries is made: not before the workers are up, and all before the last.
FIRST, LAST = 0.02, 0.9
# What is published in one go before the workers begin; the rest comes in `--rate`, as pieces do, for so many minutes of work that
# a hundred killed workers are up again when the next is killed.
BURST = 0.1
# Where nothing is delivered for so long, the next act happens anyway.
STALLED = 10.0
NAIVE_QUIET = 20.0


def main() -> int:
    """Run on one database, or on both one after the other, and print the table."""
    asked = _words()
    if asked.json:
        facts = run(asked)
        Path(asked.json).write_text(json.dumps(facts, default=str))
        return 0
    columns = {}
    for database in DATABASES if asked.database == "both" else [asked.database]:
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            # A process of its own for each, for Django is set up once.
            words = [sys.executable, "-m", "tests.chaos.driver", *sys.argv[1:], "--database", database, "--json", file.name]
            done = subprocess.run(words, cwd=ROOT)
            if done.returncode:
                return done.returncode
            columns[database] = json.loads(Path(file.name).read_text())
    print(table(columns))
    return int(any(column["broken"] for column in columns.values()))


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--database-url", default="", help="use this database, which is migrated and empty, instead of a new one")
    parser.add_argument("--size", type=int, default=10_000, help="republications (default: %(default)s)")
    parser.add_argument("--naive", type=int, default=0, help="messages of the naive sender (default: a tenth of the size)")
    parser.add_argument("--engine-only", action="store_true", help="without the naive sender")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=100, help="kill -9 of workers")
    parser.add_argument("--broker-kills", type=int, default=10, help="kill -9 of Valkey")
    parser.add_argument("--standstills", type=int, default=6, help="SIGSTOP of a worker, for longer than its lease")
    parser.add_argument("--rate", type=float, default=30.0, help="republications that are published in a second")
    parser.add_argument("--allowance", type=float, default=0.005, help="share of webhooks that may arrive twice for nothing")
    parser.add_argument("--faults", type=float, default=0.1, help="share of faulty answers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds after which what is not at rest counts as lost")
    parser.add_argument("--json", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def run(asked: argparse.Namespace) -> dict[str, Any]:
    """Both senders on one database; all that was counted."""
    folder = Path(tempfile.mkdtemp(prefix="homeward-chaos-"))
    with _database(asked) as url:
        stage = Stage(folder, url, workers=asked.workers, faults=asked.faults, seed=asked.seed)
        if not asked.database_url:
            stage.manage("migrate", "--verbosity", "0")
        _enter(stage.env)
        try:
            stage.open()
            facts = _Run(stage, asked).facts()
        except BaseException:
            print(stage.logs())
            raise
        finally:
            stage.close()
    if facts["broken"]:
        print(f"The logs of the {asked.database} run are kept in {folder}.", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return facts


@contextmanager
def _database(asked: argparse.Namespace) -> Iterator[str]:
    if asked.database_url:
        yield asked.database_url
    else:
        with scratch_database(asked.database) as url:
            yield url


def _enter(env: dict[str, str]) -> None:
    """Become a process of that publication."""
    import django

    os.environ.update(env)
    django.setup()


class _Run:
    """One run on one database."""

    def __init__(self, stage: Stage, asked: argparse.Namespace):
        from tests.chaos import pieces, posts

        posts.register()
        self.stage, self.asked, self.pieces = stage, asked, pieces
        self.dice = random.Random(asked.seed)
        self.outlets = pieces.furnish(stage.outlet)

    def facts(self) -> dict[str, Any]:
        """Everything that the table shows."""
        engine, faults, seconds = self._engine()
        acts, partner = dict(self.stage.counts), self.stage.ask("counts")
        told = {
            "causes": self.causes,
            "changes": self.changes,
            "deliveries": self.pieces.outcomes(),
            "troubles": self.pieces.troubles(),
        }
        self.stage.counts.clear()
        self.stage.ask("control", {"forget": True})
        begun = time.monotonic()
        naive = judge({}, (), self.stage.ask("state")) if self.asked.engine_only else self._naive()
        broken = engine.broken
        if not self.asked.engine_only and not (naive.lost + naive.wrong and naive.broken):
            broken.append("The naive sender did not fail: these faults prove nothing.")
        return {
            "engine": asdict(engine),
            "allowed": engine.allowed,
            "naive": asdict(naive),
            "acts": acts,
            "naive acts": dict(self.stage.counts),
            "partner": {**partner, **faults},
            "seconds": round(seconds),
            "naive seconds": round(time.monotonic() - begun),
            "broken": broken,
            **told,
        }

    # --- the engine ---------------------------------------------------------------------------------------------------------

    def _engine(self) -> tuple[Verdict, dict[str, int], float]:
        own = self.pieces.Pieces(self.outlets, seed=self.asked.seed)
        count = self.asked.size // OUTLETS
        own.tell(max(round(count * BURST), 1))
        begun = time.monotonic()
        self.coming = iter(_paced(lambda: own.tell(1), count - len(own.first), self.asked.rate / OUTLETS))
        changes = count * 4 // 10
        acts = self._acts(changes, lambda: own.change(), self.asked.kills, self.asked.broker_kills, self.asked.standstills)
        self._play(acts, self.asked.size, begun)
        self._rest(begun)
        seconds = time.monotonic() - begun
        self.changes = own.changed
        state = self.stage.ask("state")
        rows, late = self.pieces.rows(self.outlets), self.pieces.late(self.outlets)
        verdict = judge(own.wanted, self.outlets, state, rows, late, allowance=self.asked.allowance)
        self.causes = self.pieces.causes(state["repeated"])
        return verdict, {"most requests at once at one outlet": max(state["most_open"].values())}, seconds

    def _acts(self, changes: int, change: Callable[[], Any], kills: int, broker_kills: int, standstills: int) -> list[Any]:
        """What happens, in a shuffled order."""
        stage = self.stage
        acts = [change] * changes + [stage.kill_worker] * kills + [stage.kill_broker] * broker_kills
        acts += [stage.stop_worker] * standstills
        self.dice.shuffle(acts)
        return acts

    def _play(self, acts: list[Any], size: int, begun: float) -> None:
        """Let each act happen when its share of the work is done, or when nothing moves."""
        step = (LAST - FIRST) / max(len(acts), 1)
        moments = [size * (FIRST + step * number) for number in range(len(acts))]
        taken, moved_at = 0, time.monotonic()
        for act, moment in zip(acts, moments, strict=True):
            while taken < moment and time.monotonic() - moved_at < STALLED and time.monotonic() - begun < self.asked.limit:
                self.stage.attend()
                next(self.coming, None)
                time.sleep(0.05)
                now = self._taken()
                if now > taken:
                    taken, moved_at = now, time.monotonic()
            if time.monotonic() - moved_at >= STALLED:
                self.stage.counts["acts while nothing moved"] += 1
                moved_at = time.monotonic()
            act()

    def _rest(self, begun: float) -> None:
        """Wait until nothing is owed, and was not a lease later: whoever was late has spoken by then."""
        while time.monotonic() - begun < self.asked.limit:
            self.stage.attend()
            published = next(self.coming, None) is None
            if published and not self.stage.standing and not self.pieces.owed():
                time.sleep(LEASE / 2)
                if not self.pieces.owed():
                    return
            time.sleep(0.2)

    def _taken(self) -> int:
        with suppress(OSError):
            return int(self.stage.ask("counts").get("taken", 0))
        return 0

    # --- the naive sender ---------------------------------------------------------------------------------------------------

    def _naive(self) -> Verdict:
        from tests.chaos.naive import send
        from tests.chaos.worker import app

        for beat in self.stage.beats:
            self.stage.stop(beat)
        share = self.asked.naive / self.asked.size if self.asked.naive else 0.1
        own = self.pieces.Pieces(self.outlets, seed=self.asked.seed + 1, syndicate=False)

        def publish(edition: Any) -> None:
            for outlet in self.outlets.values():
                try:
                    send.apply_async((outlet.pk, str(edition.uid), edition.version), retry=False)
                except Exception:
                    # A broker that is away: the editor sees an error, or nobody does.
                    self.stage.counts["could not be queued"] += 1

        app.conf.broker_transport_options = {**app.conf.broker_transport_options, "max_retries": 0}
        count = max(round(self.asked.size * share / OUTLETS), 1)
        self.coming = iter(())
        for edition in own.tell(count):
            publish(edition)
        kills, broker_kills = [max(round(number * share), 1) for number in (self.asked.kills, self.asked.broker_kills)]
        acts = self._acts(max(count * 4 // 10, 1), lambda: publish(own.change()), kills, broker_kills, standstills=0)
        begun = time.monotonic()
        self._play(acts, count * OUTLETS, begun)
        taken, moved_at = -1, time.monotonic()
        while time.monotonic() - moved_at < NAIVE_QUIET:
            self.stage.attend()
            time.sleep(0.5)
            if (now := self._taken()) != taken:
                taken, moved_at = now, time.monotonic()
        return judge(own.wanted, self.outlets, self.stage.ask("state"))


def _paced(act: Callable[[], Any], count: int, rate: float) -> Iterator[bool]:
    """Do it so many times, so often a second; ask as often as you like."""
    begun, done = time.monotonic(), 0
    while done < count:
        if time.monotonic() - begun > done / rate:
            act()
            done += 1
        yield True


def table(columns: dict[str, dict[str, Any]]) -> str:
    """All counts, a column a database."""
    rows: list[tuple[str, list[Any]]] = []
    every = list(columns.values())

    def section(title: str, name: str) -> None:
        rows.append((title, [""] * len(every)))
        for fact in dict.fromkeys(fact for column in every for fact in column[name]):
            rows.append((f"  {fact.replace('_', ' ')}", [column[name].get(fact, 0) for column in every]))

    section("What happened", "acts")
    rows.append(("  changes to pieces, each at 20 outlets", [column["changes"] for column in every]))
    section("At the partner", "partner")
    section("Deliveries, as the log tells", "deliveries")
    section("Webhooks that arrived twice, after", "causes")
    section("The engine", "engine")
    rows.append(("  duplicate webhooks allowed", [column["allowed"] for column in every]))
    rows.append(("  seconds", [column["seconds"] for column in every]))
    section("What happened to the naive sender", "naive acts")
    section("The naive sender", "naive")
    rows.append(("  seconds", [column["naive seconds"] for column in every]))
    lines = [f"{'':<48}" + "".join(f"{database:>14}" for database in columns)]
    lines += [f"{label:<48}" + "".join(f"{value:>14}" for value in values) for label, values in rows]
    for database, column in columns.items():
        lines.append(f"{database}: {'every goal holds' if not column['broken'] else '; '.join(column['broken'])}")
        lines += [f"  {trouble}" for trouble in column["troubles"]]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
