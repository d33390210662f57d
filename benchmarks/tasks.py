"""A Celery application whose task does nothing, for `benchmarks.deliveries`: measures nothing by itself."""

import os

import redis
from celery import Celery

broker = os.environ.get("BENCH_BROKER", "redis://127.0.0.1:1/0")
app = Celery("bench", broker=broker)
app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1)
_client = redis.Redis.from_url(broker)


@app.task
def nothing(number: int) -> None:
    """Count itself: the least from which the sender learns that it ran."""
    _client.incr("done")
