"""Celery tasks of the house: hints only, as the engine's are. What is owed stands in the database."""

from celery import shared_task


@shared_task
def make_formats() -> None:
    """Make the further formats of pictures that are owed."""
    from home.formats import sweep

    sweep()
