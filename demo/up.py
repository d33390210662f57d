"""`python -m demo.up`: a whole publication in one terminal, from an empty folder to a copy that is proved."""

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from demo.kept import Kept, environment, recall, settle_env_file
from demo.ports import Trouble, choose_ports
from demo.processes import supervise

ROOT = Path(__file__).resolve().parent.parent
ANSWER_WITHIN = 120.0


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
    return supervise(procfile, ROOT, env, lambda: announce(ports, addresses(ports, kept)))


if __name__ == "__main__":
    sys.exit(main())
