"""Headers that differ between the public site and the admin."""

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

ADMIN_PATHS = ("/admin/", "/_preview/")


class ContentSecurityPolicy(CSPMiddleware):
    """A strict policy for readers; the admin may use inline scripts and styles, because Wagtail's editor does."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the policy that fits the path, unless the view set its own."""
        if request.path.startswith(ADMIN_PATHS) and not hasattr(response, "_csp_update"):
            response._csp_update = settings.ADMIN_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]
        return super().process_response(request, response)
