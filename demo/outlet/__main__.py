"""`python -m demo.outlet`: The Lantern in a terminal of its own."""

import argparse
import errno
import logging
import os
import sqlite3
import sys
from collections.abc import Sequence

from .server import serve


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.outlet", description="A partner outlet to watch Homeward with.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8010, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--secret", action="append", help="whsec_… to trust; repeat it for two (default: OUTLET_SECRET, by spaces)"
    )
    parser.add_argument("--base", default="", help="public address, if it differs from host and port")
    parser.add_argument("--data", default=":memory:", help="SQLite file to remember in (default: forget at the end)")
    parser.add_argument("--name", default="The Lantern", help="name in the masthead (default: %(default)s)")
    return parser.parse_args(argv)


def _cause(error: Exception, asked: argparse.Namespace) -> str:
    if isinstance(error, sqlite3.Error):
        return f"Cannot open {asked.data}: {error}."
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"Port {asked.port} is taken: something else listens there. End it, or give another with --port."
    if isinstance(error, OSError):
        return f"Cannot listen on {asked.host}, port {asked.port}: {error.strerror or error}."
    return str(error)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop. Returns 1, after one plain sentence, if it cannot begin."""
    asked = _arguments(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stdout)
    secrets = asked.secret or os.environ.get("OUTLET_SECRET", "").split()
    try:
        serve(asked.host, asked.port, secrets=secrets, base=asked.base, data=asked.data, name=asked.name)
    except (OSError, OverflowError, ValueError, sqlite3.Error) as error:
        print(_cause(error, asked), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
