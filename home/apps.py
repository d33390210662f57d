"""The home application."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The stories at home."""

    name = "home"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers and the checks."""
        from home import checks, receivers  # noqa: F401
