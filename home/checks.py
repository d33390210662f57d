"""System checks of the site itself."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError
from wagtail.models import Site


@register(Tags.database)
def site_address(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Every canonical is made from the default Site: it must say the same as SITE_URL."""
    if not databases:
        return []
    try:
        site = Site.objects.filter(is_default_site=True).first()
    except DatabaseError:  # before the first migrate
        return []
    if site is None or site.root_url == settings.SITE_URL:
        return []
    message = f"The default site is {site.root_url}, but SITE_URL is {settings.SITE_URL}: canonical links use the first."
    return [Warning(message, hint="Change the site in the admin, under Settings → Sites, or SITE_URL.", id="home.W001")]
