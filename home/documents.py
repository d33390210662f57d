"""Documents: each is as public as the pages that link to it."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Page, ReferenceIndex


def may_read(document: Any, user: Any) -> bool:
    """Whether the document may be given out: to editors always, to readers where a page that they may see links to it.

    Wagtail gives out every document whose collection is not private to whoever guesses its number and name: that of a draft, too.
    """
    if user.has_perm("wagtailadmin.access_admin"):
        return True
    references = ReferenceIndex.get_references_to(document)
    pages = ContentType.objects.get_for_model(Page)
    if references.exclude(base_content_type=pages).exists():
        return True
    ids = [int(pk) for pk in references.values_list("object_id", flat=True).distinct()]
    lasting = Q(expire_at=None) | Q(expire_at__gt=timezone.now())
    return bool(Page.objects.filter(lasting, pk__in=ids).live().public().exists())
