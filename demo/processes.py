"""The processes of a Procfile in one terminal: started together, labelled, and ended together."""

import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer


class Terminal(Printer):
    """Prints each process's lines under its name, keeps honcho's own chatter back, and notes who stopped first and why."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self.asked_to_stop = False
        self.first_stop: tuple[str, int] | None = None

    def write(self, message: Any) -> None:
        """Print or note one message. A terminal that is gone must not keep us from stopping what we started."""
        if message.name != "system":
            with suppress(OSError):
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


def supervise(procfile: str, folder: Path, env: dict[str, str], announcement: Callable[[], None]) -> int:
    """Run a Procfile's processes in a folder until Ctrl-C, SIGTERM, the terminal's end or the first that stops; the exit status.

    `announcement` is called in a thread of its own once they are on their way.
    """
    terminal = Terminal()
    manager = Processes(terminal)
    for name, command in parse_procfile(procfile).processes.items():
        manager.add_process(name, command, env=env, cwd=str(folder))
    # honcho answers SIGINT and SIGTERM; a closed terminal must end things in the same way.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    threading.Thread(target=announcement, daemon=True).start()
    manager.loop()
    crash = terminal.crash()
    with suppress(OSError):
        print(_farewell(crash), flush=True)
    return 1 if crash else 0


def _farewell(crash: tuple[str, int] | None) -> str:
    if crash is None:
        return "All stopped. What you made is kept in var/; 'make run' brings it back."
    name, status = crash
    how = f"by signal {-status}" if status < 0 else f"with status {status}"
    return f"The process '{name}' ended {how}, so all others were stopped. Its last lines above say why."
