"""The production guard: only the real publication pushes to real outlets. A copy of it, for staging or on a desk, must not."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from wagtail.models import Site


def objection() -> str:
    """Why only test outlets are pushed to here, for a banner; empty on the real publication.

    Both what the environment says (SITE_URL) and what the database says (the site records) must be a configured host: a copied
    database keeps its old sites, a copied environment its old settings.
    """
    allowed = settings.SYNDICATION_PRODUCTION_HOSTS
    if not allowed:
        return _("Only test outlets are pushed to: SYNDICATION_PRODUCTION_HOST is not set. On the real site set it to its host.")
    hosts = {urlsplit(settings.SITE_URL).hostname or "", *Site.objects.values_list("hostname", flat=True)}
    strange = sorted(host for host in hosts if host.lower() not in allowed)
    if strange:
        return _("Only test outlets are pushed to: this site is %(host)s, and the real one is %(allowed)s.") % {
            "host": ", ".join(strange),
            "allowed": ", ".join(allowed),
        }
    return ""
