"""Ten thousand republications under verification: is the schedule even, is the pace held, what does a look cost?

`python -m benchmarks.verifying [looks] [sqlite|postgresql]`, else 1,000 looks on both. The schedule is drawn for 10,000 copies
that were published in one hour. Claims are measured on 10,000 due rows, half of them on one host. The looks are real: 200 hosts
on one loopback server that notes when it is asked, two workers, a pace of 2 s scaled to 0.5 s; the second pass is answered 304.
"""

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks import house
from tests.servers import free_port

COPIES, HOSTS, WORKERS = 10_000, 200, 2
PACE, SCALE = 2.0, 0.25
HOME = "https://home.example/river/"
TEXT = " ".join(f"<p>The harbour was empty and the river rose again for the {number}th night.</p>" for number in range(300))
PAGE = (
    f'<!doctype html><html><head><title>The river</title><link rel="canonical" href="{HOME}"></head>'
    f'<body>{TEXT}<a href="{HOME}">First published at Home</a></body></html>'
).encode()


class Abroad(asyncio.Protocol):
    """Every host there is: a page with an entity tag, no robots.txt; writes down who was asked when."""

    log: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            low = head.lower()
            host = low.partition(b"host: ")[2].partition(b"\r\n")[0].decode()
            self.log.write(f"{host} {time.monotonic()}\n")
            self.log.flush()
            self.transport.write(self.answer(low))

    def answer(self, head: bytes) -> bytes:
        if b"/robots.txt" in head.partition(b"\r\n")[0]:
            return b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
        if b"if-none-match" in head:
            return b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
        return b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "1"\r\nContent-Length: %d\r\n\r\n%s' % (len(PAGE), PAGE)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Abroad, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


def all_names_lead_here() -> None:
    """Let every name of `.example` be this machine."""
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *hints: Any) -> Any:
        return real("127.0.0.1" if str(host).endswith(".example") else host, port, *hints)

    socket.getaddrinfo = look_up  # type: ignore[assignment]


# --- the schedule -------------------------------------------------------------------------------------------------------


def schedule() -> None:
    """How many of 10,000 looks fall into each hour, for copies that were all published in the same one."""
    from syndication.models.verification import wait_after

    moments = [timedelta(minutes=random.uniform(0, 60)) for _ in range(COPIES)]
    print("look | falls within | in the fullest hour | mean of its hours | fullest / mean")
    for number in range(1, 7):
        moments = [moment + wait_after("honoured", number) for moment in moments]
        hours = Counter(int(moment.total_seconds() // 3600) for moment in moments)
        span = max(hours) - min(hours) + 1
        mean = COPIES / span
        fullest = max(hours.values())
        print(f"{number + 1:>4} | {span:>7} hours | {fullest:>19,} | {mean:>17,.1f} | {fullest / mean:.2f}")


# --- what a look costs --------------------------------------------------------------------------------------------------


def plant(looks: int, port: int) -> None:
    """So many copies at 200 outlets, each a host of its own, all due now."""
    from django.db.models.functions import Now

    from syndication.models import Republication, Verification, host_key
    from tests import factories as make

    outlets = [make.outlet(f"Outlet {number}", automatic=False) for number in range(HOSTS)]
    canonical = make.story(url=HOME).canonical.model_copy(update={"url": HOME})
    stories = (make.story(url=HOME, canonical=canonical, headline="The river", body_html=TEXT) for _ in range(looks // HOSTS))
    rows = []
    for edition in map(make.edition, stories):
        for number, outlet in enumerate(outlets):
            url = f"http://host{number}.example:{port}/{edition.pk}"
            told = {"uid": edition.uid, "wanted": edition, "held": edition, "state": "delivered"}
            rows.append(Republication(outlet=outlet, receipt_url=url, **told))
    made = Republication.objects.bulk_create(rows)
    Verification.objects.bulk_create(
        Verification(republication=row, url=row.receipt_url, host=host_key(row.receipt_url), due_at=Now()) for row in made
    )


def work(out: str) -> None:
    """One worker: sweep until nothing is due, and tell what it cost."""
    import resource

    import django
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    from django.db import connection

    from syndication.verifying import verify_due

    all_names_lead_here()
    told = {"looks": 0, "queries": 0, "database": 0.0, "longest": 0.0}

    def measured(execute: Any, *args: Any) -> Any:
        began = time.monotonic()
        try:
            return execute(*args)
        finally:
            told["queries"] += 1
            told["database"] += time.monotonic() - began

    verify_due(rounds=0)
    began = time.process_time()
    with connection.execute_wrapper(measured):
        while _owed():
            told["looks"] += verify_due()
            time.sleep(0.05)
    told["processor"] = time.process_time() - began
    told["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Path(out).write_text(json.dumps(told))


def _owed() -> bool:
    from django.db.models.functions import Now

    from syndication.models import Verification

    return Verification.objects.filter(due_at__lte=Now() + timedelta(minutes=5)).exists()


def look(database: str, looks: int) -> None:
    """Two passes of real looks by two workers, and what the server saw of them."""
    from django.db import connection
    from django.db.models.functions import Now

    from syndication.models import Look, Verification

    folder, port = Path(tempfile.mkdtemp(prefix="homeward-bench-")), free_port()
    os.environ |= {
        "SYNDICATION_ALLOWED_PORTS": str(port),
        "SYNDICATION_HOST_PACE": str(PACE),
        "SYNDICATION_TIME_SCALE": str(SCALE),
    }
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.verifying", "serve", str(port), str(folder / "log")])
    try:
        plant(looks, port)
        for number, name in enumerate(("first, read whole", "second, answered 304")):
            (folder / "log").write_text("")
            if number:
                Verification.objects.update(due_at=Now())
            connection.close()
            began = time.monotonic()
            outs = [str(folder / f"worker{worker}-{number}") for worker in range(WORKERS)]
            workers = [subprocess.Popen([sys.executable, "-m", "benchmarks.verifying", "work", out]) for out in outs]
            for worker in workers:
                worker.wait()
            _tell(database, name, time.monotonic() - began, [json.loads(Path(out).read_text()) for out in outs], folder / "log")
        unchanged = Look.objects.filter(unchanged=True).count()
        print(f"{database}: {Look.objects.count()} looks kept, {unchanged} of them unchanged, verdicts "
              f"{Counter(Verification.objects.values_list('verdict', flat=True))}")  # fmt: skip
    finally:
        server.kill()


def _tell(database: str, name: str, took: float, told: list[dict[str, float]], log: Path) -> None:
    looks = sum(one["looks"] for one in told)
    asked: dict[str, list[float]] = defaultdict(list)
    for line in log.read_text().splitlines():
        host, _, moment = line.partition(" ")
        asked[host].append(float(moment))
    gaps = [after - before for moments in asked.values() for before, after in pairwise(moments)]
    processor, queries, waited = (sum(one[key] for one in told) / looks for key in ("processor", "queries", "database"))
    requests, most = sum(map(len, asked.values())), max(one["memory"] for one in told)
    print(f"{database}, {name}: {looks} looks in {took:.0f} s by {WORKERS} workers of at most {most:.0f} MB")
    print(f"  a look: {1000 * processor:.1f} ms of processor, {queries:.1f} queries, {1000 * waited:.1f} ms of database")
    least, due = 1000 * min(gaps or [0]), 1000 * PACE * SCALE
    print(f"  {requests} requests to {len(asked)} hosts, the least gap {least:.0f} ms where {due:.0f} are due")


def claim(database: str) -> None:
    """How long a claim of a batch takes among 10,000 due rows, half of them on one host."""
    from uuid import uuid4

    from django.conf import settings
    from django.db.models.functions import Now

    from syndication.models import Host, Verification
    from syndication.visiting import BATCH, LOOK_SECONDS

    settings.SYNDICATION_HOST_PACE = PACE
    Verification.objects.all().delete()
    Host.objects.all().delete()
    names = [f"host{number % HOSTS if number % 2 else 0}.example" for number in range(COPIES)]
    Host.objects.bulk_create(Host(name=name) for name in set(names))
    Verification.objects.bulk_create(
        [Verification(stub_uid=uuid4(), url=f"https://{name}/", host=name, due_at=Now()) for name in names], batch_size=2000
    )
    took, hosts = [], Counter[str]()
    for _ in range(HOSTS // BATCH):
        began = time.monotonic()
        rows = Verification.objects.all().lease_by_turns(BATCH)
        taken = [row.host for row in rows if Host.objects.take(row.host, PACE, LOOK_SECONDS)]
        took.append(time.monotonic() - began)
        hosts.update(taken)
    median, most = 1000 * sorted(took)[len(took) // 2], 1000 * max(took)
    print(f"{database}: {BATCH} of {COPIES:,} due rows are claimed in {median:.0f} ms (at most {most:.0f})")
    print(f"  {sum(hosts.values())} turns taken at {len(hosts)} hosts")


def main() -> None:
    """Measure on both databases, each in a child of its own."""
    looks = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 1000
    for number, database in enumerate(house.databases()):
        with house.scratch_database(database) as url:
            if os.fork() == 0:
                house.enter(url)
                if not number:
                    schedule()
                look(database, looks)
                claim(database)
                os._exit(0)
            os.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        with Path(sys.argv[3]).open("a") as Abroad.log:
            asyncio.run(_serve(int(sys.argv[2])))
    elif sys.argv[1:2] == ["work"]:
        work(sys.argv[2])
    else:
        main()
