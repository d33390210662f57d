"""The Celery application: carries hints to the workers, never facts."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "publication.settings")
app = Celery("publication")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
