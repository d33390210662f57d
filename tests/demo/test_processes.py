"""Processes in one terminal: started together, labelled, and ended together, with nothing left behind."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DRIVER = """
import os, sys
from pathlib import Path
from demo.processes import supervise
folder = Path(sys.argv[1])
procfile = (folder / "Procfile").read_text()
sys.exit(supervise(procfile, folder, dict(os.environ), lambda: print("on their way", flush=True)))
"""
# A process with a child of its own, as gunicorn has.
FAMILY = "sleep 300 & echo here; wait"


class Terminal:
    """A driver at work in a session of its own, as in a terminal window; it and all it starts have `folder` for their place."""

    def __init__(self, folder: Path, procfile: str):
        (folder / "Procfile").write_text(procfile)
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", DRIVER, str(folder)], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def says(self, words: str) -> bool:
        return words in self.log.read_text()

    def ends(self) -> int:
        return self.process.wait(30)

    def left(self) -> list[str]:
        """What still runs in the folder."""
        return [place.parent.name for place in Path("/proc").glob("[0-9]*/cwd") if _points_to(place, self.folder)]


def _points_to(link: Path, folder: Path) -> bool:
    try:
        return link.readlink() == folder
    except OSError:
        return False


def until(happens: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < end, "it did not happen within 30 s"
        time.sleep(0.05)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[[str], Terminal]]:
    opened: list[Terminal] = []

    def open_terminal(procfile: str) -> Terminal:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(Terminal(folder, procfile))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.process.kill()
        one.process.wait()
        for number in one.left():
            os.kill(int(number), signal.SIGKILL)


def test_each_line_carries_the_name_of_its_process(terminal: Callable[[str], Terminal]) -> None:
    demo = terminal(f"web: echo hello; {FAMILY}\nlonger: echo there; {FAMILY}\n# a comment: no process\n")
    until(lambda: demo.says("hello") and demo.says("there"))
    lines = demo.log.read_text().splitlines()
    assert any(line.endswith("web    | hello") for line in lines)
    assert any(line.endswith("longer | there") for line in lines)
    assert demo.says("on their way")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_driver_stops_all_and_leaves_nothing(terminal: Callable[[str], Terminal], how: signal.Signals) -> None:
    demo = terminal(f"one: {FAMILY}\ntwo: {FAMILY}")
    until(lambda: demo.log.read_text().count("here") == 2)
    demo.process.send_signal(how)
    assert demo.ends() == 0
    assert demo.says("All stopped.")
    assert demo.left() == []


def test_ctrl_c_in_the_terminal_stops_all_and_leaves_nothing(terminal: Callable[[str], Terminal]) -> None:
    demo = terminal(f"one: {FAMILY}\ntwo: {FAMILY}")
    until(lambda: demo.log.read_text().count("here") == 2)
    os.killpg(demo.process.pid, signal.SIGINT)
    assert demo.ends() == 0
    assert demo.left() == []


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.1, 0.2, 0.3])
def test_ctrl_c_while_they_are_starting_leaves_nothing(terminal: Callable[[str], Terminal], delay: float) -> None:
    demo = terminal("\n".join(f"p{number}: {FAMILY}" for number in range(5)))
    until(lambda: demo.says("on their way"))
    time.sleep(delay)
    os.killpg(demo.process.pid, signal.SIGINT)
    demo.ends()
    assert demo.left() == []


def test_one_that_fails_stops_the_others_and_is_named(terminal: Callable[[str], Terminal]) -> None:
    demo = terminal(f"web: {FAMILY}\nworker: echo no broker; exit 3")
    assert demo.ends() == 1
    assert demo.says("no broker")
    assert demo.says("The process 'worker' ended with status 3, so all others were stopped.")
    assert demo.left() == []


def test_one_that_is_killed_stops_the_others_and_is_named(terminal: Callable[[str], Terminal]) -> None:
    demo = terminal(f"web: {FAMILY}\nworker: echo $$ > number; exec sleep 300")
    until(lambda: (demo.folder / "number").is_file() and (demo.folder / "number").read_text().strip())
    os.kill(int((demo.folder / "number").read_text()), signal.SIGKILL)
    assert demo.ends() == 1
    assert demo.says("The process 'worker' ended by signal 9, so all others were stopped.")
    assert demo.left() == []


def test_one_that_will_not_stop_is_killed(terminal: Callable[[str], Terminal]) -> None:
    demo = terminal(f"polite: {FAMILY}\nstubborn: trap '' TERM; echo here; while :; do sleep 1; done")
    until(lambda: demo.log.read_text().count("here") == 2)
    demo.process.send_signal(signal.SIGINT)
    demo.ends()
    assert demo.left() == []


def test_a_terminal_window_that_is_closed_takes_all_with_it(terminal: Callable[[str], Terminal], tmp_path: Path) -> None:
    folder = tmp_path / "window"
    folder.mkdir()
    (folder / "Procfile").write_text(f"one: {FAMILY}\nchatty: echo here; while :; do echo still here; sleep 0.1; done")
    number, window = pty.fork()
    if number == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-c", DRIVER, str(folder)])
    shown = b""
    while shown.count(b"here") < 3:
        shown += os.read(window, 4096)
    os.close(window)
    assert os.waitpid(number, 0)[0] == number
    assert [place for place in Path("/proc").glob("[0-9]*/cwd") if _points_to(place, folder)] == []
