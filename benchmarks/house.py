"""What the measurements stand on: a publication of their own on a database of their own, and a partner that takes everything.

Run by itself it measures nothing.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from cryptography.fernet import Fernet

from tests.servers import PostgreSQL, free_port

RECEIPT = b'{"id": "7", "url": ""}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(RECEIPT), RECEIPT)


class Receiver(asyncio.Protocol):
    """Answers each POST on a kept connection with the same receipt, after `delay` seconds."""

    delay = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            _, _, length = head.partition(b"content-length:")
            whole = end + 4 + int(length.split(b"\r\n", 1)[0] or 0)
            if len(self.buffer) < whole:
                return
            self.buffer = self.buffer[whole:]
            asyncio.get_running_loop().call_later(self.delay, self.answer) if self.delay else self.answer()

    def answer(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(ANSWER)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


@contextmanager
def receiver(delay: float) -> Iterator[int]:
    """The port of a receiver in a process of its own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.house", str(port), str(delay)])
    try:
        time.sleep(0.5)
        yield port
    finally:
        process.kill()
        process.wait()


def databases() -> list[str]:
    """The databases named on the command line; both, if none is."""
    both = ["sqlite", "postgresql"]
    return [name for name in both if name in sys.argv[1:]] or both


@contextmanager
def scratch_database(kind: str) -> Iterator[str]:
    """DATABASE_URL of an empty database, `sqlite` or `postgresql`, gone afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/db.sqlite3"
        return
    server = PostgreSQL()
    try:
        server.start()
        with psycopg.connect(host=str(server.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE homeward")
        yield server.url
    finally:
        server.stop()


def enter(database_url: str, port: int = 0) -> None:
    """Make this process a publication on that database, migrated and otherwise empty, that may visit `port` on loopback."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="publication.settings",
        DEBUG="no",
        SITE_URL="http://127.0.0.1",
        SECRET_KEY=Fernet.generate_key().decode(),
        CREDENTIAL_KEYS=Fernet.generate_key().decode(),
        DATA_DIR=tempfile.mkdtemp(prefix="homeward-bench-"),
        DATABASE_URL=database_url,
        REDIS_URL="redis://127.0.0.1:1/0",
        SYNDICATION_ALLOWED_NETWORKS="127.0.0.0/8",
        SYNDICATION_ALLOWED_PORTS=str(port) if port else "",
        SYNDICATION_PRODUCTION_HOST="127.0.0.1",
        LOG_LEVEL="ERROR",
    )
    import django
    from django.conf import settings

    # Nothing was collected; before the applications load, for some of them ask for the storage at once.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from wagtail.models import Site

    Site.objects.update(hostname="127.0.0.1", port=80)


def pieces(count: int, section: str = "Harbour") -> list[Any]:
    """So many live originals, each with a recorded edition of about 2 kB, laid without rendering."""
    from home.models import ArticlePage
    from syndication.models import record
    from syndication.planning import fingerprint
    from tests import factories as make

    parent, editions = make.section(section), []
    for number in range(count):
        page = ArticlePage(title=f"{section} {number}", live=True)
        parent.add_child(instance=page)
        story = make.story(uid=page.uid, headline=page.title, body_html=f"<p>{'The harbour was empty. ' * 60}</p>")
        editions.append(record(story, public=True, page=page, reason="bench", fingerprint=fingerprint(page, public=True)))
    return editions


def outlets(count: int, port: int, **facts: Any) -> list[Any]:
    """So many more outlets that are pushed to at one receiver."""
    from syndication.models import Outlet
    from tests import factories as make

    address, first = f"http://127.0.0.1:{port}/", Outlet.objects.count()
    return [
        make.outlet(f"Outlet {number}", endpoint=f"{address}hook", website=address, **facts)
        for number in range(first, first + count)
    ]


if __name__ == "__main__":
    if len(sys.argv) == 3:
        Receiver.delay = float(sys.argv[2])
        asyncio.run(_serve(int(sys.argv[1])))
