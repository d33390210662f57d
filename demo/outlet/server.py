"""The outlet on a socket: a thread for each request, one request for each connection."""

import base64
import logging
import os
import signal
import socketserver
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from .app import Outlet, make_app

log = logging.getLogger("demo.outlet")
STALLED_AFTER = 30.0


class Handler(WSGIRequestHandler):
    """Speaks to one client. Its own log says what was pushed; a line for each page read would drown that."""

    timeout = STALLED_AFTER

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """Listens at once on construction. Raises OSError if the port is taken."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def server_bind(self) -> None:
        # HTTPServer would look its own name up in the DNS here, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what broke, unless it is only that the client left or said nothing."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            log.exception("a request failed")

    @property
    def address(self) -> str:
        """Where a browser on this machine finds us."""
        host = "127.0.0.1" if self.server_name in ("0.0.0.0", "") else self.server_name
        return f"http://{host}:{self.server_port}"


def _open(host: str, port: int, secrets: Sequence[str], base: str, data: str, name: str) -> tuple[Server, Outlet]:
    server = Server((host, port), Handler)
    try:
        outlet = make_app(secrets, base or server.address, data, name)
    except BaseException:
        server.server_close()
        raise
    server.set_app(outlet)
    return server, outlet


def _end(*_: Any) -> NoReturn:
    raise SystemExit(0)


def serve(
    host: str = "127.0.0.1",
    port: int = 8010,
    *,
    secrets: Sequence[str],
    base: str = "",
    data: str = ":memory:",
    name: str = "The Lantern",
) -> None:
    """Run the outlet in the foreground until SIGTERM or Ctrl-C, which end it at once; whoever waits is dropped.

    Raises OSError if the port is taken, and what `make_app` raises.
    """
    server, outlet = _open(host, port, secrets, base, data, name)
    signal.signal(signal.SIGTERM, _end)
    print(f"{name} is at {server.address}/ and takes pushes at {outlet.webhook_url}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        outlet.close()


@dataclass(frozen=True)
class Running:
    """An outlet at work in this process: `url` has no slash at the end, `secret` is the first that it trusts."""

    url: str
    webhook_url: str
    secret: str
    outlet: Outlet

    def state(self) -> dict[str, Any]:
        """What `/desk/state.json` says."""
        return self.outlet.state()

    def tell(self, piece: str = "", **moods: str) -> None:
        """What the desk's form does: `tell(canonical="none")` for all, `tell(uid, answers="500")` for one piece."""
        self.outlet.tell(piece, **moods)

    def behave(self) -> None:
        """Forget every mood."""
        self.outlet.store.behave()


@contextmanager
def running(
    port: int = 0,
    secrets: Sequence[str] = (),
    *,
    host: str = "127.0.0.1",
    base: str = "",
    data: str = ":memory:",
    name: str = "The Lantern",
) -> Iterator[Running]:
    """Lend an outlet that runs in a thread of this process; port 0 takes a free one, no secrets make a fresh one."""
    secrets = list(secrets) or [f"whsec_{base64.b64encode(os.urandom(32)).decode()}"]
    server, outlet = _open(host, port, secrets, base, data, name)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, name=f"outlet-{server.server_port}", daemon=True
    )
    thread.start()
    try:
        yield Running(outlet.base, outlet.webhook_url, secrets[0], outlet)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        outlet.close()
