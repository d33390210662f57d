"""What the outlet remembers, in one SQLite file: pieces, deliveries, moods. All is committed before the caller hears of it."""

import json
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .intake import Push
from .moods import GOOD

SCHEMA = """
CREATE TABLE IF NOT EXISTS pieces (
    number INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, slug TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
    headline TEXT NOT NULL, withdrawn INTEGER NOT NULL, data TEXT NOT NULL, taken_at TEXT NOT NULL, changed_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, uid TEXT NOT NULL, version INTEGER NOT NULL,
    headline TEXT NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL, seen INTEGER NOT NULL, taken INTEGER NOT NULL,
    outcome TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS moods (uid TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (uid, name));
"""
NEW = """
INSERT INTO pieces (uid, slug, version, headline, withdrawn, data, taken_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
SAW = """
INSERT INTO deliveries (webhook_id, type, uid, version, headline, first_at, last_at, seen, taken, outcome)
VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
ON CONFLICT (webhook_id) DO UPDATE SET seen = seen + 1, last_at = excluded.last_at,
    outcome = CASE WHEN taken THEN outcome ELSE excluded.outcome END, taken = max(taken, excluded.taken)
"""
EVERY_PIECE = ""


@dataclass(frozen=True)
class Row:
    """A piece as kept: `data` is that of the newest push that carried it, `slug` never changes."""

    uid: str
    slug: str
    version: int
    headline: str
    withdrawn: bool
    data: dict[str, Any]
    taken_at: str
    changed_at: str


def slug_of(headline: str) -> str:
    """The headline as a path: letters and digits of any script, accents dropped, at most 60 characters."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", headline) if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+", re.sub(r"['\u2019]", "", plain.lower()))
    return "-".join(words)[:60].strip("-") or "piece"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Store:
    """One connection, one lock: calls from any thread take turns. `path` is a file, or ":memory:" to forget at the end.

    Raises sqlite3.Error if the file cannot be opened.
    """

    def __init__(self, path: str = ":memory:"):
        self._turn = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        with self._turn:
            self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def _read(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._turn:
            return self._db.execute(query, values).fetchall()

    def take(self, push: Push) -> tuple[Row, bool]:
        """Keep what a push brings, once for each webhook-id and never an older version over a newer.

        Returns the piece as it now stands and whether this push made it.
        """
        with self._writing() as db:
            held = self.piece(uid=push.uid)
            before = db.execute("SELECT taken FROM deliveries WHERE webhook_id = ?", [push.id]).fetchone()
            if before and before["taken"] and held:
                self._saw(push, "", taken=True)
                return held, False
            outcome = self._keep(push, held)
            self._saw(push, outcome, taken=True)
            now = self.piece(uid=push.uid)
        assert now is not None
        return now, held is None

    def refuse(self, push: Push, outcome: str) -> None:
        """Write down that a push came and was not taken; the same webhook-id may still be taken later."""
        with self._writing():
            self._saw(push, outcome, taken=False)

    def _saw(self, push: Push, outcome: str, *, taken: bool) -> None:
        now = _now()
        facts = (push.id, push.type, push.uid, push.version, push.headline, now, now, taken, outcome)
        self._db.execute(SAW, facts)

    def _keep(self, push: Push, held: Row | None) -> str:
        now = _now()
        if held and push.version < held.version:
            return f"older than {held.version}: left alone"
        if held is None:
            self._db.execute(
                NEW,
                (push.uid, self._free_slug(push), push.version, push.headline, push.withdraws, json.dumps(push.data), now, now),
            )
        elif push.withdraws:  # the text stays in the drawer, so that a withdrawal can be ignored on request
            self._db.execute(
                "UPDATE pieces SET version = ?, withdrawn = 1, changed_at = ? WHERE uid = ?", (push.version, now, push.uid)
            )
        else:
            self._db.execute(
                "UPDATE pieces SET version = ?, headline = ?, withdrawn = 0, data = ?, changed_at = ? WHERE uid = ?",
                (push.version, push.headline, json.dumps(push.data), now, push.uid),
            )
        return "withdrawn" if push.withdraws else "taken"

    def _free_slug(self, push: Push) -> str:
        slug = slug_of(push.headline)
        for candidate in (slug, f"{slug}-{push.uid[:8]}"):
            if self.piece(slug=candidate) is None:
                return candidate
        return push.uid

    def piece(self, *, uid: str = "", slug: str = "") -> Row | None:
        """The piece of that uid or slug, withdrawn or not."""
        rows = self._read("SELECT * FROM pieces WHERE uid = ? OR slug = ?", uid, slug)
        return _row(rows[0]) if rows else None

    def pieces(self) -> list[Row]:
        """Every piece, the latest arrival first."""
        return [_row(row) for row in self._read("SELECT * FROM pieces ORDER BY number DESC")]

    def deliveries(self) -> list[dict[str, Any]]:
        """Every push that was proved to come from the sender, one entry for each webhook-id, the latest first."""
        rows = self._read("SELECT * FROM deliveries ORDER BY last_at DESC, number DESC")
        return [{k: v for k, v in dict(row).items() if k != "number"} | {"taken": bool(row["taken"])} for row in rows]

    def told(self) -> dict[str, dict[str, str]]:
        """What the desk was told, by uid; `""` stands for every piece. What is not here is as good as can be."""
        told: dict[str, dict[str, str]] = {EVERY_PIECE: {}}
        for row in self._read("SELECT uid, name, value FROM moods ORDER BY uid, name"):
            told.setdefault(row["uid"], {})[row["name"]] = row["value"]
        return told

    def moods(self, uid: str) -> dict[str, str]:
        """How to treat one piece: what was told of it, else what was told of all, else good behaviour."""
        told = self.told()
        return GOOD | told[EVERY_PIECE] | told.get(uid, {})

    def tell(self, uid: str, moods: Mapping[str, str]) -> None:
        """Set moods for one piece, or all (`""`). An empty value forgets that mood."""
        with self._writing() as db:
            for name, value in moods.items():
                db.execute("DELETE FROM moods WHERE uid = ? AND name = ?", (uid, name))
                if value:
                    db.execute("INSERT INTO moods VALUES (?, ?, ?)", (uid, name, value))

    def behave(self) -> None:
        """Forget every mood."""
        with self._writing() as db:
            db.execute("DELETE FROM moods")


def _row(row: sqlite3.Row) -> Row:
    return Row(
        uid=row["uid"],
        slug=row["slug"],
        version=row["version"],
        headline=row["headline"],
        withdrawn=bool(row["withdrawn"]),
        data=json.loads(row["data"]),
        taken_at=row["taken_at"],
        changed_at=row["changed_at"],
    )
