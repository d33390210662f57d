"""The processes of a run and what happens to them: kill -9, a broker that forgets, workers that stand still for too long."""

import json
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.request import Request, urlopen

from tests.e2e.stack import Stack, until

LEASE = 6.0
# Longer than the lease, so that another worker has taken over when it is continued.
STANDSTILL = LEASE + 2.0
SETTINGS = {
    "SYNDICATION_TIME_SCALE": "0.001",
    "SYNDICATION_LEASE_SECONDS": str(LEASE),
    "SYNDICATION_DEADLINE_SECONDS": "1",
    "SYNDICATION_SWEEP_SECONDS": "1",
    "LOG_LEVEL": "WARNING",
}


class Stage(Stack):
    """A partner that fails, a broker, beats and workers: killed, started again at once, and counted."""

    def __init__(self, folder: Path, database_url: str, *, workers: int, faults: float, seed: int):
        super().__init__(folder, database_url, **SETTINGS)
        self.dice = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.begun_at: dict[str, int] = {}
        self.standing: dict[str, Timer] = {}
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "tests.chaos.worker"]
        receiver = ["-m", "tests.chaos.receiver", "--port", str(self.outlet_port), "--faults", str(faults), "--seed", str(seed)]
        self.commands["receiver"] = [sys.executable, *receiver]
        # As in the Procfile.
        pool = ["--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        self.workers = [f"worker-{number}" for number in range(1, workers + 1)]
        for name in self.workers:
            self.commands[name] = [*celery, "worker", "--hostname", f"{name}@%h", *pool]
        self.beats = ["beat-1", "beat-2"]
        for name in self.beats:
            self.commands[name] = [*celery, "beat", "--schedule", str(folder / name), "--pidfile=", "--loglevel", "WARNING"]

    def ask(self, path: str, told: Any = None) -> Any:
        """What the partner says of itself."""
        body = json.dumps(told).encode() if told is not None else None
        with urlopen(Request(f"{self.outlet}/{path}", body), timeout=60) as answer:
            return json.load(answer)

    def open(self) -> None:
        """Start all of it."""
        self.start("valkey", "receiver", *self.beats, *self.workers)
        until(lambda: self.ask("counts") is not None, seconds=20, why="the partner does not answer")

    def close(self) -> None:
        """End all of it."""
        for timer in self.standing.values():
            timer.cancel()
        for name in list(self.running):
            self.stop(name, signal.SIGKILL)

    # --- what happens to them -----------------------------------------------------------------------------------------------

    def kill_worker(self) -> None:
        """kill -9 of one that works, whichever; started again at once. One that only just begins would be no loss."""
        walking = [name for name in self.workers if name not in self.standing]
        ready = [name for name in walking if self._ready(name)]
        if not ready:
            self.counts["kills of workers that only just began"] += 1
        if walking:
            self._restart(self.dice.choice(ready or walking))
            self.counts["kill -9 of a worker"] += 1

    def kill_broker(self) -> None:
        """kill -9 of Valkey, which keeps nothing."""
        self._restart("valkey")
        self.counts["kill -9 of Valkey"] += 1

    def stop_worker(self) -> None:
        """SIGSTOP of one that works, until another has taken over. On SQLite it may hold the only pen: then all wait, we too."""
        ready = [name for name in self.workers if name not in self.standing and self._ready(name)]
        if ready:
            name = self.dice.choice(ready)
            os.killpg(self.running[name].pid, signal.SIGSTOP)
            self.standing[name] = Timer(STANDSTILL, self._continue, [name])
            self.standing[name].start()
            self.counts["SIGSTOP of a worker"] += 1

    def _continue(self, name: str) -> None:
        os.killpg(self.running[name].pid, signal.SIGCONT)
        del self.standing[name]

    def attend(self) -> None:
        """Start again who ended by itself."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.counts[f"ended by itself: {name.partition('-')[0]}"] += 1
                self.running.pop(name)
                self.start(name)

    def _restart(self, name: str) -> None:
        self.stop(name, signal.SIGKILL)
        self.start(name)

    def start(self, *names: str) -> None:
        """Start processes, each with a log that begins anew where it says when it is ready."""
        for name in names:
            log = self.folder / f"{name}.log"
            self.begun_at[name] = log.stat().st_size if log.exists() else 0
        super().start(*names)

    def _ready(self, name: str) -> bool:
        with (self.folder / f"{name}.log").open("rb") as log:
            log.seek(self.begun_at[name])
            return b" ready." in log.read()
