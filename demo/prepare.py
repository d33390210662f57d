"""`python -m demo.prepare`: the database as the demonstration wants it, migrated and filled, in one process for a quick start."""

import os

import django
from django.core.management import call_command


def main() -> None:
    """Bring the database up to date. Run again, it changes nothing; see `sample_content` for the names it reads."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "publication.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("sample_content")


if __name__ == "__main__":
    main()
