"""Pictures on their way out: the bytes behind a story's picture, from our own storage or, where that is elsewhere, fetched."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage

from syndication import http
from syndication.errors import DeliveryError
from syndication.story import Picture

MOST_BYTES = 20_000_000


class NoPicture(Exception):
    """The picture cannot be read now; the sentence is a warning for editors. It never keeps a piece from going out."""


@dataclass(frozen=True)
class File:
    """A picture as a file: its name, MIME type and bytes."""

    name: str
    mime: str
    content: bytes = field(repr=False)


def read(picture: Picture) -> File:
    """The file of a picture. Raises NoPicture."""
    path = unquote(urlsplit(picture.url).path)
    name = PurePosixPath(path).name or "picture"
    media = urlsplit(settings.MEDIA_URL).path
    if media and path.startswith(media):
        try:
            with default_storage.open(path.removeprefix(media)) as file:
                return File(name, picture.mime, file.read())
        except (OSError, ValueError, SuspiciousOperation):
            raise NoPicture("Our own storage has no such picture any more, so the piece went without it.") from None
    try:
        answer = http.fetch(picture.url, max_bytes=MOST_BYTES, max_decoded=MOST_BYTES)
    except DeliveryError as problem:
        raise NoPicture(f"The picture could not be fetched, so the piece went without it. {problem.sentence}") from None
    if answer.status != 200:
        raise NoPicture(f"The picture could not be fetched ({answer.status}), so the piece went without it.")
    return File(name, answer.headers.get("content-type", picture.mime).partition(";")[0], answer.body)
