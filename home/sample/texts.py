"""All pieces of the sample, in the order in which they are to be published."""

from home.sample import cities_and_sea, letters_and_books, stubs
from home.sample.pieces import Original, Stub

ORIGINALS: tuple[Original, ...] = tuple(
    sorted(
        (*letters_and_books.ORIGINALS, *cities_and_sea.ORIGINALS),
        key=lambda piece: (piece.published is None, piece.published.isoformat() if piece.published else ""),
    )
)
STUBS: tuple[Stub, ...] = tuple(sorted(stubs.STUBS, key=lambda piece: piece.ran_on))
TOPICS: tuple[str, ...] = tuple(sorted({topic for piece in (*ORIGINALS, *STUBS) for topic in piece.topics}))
