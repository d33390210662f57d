"""System checks: what would make deliveries fail later is said at the start."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


@register()
def credential_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Credentials cannot be kept without a key."""
    if settings.CREDENTIAL_KEYS:
        return []
    hint = "Make one with 'manage.py new_credential_key' and set CREDENTIAL_KEYS."
    return [Error("There is no key to keep outlets' credentials with.", hint=hint, id="syndication.E001")]


@register()
def metrics_extra(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Metrics that are asked for need their package, or every scrape fails."""
    if not settings.SYNDICATION_METRICS or find_spec("prometheus_client"):
        return []
    hint = "Install prometheus-client (the extra 'metrics'), or take SYNDICATION_METRICS away."
    return [Warning("Metrics are asked for, but their package is not installed.", hint=hint, id="syndication.W002")]


@register("security", deploy=True)
def door(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """In production the door opens to the public internet only."""
    if not settings.SYNDICATION_ALLOWED_NETWORKS:
        return []
    hint = "Leave SYNDICATION_ALLOWED_NETWORKS empty in production."
    return [Warning("Deliveries may reach private networks.", hint=hint, id="syndication.W001")]
