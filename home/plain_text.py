"""Our own pieces as plain Markdown, beside the pages for readers, and llms.txt, which lists them: where the policy offers it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from wagtail.models import Site

from home.keeping import kept
from home.terms import publication_for
from home.views import piece_at
from syndication.models import Edition
from syndication.renderers import twin as dialect

LISTED = 100


@require_safe
def twin(request: HttpRequest, path: str) -> HttpResponse:
    """The piece at `path` as Markdown. 404 for what readers may not see, for stubs, and where the policy offers no plain text."""
    site = Site.find_for_request(request)
    piece = piece_at(site, path) if site else None
    edition = None
    if piece and not piece.get_view_restrictions():
        edition = Edition.objects.visible().filter(uid=piece.uid).first()
    if edition is None or not publication_for(request).policy.offers_text(edition.story):
        raise Http404("There is no plain text of a piece at this address.")
    answer = kept(
        request, edition.pk, lambda: dialect.page(edition.story), "text/markdown; charset=utf-8", modified=edition.modified_at
    )
    answer["Link"] = f'<{edition.story.canonical.url}>; rel="canonical"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """Who we are, our terms and our newest pieces, for AI systems that answer with them; 404 where they may not."""
    publication = publication_for(request)
    policy = publication.policy
    if not policy.ai_input:
        raise Http404("AI systems may not answer with what stands here.")
    pieces = Edition.objects.visible().filter(kind="original", listed=True, url__startswith=f"{policy.root}/").cards()
    newest = list(pieces.values_list("pk", flat=True)[:LISTED])

    def write() -> str:
        stories = [edition.card for edition in Edition.objects.filter(pk__in=newest).cards()]
        return dialect.index(policy, publication.tagline, stories)

    facts = (policy, publication.tagline, newest)
    return kept(request, facts, write, "text/plain; charset=utf-8")
