"""A publication's management commands in one process that stays: to start one anew for each takes seconds of the processor.

Started as `python -m tests.e2e.console`, it reads commands from its standard input and answers each with what it printed, both
as lines of JSON. It holds no connection to the database between two of them.
"""

import io
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from threading import Timer

SECONDS = 600


class Console:
    """The other end, in the test."""

    def __init__(self, env: Mapping[str, str], folder: Path, root: Path):
        self.env = dict(env)
        command = [sys.executable, "-m", "tests.e2e.console"]
        with (folder / "console.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.env, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def run(self, words: tuple[str, ...]) -> str:
        """What `manage.py <words>` printed; it must succeed."""
        assert self.process.stdin and self.process.stdout
        late = Timer(SECONDS, self.process.kill)
        late.start()
        try:
            self.process.stdin.write(json.dumps(words) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            late.cancel()
        assert line, f"{words[0]} ended its process, or took more than {SECONDS} s; see console.log"
        told: dict[str, str] = json.loads(line)
        assert not told["trouble"], f"{words[0]} failed:\n{told['printed'][-2000:]}\n{told['trouble'][-4000:]}"
        return told["printed"]

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()


def _answer(words: list[str]) -> dict[str, str]:
    from django.core.management import call_command
    from django.db import connections

    printed, trouble = io.StringIO(), ""
    try:
        with redirect_stdout(printed):
            call_command(*words)
    except BaseException:
        trouble = traceback.format_exc()
    finally:
        connections.close_all()
    return {"printed": printed.getvalue(), "trouble": trouble}


def _serve() -> None:
    import django

    django.setup()
    # What a library prints by itself must not pass for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    _serve()
