"""How each database is asked: FTS5 on SQLite, stored vectors on PostgreSQL. Words are letters and digits: none can escape."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from home.searching.asking import Term, Words

# Where to look: in the headline; there, in the standfirst and in names; everywhere.
HEAD, LEAD, WHOLE = "head", "lead", "whole"
NETS = (HEAD, LEAD, WHOLE)


class SQLite:
    """FTS5. Its rowid is the edition's key."""

    columns = {HEAD: "{headline} : ", LEAD: "{headline standfirst names} : ", WHOLE: ""}
    weights = "10.0, 5.0, 3.0, 1.0"

    def ask(self, terms: Iterable[Term], *, every: bool = True) -> str:
        """The terms in its language."""
        told = ("(" + " OR ".join(self._form(form, begins=term.begins) for form in term.forms) + ")" for term in terms)
        return "(" + (" AND " if every else " OR ").join(told) + ")"

    def caught(self, net: str, question: str) -> RawSQL:
        """A condition on editions. Where most pieces have the words, the newest are tried one by one, until there are enough."""
        match = "home_search MATCH %s"
        asked = f"{self.columns[net]}{question}"
        walk = "+" if self._is_common(match, asked) else ""
        sql = f'{walk}"syndication_edition"."id" IN (SELECT rowid FROM home_search WHERE {match})'
        return RawSQL(sql, [asked], output_field=BooleanField())

    def ranks(self, question: str, pks: Sequence[int]) -> dict[int, float]:
        """How well the text of each of these answers: more is better."""
        marks = ", ".join(["%s"] * len(pks))
        sql = (
            f"SELECT rowid, -bm25(home_search, {self.weights}) FROM home_search WHERE home_search MATCH %s AND rowid IN ({marks})"
        )
        return _pairs(sql, [question, *pks])

    def _is_common(self, match: str, asked: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM home_search WHERE {match} LIMIT 1001)", [asked])
            return bool(cursor.fetchone()[0] > 1000)

    @staticmethod
    def _form(form: Words, *, begins: bool) -> str:
        return f'"{" ".join(form)}"' + (" *" if begins else "")


class PostgreSQL:
    """Three stored vectors with GIN; each net is one of them."""

    def ask(self, terms: Iterable[Term], *, every: bool = True) -> str:
        """The terms in its language."""
        told = ("(" + " | ".join(self._form(form, begins=term.begins) for form in term.forms) + ")" for term in terms)
        return (" & " if every else " | ").join(told)

    def caught(self, net: str, question: str) -> RawSQL:
        """A condition on editions."""
        sql = f'"syndication_edition"."id" IN (SELECT edition_id FROM home_piecewords WHERE {net} @@ %s::tsquery)'
        return RawSQL(sql, [question], output_field=BooleanField())

    def ranks(self, question: str, pks: Sequence[int]) -> dict[int, float]:
        """How well the text of each of these answers: more is better."""
        sql = "SELECT edition_id, ts_rank('{0.1, 0.3, 0.5, 1.0}', whole, %s::tsquery, 1) FROM home_piecewords"
        return _pairs(f"{sql} WHERE edition_id = ANY(%s) AND whole @@ %s::tsquery", [question, list(pks), question])

    @staticmethod
    def _form(form: Words, *, begins: bool) -> str:
        return "(" + " <-> ".join(f"'{word}'" for word in form) + (":*" if begins else "") + ")"


def _pairs(sql: str, parameters: list[Any]) -> dict[int, float]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(cursor.fetchall())


def dialect() -> SQLite | PostgreSQL:
    """The one of the database there is."""
    return SQLite() if connection.vendor == "sqlite" else PostgreSQL()
