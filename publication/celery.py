"""The Celery application: carries hints to the workers, never facts."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "publication.settings")
app = Celery("publication")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_shutting_down.connect
def on_shutting_down(**kwargs: Any) -> None:
    """End what is under way and claim nothing more, so that a deploy need not wait for a long queue."""
    from syndication.delivering import closing

    closing.set()
