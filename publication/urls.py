"""The addresses of the site."""

from django.conf import settings
from django.conf.urls.static import static
from django.db.transaction import non_atomic_requests
from django.urls import include, path, re_path
from wagtail.admin import urls as admin_urls
from wagtail.documents import urls as document_urls
from wagtail.urls import serve_pattern
from wagtail.urls import urlpatterns as page_urls

from home import corrections, embeds, feeds, identity, plain_text, republishing, sitemaps, terms, views
from syndication import health, inbox, keys, metrics
from syndication.partners import api, entry, page
from syndication.partners import feeds as outlet_feeds
from syndication.partners.counter import counter
from syndication.partners.hub import hub
from syndication.partners.verifier import verifier
from syndication.responses import comments, mentions

_outlet_feed = non_atomic_requests(outlet_feeds.feed)

urlpatterns = [
    path("healthz", non_atomic_requests(health.healthz)),
    path("readyz", non_atomic_requests(health.readyz)),
    path("metrics", non_atomic_requests(metrics.metrics)),
    path("syndication/inbox/<uuid:address>/", inbox.inbox, name="inbox"),
    path("syndication/verifier/", non_atomic_requests(verifier), name="verifier"),
    path("hub/", non_atomic_requests(hub), name="hub"),
    path("partners/o/<str:signed>/", non_atomic_requests(page.overview), name="outlet_page"),
    path("partners/o/<str:signed>/pieces/<uuid:uid>/", non_atomic_requests(page.piece), name="outlet_piece"),
    path("partners/o/<str:signed>/checks/<int:pk>/", non_atomic_requests(page.check), name="outlet_check"),
    path("partners/o/<str:signed>/tokens/", non_atomic_requests(entry.tokens), name="outlet_tokens"),
    path("partners/o/<str:signed>/log/", non_atomic_requests(entry.log), name="outlet_log"),
    path("partners/v1/", include(api.addresses)),
    path("admin/", include(admin_urls)),
    path("documents/", include(document_urls)),
    path("feeds/<str:dialect>/", non_atomic_requests(feeds.site_feed), name="feed"),
    path("partners/feeds/<str:dialect>/", _outlet_feed, name="outlet_feed"),
    path("partners/feeds/<str:dialect>/archive/<int:number>/", _outlet_feed, name="outlet_feed_archive"),
    path("partners/feeds/<str:token>/<str:dialect>/", _outlet_feed, name="outlet_feed"),
    path("partners/feeds/<str:token>/<str:dialect>/archive/<int:number>/", _outlet_feed, name="outlet_feed_archive"),
    path("corrections/", non_atomic_requests(corrections.corrections), name="corrections"),
    path("corrections/feeds/<str:dialect>/", non_atomic_requests(feeds.corrections_feed), name="corrections_feed"),
    path("identity/<str:look>.css", non_atomic_requests(identity.sheet), name="identity"),
    path("sitemap.xml", non_atomic_requests(sitemaps.sitemap)),
    path("news-sitemap.xml", non_atomic_requests(sitemaps.news_sitemap)),
    path("robots.txt", non_atomic_requests(terms.robots)),
    path("rsl.xml", non_atomic_requests(terms.rsl), name="rsl"),
    path(".well-known/tdmrep.json", non_atomic_requests(terms.tdmrep)),
    path("llms.txt", non_atomic_requests(plain_text.llms)),
    re_path(r"^(?P<path>(?:[\w\-]+/)+)index\.md$", non_atomic_requests(plain_text.twin), name="twin"),
    path("oembed/", non_atomic_requests(embeds.oembed), name="oembed"),
    path("embed/<uuid:uid>/", non_atomic_requests(embeds.card), name="embed"),
    re_path(r"^(?P<key>[A-Za-z0-9-]{8,128})\.txt$", non_atomic_requests(keys.index_now)),
    path("republish/<uuid:uid>/", non_atomic_requests(republishing.republish), name="republish"),
    path("c/<uuid:uid>.gif", non_atomic_requests(counter), name="counter"),
    path("webmention/", non_atomic_requests(mentions.webmention), name="webmention"),
    path("webmention/<str:receipt>/", non_atomic_requests(mentions.status), name="webmention_status"),
    path("xmlrpc/", non_atomic_requests(mentions.pingback), name="pingback"),
    path("responses/<uuid:uid>/", non_atomic_requests(comments.write), name="respond"),
    path("responses/mine/<str:key>/", non_atomic_requests(comments.mend), name="mend_response"),
    path("responses/follow/<str:key>/", non_atomic_requests(comments.follow_confirm), name="follow_confirm"),
    path("responses/leave/<str:key>/", non_atomic_requests(comments.follow_leave), name="follow_leave"),
    path("authors/<str:slug>/", views.author, name="author"),
    # The doors of private pages come first: the pattern of pages fits their addresses, too.
    *(pattern for pattern in page_urls if pattern.name != "wagtail_serve"),
    re_path(serve_pattern, views.serve, name="wagtail_serve"),
]

if settings.DEBUG:
    urlpatterns = [*static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT), *urlpatterns]
