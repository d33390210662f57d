"""Durable deliveries a second: the engine against plain aiohttp, Celery's no-op tasks and django-webhook, at one receiver.

`python -m benchmarks.deliveries [--database sqlite|postgresql] [--small]`. Each contender is a process of its own and speaks with
the same receiver on this machine, which answers at once or after 100 ms. Signed bodies of about 2 kB; 20 outlets. Only ratios
within one run mean anything: processor and disk are shared. What does not depend on others is the processor time that the sender
itself needs for each delivery, so that is told of the engine (without the database server's) and of aiohttp, too.

- engine: claims, converses, settles and logs each delivery; nothing is lost whatever dies. One worker process.
- aiohttp: one task, 200 requests at a time, nothing written down: the most that Python can do.
- no-op: Celery tasks that do nothing, two prefork workers: what a task per delivery costs before it does anything.
- django-webhook: a Celery task per delivery with a row in its log, two prefork workers, on the same database.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import redis

from benchmarks import house
from tests.servers import Valkey

OUTLETS = 20
IN_FLIGHT = 10


def main() -> None:
    """Run every contender and print rates and ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--small", action="store_true", help="1,000 only")
    parser.add_argument("--contender")
    parser.add_argument("--port", type=int)
    parser.add_argument("--count", type=int)
    asked = parser.parse_args()
    if asked.contender:
        rate, processor = CONTENDERS[asked.contender](asked.count, asked.port)
        print(json.dumps([rate, processor]))
        return
    counts = [1_000] if asked.small else [1_000, 10_000]
    for database in asked.database or ["sqlite", "postgresql"]:
        for delay in (0.0, 0.1):
            for count in counts:
                # A task per delivery that waits 100 ms in one of two processes takes minutes to say what is known: 20 a second.
                names = [name for name in CONTENDERS if count == 1_000 or name in ("engine", "aiohttp")]
                names = [name for name in names if not (delay and name == "no-op")]
                _compare(database, delay, count, names)


def _compare(database: str, delay: float, count: int, names: list[str]) -> None:
    print(f"\n{count:,} deliveries, {database}, the outlet answers {'at once' if not delay else f'in {delay * 1000:.0f} ms'}")
    rates = {}
    with house.receiver(delay) as port:
        for name in names:
            smaller = min(count, 200) if name == "django-webhook" and delay else count
            with house.scratch_database(database) as url:
                rates[name], processor = _run(name, smaller, port, url)
            ratio = f"engine is {rates['engine'] / rates[name]:6.2f} ×" if name != "engine" else ""
            own = f"{processor * 1000:5.2f} ms of processor each" if processor else ""
            print(f"  {name:<15} {rates[name]:8.0f} /s   {own or ' ' * 26}   {ratio}", flush=True)
    if delay:
        most = min(OUTLETS * IN_FLIGHT, _lanes()) / delay
        print(f"  engine reaches {rates['engine'] / most:.2f} of lanes / latency ({most:.0f} /s)")


def _lanes() -> int:
    source = Path("syndication/delivering.py").read_text(encoding="utf-8")
    return int(re.search(r"^LANES = (\d+)", source, re.MULTILINE)[1])  # type: ignore[index]


def _run(name: str, count: int, port: int, database_url: str) -> tuple[float, float]:
    words = [sys.executable, "-m", "benchmarks.deliveries", "--contender", name, "--count", str(count), "--port", str(port)]
    done = subprocess.run(words, env={**os.environ, "DATABASE_URL": database_url}, capture_output=True, text=True, timeout=1800)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    rate, processor = json.loads(done.stdout.strip().splitlines()[-1])
    return rate, processor


def engine(count: int, port: int) -> tuple[float, float]:
    """Deliveries a second of `deliver_due` in one process, from due rows to settled rows, and its processor seconds for each."""
    house.enter(os.environ["DATABASE_URL"], port)
    from syndication.delivering import deliver_due
    from syndication.models import Republication
    from syndication.planning import reconcile

    house.outlets(OUTLETS, port, max_in_flight=IN_FLIGHT)
    house.pieces(count // OUTLETS)
    reconcile()
    began, spent = time.perf_counter(), time.process_time()
    while Republication.objects.filter(state="pending").exists():
        deliver_due(600)
    took, spent = time.perf_counter() - began, time.process_time() - spent
    assert Republication.objects.filter(state="delivered").count() == count
    return count / took, spent / count


def plain_aiohttp(count: int, port: int) -> tuple[float, float]:
    """Requests a second with bodies signed like ours, 200 at a time, nothing remembered."""
    import aiohttp
    from standardwebhooks.webhooks import Webhook

    body = json.dumps({"story": "The harbour was empty. " * 80})
    signer = Webhook("whsec_" + "Y2FuYXJ5LWluLWEtY29hbC1taW5lLTAxMjM0NTY3")

    async def run() -> None:
        gate = asyncio.Semaphore(200)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200)) as session:

            async def send(number: int) -> None:
                async with gate:
                    now = datetime.now(UTC)
                    headers = {"webhook-id": str(number), "webhook-signature": signer.sign(str(number), now, body)}
                    async with session.post(f"http://127.0.0.1:{port}/hook", data=body, headers=headers) as answer:
                        await answer.read()

            await asyncio.gather(*(send(number) for number in range(count)))

    began, spent = time.perf_counter(), time.process_time()
    asyncio.run(run())
    return count / (time.perf_counter() - began), (time.process_time() - spent) / count


def no_op(count: int, port: int) -> tuple[float, float]:
    """Celery tasks a second that do nothing."""
    with _worker("benchmarks.tasks") as broker:
        os.environ["BENCH_BROKER"] = broker
        from benchmarks.tasks import nothing

        return _rate(count, broker, lambda number: nothing.delay(number)), 0.0


def django_webhook(count: int, port: int) -> tuple[float, float]:
    """Deliveries a second of django-webhook, from the first `.delay` to the last row in its log."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.webhook_settings"
    with _worker("benchmarks.webhook_settings") as broker:
        os.environ["BENCH_BROKER"] = broker
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from django_webhook.models import Webhook, WebhookEvent, WebhookSecret
        from django_webhook.tasks import fire_webhook

        hooks = [Webhook.objects.create(url=f"http://127.0.0.1:{port}/hook") for _ in range(OUTLETS)]
        for hook in hooks:
            WebhookSecret.objects.create(webhook=hook, token="a secret for a benchmark")
        body = json.dumps({"story": "The harbour was empty. " * 80})
        began = time.perf_counter()
        for number in range(count):
            fire_webhook.delay(hooks[number % OUTLETS].pk, body, topic="bench", object_type="bench")
        while WebhookEvent.objects.filter(status="SUCCESS").count() < count:
            time.sleep(0.05)
            if time.perf_counter() - began > 600:
                raise SystemExit(f"only {WebhookEvent.objects.filter(status='SUCCESS').count()} arrived")
        return count / (time.perf_counter() - began), 0.0


def _rate(count: int, broker: str, send: Callable[[int], Any]) -> float:
    client = redis.Redis.from_url(broker)
    client.delete("done")
    began = time.perf_counter()
    for number in range(count):
        send(number)
    while int(client.get("done") or 0) < count:
        time.sleep(0.01)
    return count / (time.perf_counter() - began)


@contextmanager
def _worker(app: str) -> Iterator[str]:
    """Two prefork processes of a Celery application, and the broker they listen to."""
    valkey = Valkey()
    valkey.start()
    environment = {**os.environ, "BENCH_BROKER": valkey.url}
    words = [sys.executable, "-m", "celery", "--quiet", "-A", app, "worker", "--pool", "prefork", "--concurrency", "2"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*words, "--loglevel", "ERROR"], env=environment, stdout=log, stderr=log)
        try:
            time.sleep(6)
            yield valkey.url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
            valkey.close()


CONTENDERS: dict[str, Callable[[int, int], tuple[float, float]]] = {
    "engine": engine,
    "aiohttp": plain_aiohttp,
    "no-op": no_op,
    "django-webhook": django_webhook,
}

if __name__ == "__main__":
    main()
