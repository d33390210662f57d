"""The entry of real worker processes that also know `Posts`: `celery -A tests.chaos.worker …`, `python -m tests.chaos.worker`.

The latter is `syndicate --loop`. The task `naive` belongs to the sender that everybody writes first: see `naive.py`.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "publication.settings")
django.setup()

from publication.celery import app  # noqa: E402
from tests.chaos import naive, posts  # noqa: E402

__all__ = ["app", "naive"]

posts.register()

if __name__ == "__main__":
    from django.core.management import call_command

    call_command("syndicate", "--loop")
