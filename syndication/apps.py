"""The syndication application."""

from django.apps import AppConfig


class SyndicationConfig(AppConfig):
    """Registers what listens to publishing."""

    name = "syndication"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers and the checks."""
        from syndication import checks, receivers  # noqa: F401
