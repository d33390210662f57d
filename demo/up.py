"""`python -m demo.up`: a whole publication in one terminal, from an empty folder to a copy that is proved."""

import base64
import errno
import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cryptography.fernet import Fernet
from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

ROOT = Path(__file__).resolve().parent.parent
PORTS = {"PORT": (8000, "the site"), "OUTLET_PORT": (8010, "the demo outlet"), "VALKEY_PORT": (6390, "Valkey")}
ANSWER_WITHIN = 120.0

ENV_HEADING = """\
# Written by 'make run' for the demonstration on this machine, and read by every 'python manage.py' here.
# Its keys belong to the data in var/: lose them and the outlets' credentials must be entered again.
# 'make run' follows its ports with the addresses below and leaves every other line as it is.
"""


class Trouble(Exception):
    """Why the demonstration cannot start, in a sentence that says what to do."""


# --- Ports ------------------------------------------------------------------------------------------------------------


def choose_ports(environ: dict[str, str]) -> dict[str, int]:
    """The port of each listener, by the name of the variable that chooses it. Raises Trouble if one is no port, or taken."""
    ports = {name: _port(name, environ.get(name) or str(default)) for name, (default, _) in PORTS.items()}
    if len(set(ports.values())) < len(ports):
        raise Trouble(f"{', '.join(PORTS)} must differ; they are {', '.join(str(port) for port in ports.values())}.")
    faults = {name: fault for name, port in ports.items() if (fault := _fault(port))}
    if faults:
        says = [f"Port {ports[name]}, for {PORTS[name][1]}, cannot be had: {fault}." for name, fault in faults.items()]
        choice = " ".join(f"{name}={_free_after(ports[name], ports.values())}" for name in faults)
        raise Trouble("\n".join([*says, f"Choose another:  make run {choice}"]))
    return ports


def _port(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise Trouble(f"{name} is '{value}'; write a port number from 1 to 65535, as in: make run {name}={PORTS[name][0] + 1}")
    return int(value)


def _fault(port: int) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            return "another program listens there" if error.errno == errno.EADDRINUSE else str(error.strerror).lower()
    return ""


def _free_after(port: int, others: Iterable[int]) -> int:
    return next(number for number in range(port % 65000 + 1, 65536) if number not in others and not _fault(number))


# --- What is kept between starts --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """The demonstration's own secrets: the editor's password and the key that the demo outlet shares with us."""

    password: str
    outlet_secret: str


def recall(path: Path) -> Kept:
    """The secrets of the first start, made up on that start. Only the owner may read the file that holds them."""
    if not path.is_file():
        letters = "abcdefghjkmnpqrstuvwxyz23456789"
        password = "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))
        outlet_secret = f"whsec_{base64.b64encode(os.urandom(32)).decode()}"
        _write_privately(path, json.dumps({"password": password, "outlet_secret": outlet_secret}, indent=2) + "\n")
    return Kept(**json.loads(path.read_text(encoding="utf-8")))


def settle_env_file(path: Path, ports: dict[str, int]) -> dict[str, str]:
    """Bring this `.env` in line with these ports, making up keys that it lacks; what it says then.

    Raises Trouble if the file there is not a demonstration's.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else [*ENV_HEADING.splitlines(), "DEBUG=yes"]
    found = _pairs(lines)
    if found.get("DEBUG", "").lower() not in ("yes", "true", "on", "1"):
        raise Trouble("The .env here does not say DEBUG=yes, so it is not the demonstration's. Move it away, then run again.")
    made = {"SECRET_KEY": secrets.token_urlsafe(50), "CREDENTIAL_KEYS": Fernet.generate_key().decode()}
    wanted = {name: value for name, value in made.items() if not found.get(name)} | {
        "SITE_URL": f"http://127.0.0.1:{ports['PORT']}",
        "REDIS_URL": f"redis://127.0.0.1:{ports['VALKEY_PORT']}/0",
        "SYNDICATION_ALLOWED_NETWORKS": "127.0.0.1/32",
        "SYNDICATION_ALLOWED_PORTS": str(ports["OUTLET_PORT"]),
    }
    kept = [line for line in lines if line.partition("=")[0].strip() not in wanted]
    text = "\n".join([*kept, *(f"{name}={value}" for name, value in wanted.items())]) + "\n"
    if not path.is_file() or text != path.read_text(encoding="utf-8"):
        _write_privately(path, text)
    return _pairs(text.splitlines())


def _pairs(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def _write_privately(path: Path, text: str) -> None:
    """Whole or not at all, and readable by its owner only from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def environment(environ: dict[str, str], settings: dict[str, str], ports: dict[str, int], kept: Kept) -> dict[str, str]:
    """What the processes see: `.env` wins over the shell, so that another project's DATABASE_URL is never filled with ours."""
    return {
        **environ,
        "DATABASE_URL": "",
        "DATA_DIR": "",
        **settings,
        **{name: str(port) for name, port in ports.items()},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "DEMO_PASSWORD": kept.password,
        "DEMO_OUTLET_URL": f"http://127.0.0.1:{ports['OUTLET_PORT']}",
        "DEMO_OUTLET_SECRET": kept.outlet_secret,
        "OUTLET_SECRET": kept.outlet_secret,
        # Below honcho's own patience of five seconds, after which it kills.
        "GUNICORN_CMD_ARGS": "--graceful-timeout 3",
    }


# --- The processes ----------------------------------------------------------------------------------------------------


class Terminal(Printer):
    """Prints each process's lines under its name, keeps honcho's own chatter back, and notes who stopped first and why."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self.asked_to_stop = False
        self.first_stop: tuple[str, int] | None = None

    def write(self, message: Any) -> None:
        """Print or note one message."""
        if message.name != "system":
            super().write(message)
            return
        if " received" in message.data:
            self.asked_to_stop = True
        stop = re.match(r"(\S+) stopped \(rc=(-?\d+)\)", message.data)
        if stop and self.first_stop is None:
            self.first_stop = (stop[1], int(stop[2]))

    def crash(self) -> tuple[str, int] | None:
        """Name and exit status of the process that ended of itself, if that is why all ended."""
        return None if self.asked_to_stop else self.first_stop


class Processes(Manager):
    """honcho's manager, which cannot stop a process that has not told its number yet: we ask again until all have."""

    def terminate(self) -> None:
        """Stop all processes, each with all it started."""
        if self._all_started():
            super().terminate()
            return
        again = threading.Timer(0.1, self.terminate)
        again.daemon = True
        again.start()


def supervise(procfile: str, env: dict[str, str], announcement: Callable[[], None]) -> int:
    """Run a Procfile's processes until Ctrl-C, SIGTERM, the terminal's end or the first that stops; the exit status.

    `announcement` is called in a thread of its own once they are on their way.
    """
    terminal = Terminal()
    manager = Processes(terminal)
    for name, command in parse_procfile(procfile).processes.items():
        manager.add_process(name, command, env=env, cwd=str(ROOT))
    # honcho answers SIGINT and SIGTERM; a closed terminal must end things in the same way.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    threading.Thread(target=announcement, daemon=True).start()
    manager.loop()
    crash = terminal.crash()
    if crash is None:
        print("All stopped. What you made is kept in var/; 'make run' brings it back.", flush=True)
        return 0
    name, status = crash
    how = f"by signal {-status}" if status < 0 else f"with status {status}"
    print(f"The process '{name}' ended {how}, so all others were stopped. Its last lines above say why.", flush=True)
    return 1


def announce(ports: dict[str, int], table: str) -> None:
    """Print the table once the site and the outlet answer."""
    deadline = time.monotonic() + ANSWER_WITHIN
    waiting = {ports["PORT"], ports["OUTLET_PORT"]}
    while waiting and time.monotonic() < deadline:
        waiting = {port for port in waiting if not _answers(port)}
        time.sleep(0.2)
    if waiting:
        table = (
            f"\nNothing answers yet on port {', '.join(str(port) for port in sorted(waiting))}. The lines above may say why.\n"
        )
    print(table, flush=True)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def addresses(ports: dict[str, int], kept: Kept) -> str:
    """The table that a newcomer reads first."""
    site, outlet = f"http://127.0.0.1:{ports['PORT']}", f"http://127.0.0.1:{ports['OUTLET_PORT']}"
    rows = [
        ("The publication", f"{site}/", ""),
        ("For its editors", f"{site}/admin/", f"user editor, password {kept.password}"),
        ("The demo outlet", f"{outlet}/", "a partner that carries what you publish"),
        ("The outlet's desk", f"{outlet}/desk", "where you can make it misbehave"),
    ]
    lines = [f"  {name:<18} {address:<32} {note}".rstrip() for name, address, note in rows]
    return "\n".join(["", "Homeward is running. Ctrl-C stops it; your data stays.", "", *lines, ""])


# --- Start ------------------------------------------------------------------------------------------------------------


def _stop_early(number: int, _: Any) -> NoReturn:
    raise SystemExit(128 + number)


def main() -> int:
    """Check, prepare, run. Returns the exit status: 0 after Ctrl-C, 1 with a sentence when it cannot run."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop_early)
    os.chdir(ROOT)
    try:
        ports = choose_ports(dict(os.environ))
        settings = settle_env_file(ROOT / ".env", ports)
        kept = recall(ROOT / "var" / "demo.json")
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    env = environment(dict(os.environ), settings, ports, kept)
    print("Preparing the database and the sample content…", flush=True)
    # Out of reach of the terminal's Ctrl-C, which would show as a traceback: ending us ends it.
    if subprocess.run([sys.executable, "-m", "demo.prepare"], env=env, cwd=ROOT, start_new_session=True).returncode:
        print("The database could not be prepared; the lines above say why. Nothing was started.", file=sys.stderr)
        return 1
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    return supervise(procfile, env, lambda: announce(ports, addresses(ports, kept)))


if __name__ == "__main__":
    sys.exit(main())
