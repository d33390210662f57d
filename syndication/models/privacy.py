"""Privacy: whether a page stands behind one of Wagtail's restrictions, as a condition inside a query for pages."""

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Subquery
from wagtail.models import Page, PageViewRestriction


def restricted() -> Exists:
    """For queries of Page: true where the page itself, or one above it, is not for everybody."""
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    # No join: SQLite would begin with every page there is, anew for each row, where restrictions are few or none.
    door = Subquery(Page.objects.order_by().filter(pk=OuterRef("page_id")).values("path"))
    return Exists(PageViewRestriction.objects.alias(path=path, door=door).filter(path__startswith=F("door")))
