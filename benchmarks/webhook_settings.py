"""Settings and Celery application of django-webhook, for `benchmarks.deliveries`: measures nothing by itself."""

import os

import environ
from celery import Celery

SECRET_KEY = "known to everybody: for a benchmark only"
INSTALLED_APPS = ["django.contrib.contenttypes", "django_webhook"]
DATABASES = {"default": environ.Env.db_url_config(os.environ.get("DATABASE_URL", "sqlite:///:memory:"))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {"timeout": 20, "init_command": "PRAGMA journal_mode=WAL;", "transaction_mode": "IMMEDIATE"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DJANGO_WEBHOOK = {"MODELS": [], "USE_CACHE": False}
USE_TZ = True

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.webhook_settings")
app = Celery("webhook", broker=os.environ.get("BENCH_BROKER", "redis://127.0.0.1:1/0"))
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, imports=["django_webhook.tasks"])
