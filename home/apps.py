"""The home application."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The stories at home."""

    name = "home"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers, the checks and the watch over what readers see, and say who makes pages of what arrives."""
        from home import checks, receivers, receiving  # noqa: F401
        from home.page_cache import watching  # noqa: F401
        from syndication.arrivals import open_house

        open_house(receiving)
