"""What the tests of the pages share."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Wagtail keeps renditions and sites' addresses by primary key in a cache that knows nothing of a test's rollback."""
    cache.clear()
    yield
    cache.clear()
