"""What machines are told of our rights, at the addresses where they ask: robots.txt, RSL and TDMRep, all of one policy."""

import json

from django.db.models import Count, F, Max, Q
from django.http import HttpRequest, HttpResponse
from wagtail.models import Site

from home.keeping import AN_HOUR, kept
from home.models import PublicationSettings
from syndication.models import Edition
from syndication.renderers import robots as dialect
from syndication.renderers import rsl as licensing
from syndication.renderers.rsl import Exempt
from syndication.rights import RSL_TYPE, Policy
from syndication.story import Licence

SITEMAPS = ("sitemap.xml", "news-sitemap.xml")
# Pieces with terms of their own that one document names, the newest.
LIMIT = 5000


def policy_for(request: HttpRequest) -> Policy:
    """The policy of the site that is asked."""
    return publication_for(request).policy


def publication_for(request: HttpRequest) -> PublicationSettings:
    """The settings of the site that is asked; what no site claims is the default one's, whatever the Host header says."""
    site = Site.find_for_request(request) or Site.objects.get(is_default_site=True)
    return PublicationSettings.for_site(site)


def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read (RFC 9309), and which crawlers."""
    policy = policy_for(request)
    told = dialect.text(policy, [f"{policy.root}/{name}" for name in SITEMAPS])
    return kept(request, told, lambda: told, "text/plain; charset=utf-8", seconds=AN_HOUR)


def tdmrep(request: HttpRequest) -> HttpResponse:
    """Whether text and data mining is reserved."""
    told = json.dumps(dialect.tdmrep(policy_for(request)))
    return kept(request, told, lambda: told, "application/json", seconds=AN_HOUR)


def rsl(request: HttpRequest) -> HttpResponse:
    """The terms of the whole site and of the pieces that have others."""
    policy = policy_for(request)
    # An edit makes a new edition and whatever goes leaves one fewer: cheaper to ask than what the document says.
    state = Edition.objects.visible().aggregate(newest=Max("pk"), count=Count("pk"))
    return kept(
        request,
        (policy, sorted(state.items())),
        lambda: licensing.document(policy, _exempt(policy)),
        f"{RSL_TYPE}; charset=utf-8",
    )


def _exempt(policy: Policy) -> list[Exempt]:
    """Pieces under another licence than the site's; and stubs, where AI may do anything at all, for their text is not ours."""
    other = Q(kind="original") & ~Q(facts__licence__name=policy.licence.name)
    if policy.ai_input or policy.ai_train:
        other |= Q(kind="stub")
    found = Edition.objects.visible().filter(other, url__startswith=f"{policy.root}/").order_by("-first_published_at", "-pk")
    told = found.annotate(licence=F("facts__licence")).values_list("url", "kind", "licence")[:LIMIT]
    return [Exempt(url, Licence.model_validate(facts) if facts and kind == "original" else None) for url, kind, facts in told]
