"""Wiring: settings, addresses and the Celery application."""

from publication.celery import app as celery_app

__all__ = ["celery_app"]
