"""Pictures: whatever is wrong with one, it is a warning and never keeps a piece from going out."""

import pytest

from syndication.connectors import pictures
from tests import factories as make


@pytest.mark.parametrize("path", ["images/gone.jpg", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd"])
def test_what_our_storage_has_not_or_does_not_give_is_told_as_missing(path: str) -> None:
    with pytest.raises(pictures.NoPicture, match="went without it"):
        pictures.read(make.picture(url=f"https://home.example/media/{path}"))
