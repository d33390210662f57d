"""Where the demonstration listens: chosen by the environment, and checked before anything starts."""

import errno
import socket
from collections.abc import Iterable

PORTS = {"PORT": (8000, "the site"), "OUTLET_PORT": (8010, "the demo outlet"), "VALKEY_PORT": (6390, "Valkey")}


class Trouble(Exception):
    """Why the demonstration cannot start, in a sentence that says what to do."""


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
