"""A whole publication as separate processes, as `make run` starts it: for tests that kill, stop and click."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen
from uuid import uuid4

import psycopg
from cryptography.fernet import Fernet

from demo.valkey import command as valkey_command
from tests.e2e.console import Console
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery"
T = TypeVar("T")


def until(look: Callable[[], T], *, seconds: float, why: str) -> T:
    """The first truthy value of `look`; AssertionError with `why` and the last value when time is over."""
    end = time.monotonic() + seconds
    value = None
    while time.monotonic() < end:
        with suppress(OSError):
            value = look()
            if value:
                return value
        time.sleep(0.1)
    raise AssertionError(f"{why} (waited {seconds} s, last saw {value!r})")


class Stack:
    """The processes by name. `env` may be changed before `start`."""

    def __init__(self, folder: Path, database_url: str, **settings: str):
        self.folder = folder
        self.port, self.outlet_port, self.valkey_port = free_port(), free_port(), free_port()
        self.site = f"http://127.0.0.1:{self.port}"
        self.outlet = f"http://127.0.0.1:{self.outlet_port}"
        self.secret = f"whsec_{base64.b64encode(os.urandom(32)).decode()}"
        own = {
            "DEBUG": "yes",
            "SECRET_KEY": uuid4().hex,
            "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
            "SITE_URL": self.site,
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder),
            "REDIS_URL": f"redis://127.0.0.1:{self.valkey_port}/0",
            "SYNDICATION_ALLOWED_NETWORKS": "127.0.0.1/32",
            "SYNDICATION_PRODUCTION_HOST": "127.0.0.1,localhost",
            "SYNDICATION_ALLOWED_PORTS": str(self.outlet_port),
            "DEMO_OUTLET_URL": self.outlet,
            "DEMO_OUTLET_SECRET": self.secret,
            "DEMO_PASSWORD": PASSWORD,
            "OUTLET_SECRET": self.secret,
            "PYTHONUNBUFFERED": "1",
        }
        outside = {
            name: value for name, value in os.environ.items() if not name.startswith(("SYNDICATION_", "CREDENTIAL_", "COV_"))
        }
        self.env = {**outside, "DJANGO_SETTINGS_MODULE": "publication.settings", **own, **settings}
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "publication"]
        self.commands = {
            "valkey": valkey_command(self.valkey_port, str(folder)),
            "outlet": [
                *(sys.executable, "-m", "demo.outlet", "--port", str(self.outlet_port)),
                *("--data", str(folder / "outlet.sqlite3")),
            ],
            "web": [
                *(sys.executable, "-m", "gunicorn", "publication.wsgi", "--bind", f"127.0.0.1:{self.port}"),
                *("--threads", "8", "--no-control-socket"),
            ],
            "worker": [*celery, "worker", "--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle"],
            "beat": [*celery, "beat", "--schedule", str(folder / "beat"), "--pidfile="],
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.console: Console | None = None

    def manage(self, *words: str) -> str:
        """What a management command printed; it must succeed."""
        if self.console and self.console.env != self.env:
            self.close()
        self.console = self.console or Console(self.env, self.folder, ROOT)
        return self.console.run(words)

    def close(self) -> None:
        """End what ran the management commands."""
        if self.console:
            self.console.close()
        self.console = None

    def shell(self, code: str) -> str:
        """What Python code printed inside the publication."""
        return self.manage("shell", "--verbosity", "0", "--command", code)

    def start(self, *names: str) -> None:
        """Start processes; the log of each is `<name>.log` in the folder."""
        for name in names:
            log = (self.folder / f"{name}.log").open("ab")
            self.running[name] = subprocess.Popen(
                self.commands[name], env=self.env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop a process, its children with it, and wait for its end."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)

    def ready(self) -> None:
        """Wait until site and outlet answer."""
        until(lambda: urlopen(f"{self.site}/robots.txt").status == 200, seconds=60, why="the site does not answer")
        until(lambda: urlopen(f"{self.outlet}/healthz").status == 200, seconds=20, why="the outlet does not answer")

    def state(self) -> dict[str, Any]:
        """All that the outlet holds."""
        with urlopen(f"{self.outlet}/desk/state.json", timeout=10) as answer:
            state: dict[str, Any] = json.load(answer)
            return state

    def piece(self, headline: str) -> dict[str, Any] | None:
        """A piece as the outlet holds it."""
        return next((piece for piece in self.state()["pieces"] if piece["headline"] == headline), None)

    def tell(self, **moods: str) -> None:
        """Tell the outlet how to behave."""
        body = "&".join(f"{name}={value}" for name, value in moods.items()).encode()
        urlopen(f"{self.outlet}/desk", data=body, timeout=10).read()

    def status(self) -> dict[str, Any]:
        """What `syndication_status --json` says."""
        status: dict[str, Any] = json.loads(self.manage("syndication_status", "--json"))
        return status

    def logs(self) -> str:
        """The ends of all logs, for a failed test."""
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in self.folder.glob("*.log"))


@contextmanager
def stack(folder: Path, template: "Template", **settings: str) -> Iterator[Stack]:
    """A stack with a migrated database of its own. Ends with all processes gone."""
    with template.copy(folder) as url:
        made = Stack(folder, url, **settings)
        try:
            yield made
        except BaseException:
            print(made.logs())
            raise
        finally:
            made.close()
            for name in list(made.running):
                made.stop(name, signal.SIGKILL)


class Template:
    """A migrated database to copy from: one of this name on PostgreSQL when `server` is its URL, else an SQLite file."""

    def __init__(self, migrated: str, server: str):
        self.server = server if server.startswith("postgres") else ""
        self.migrated = migrated

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """The URL of a copy that lives as long as the block."""
        if not self.server:
            shutil.copy(self.migrated, folder / "db.sqlite3")
            yield f"sqlite:///{folder / 'db.sqlite3'}"
            return
        name = f"e2e_{uuid4().hex[:10]}"
        self._administrate(f'CREATE DATABASE "{name}" TEMPLATE "{self.migrated}"')
        try:
            yield self._url(name)
        finally:
            self._administrate(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def _administrate(self, statement: str) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(statement)
