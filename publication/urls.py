"""The addresses of the site."""

from django.conf import settings
from django.conf.urls.static import static
from django.db.transaction import non_atomic_requests
from django.urls import include, path, re_path
from wagtail.admin import urls as admin_urls
from wagtail.documents import urls as document_urls
from wagtail.urls import serve_pattern
from wagtail.urls import urlpatterns as page_urls

from home import feeds, sitemaps, views
from syndication import health, inbox, keys, metrics

urlpatterns = [
    path("healthz", non_atomic_requests(health.healthz)),
    path("readyz", non_atomic_requests(health.readyz)),
    path("metrics", non_atomic_requests(metrics.metrics)),
    path("syndication/inbox/<uuid:address>/", inbox.inbox, name="inbox"),
    path("admin/", include(admin_urls)),
    path("documents/", include(document_urls)),
    path("feeds/<str:dialect>/", non_atomic_requests(feeds.site_feed), name="feed"),
    path("sitemap.xml", non_atomic_requests(sitemaps.sitemap)),
    path("news-sitemap.xml", non_atomic_requests(sitemaps.news_sitemap)),
    path("robots.txt", non_atomic_requests(sitemaps.robots)),
    re_path(r"^(?P<key>[A-Za-z0-9-]{8,128})\.txt$", non_atomic_requests(keys.index_now)),
    path("authors/<str:slug>/", views.author, name="author"),
    # The doors of private pages come first: the pattern of pages fits their addresses, too.
    *(pattern for pattern in page_urls if pattern.name != "wagtail_serve"),
    re_path(serve_pattern, views.serve, name="wagtail_serve"),
]

if settings.DEBUG:
    urlpatterns = [*static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT), *urlpatterns]
