"""The addresses of the site."""

from django.conf import settings
from django.conf.urls.static import static
from django.db.transaction import non_atomic_requests
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as admin_urls
from wagtail.documents import urls as document_urls
from wagtail.urls import serve_pattern

from home import feeds, sitemaps, views
from syndication import health, inbox, keys, metrics
from syndication.partners import api

urlpatterns = [
    path("healthz", non_atomic_requests(health.healthz)),
    path("readyz", non_atomic_requests(health.readyz)),
    path("metrics", non_atomic_requests(metrics.metrics)),
    path("syndication/inbox/<uuid:address>/", inbox.inbox, name="inbox"),
    path("partners/v1/", include(api.addresses)),
    path("admin/", include(admin_urls)),
    path("documents/", include(document_urls)),
    path("feeds/<str:dialect>/", non_atomic_requests(feeds.site_feed), name="feed"),
    path("sitemap.xml", non_atomic_requests(sitemaps.sitemap)),
    path("news-sitemap.xml", non_atomic_requests(sitemaps.news_sitemap)),
    path("robots.txt", non_atomic_requests(sitemaps.robots)),
    re_path(r"^(?P<key>[A-Za-z0-9-]{8,128})\.txt$", non_atomic_requests(keys.index_now)),
    path("authors/<str:slug>/", views.author, name="author"),
    re_path(serve_pattern, views.serve, name="wagtail_serve"),
    path("", include(wagtail_urls)),
]

if settings.DEBUG:
    urlpatterns = [*static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT), *urlpatterns]
