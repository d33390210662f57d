"""Watching: every statement that writes what readers see raises the generation when its transaction commits.

Statements are watched, not signals: `update()`, `bulk_create()` and `delete()` of many rows announce themselves to nobody.
"""

import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from home.models.change import Change, forget_changes
from home.page_cache import generation
from home.page_cache.shown import Seen, seen_of

READS = (
    "SELECT",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "PRAGMA",
    "EXPLAIN",
    "SET ",
    "SHOW ",
    "BEGIN",
    "COMMIT",
    "VACUUM",
    "ANALYZE",
)
DEFINES = ("CREATE", "ALTER", "DROP")
WRITES = re.compile(r'(INSERT(?: OR \w+)? INTO|UPDATE(?: ONLY)?|DELETE FROM(?: ONLY)?) "(\w+)"')
ASSIGNED = re.compile(r'(?:^| SET|,) "(\w+)" = ')
# Old rows are dropped once in so many changes.
FORGET_EACH = 100


@receiver(connection_created)
def watch(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Watch each connection from its first statement on."""
    if _watched not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watched)


def _watched(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    result = execute(sql, params, many, context)
    text = sql.lstrip() if isinstance(sql, str) else ""
    if not text[:12].upper().startswith(READS) and changes(text, params, many) and not _met_nothing(text, context["cursor"]):
        changed(context["connection"])
    return result


def _met_nothing(sql: str, cursor: Any) -> bool:
    # How many rows an INSERT made is not known before they were returned.
    return not sql.startswith("INSERT") and cursor.rowcount == 0


def changes(sql: str, params: Any = (), many: bool = False) -> bool:
    """Whether a statement may change what readers see. One that we cannot read may."""
    if sql.startswith(DEFINES):
        return False
    written = WRITES.match(sql)
    if not written:
        return True
    verb, table = written.groups()
    seen = seen_of(table)
    if seen is None:
        return False
    rest = sql[written.end() :]
    return not (_only_quiet(verb, rest, seen) or _stays_unseen(verb, table, rest, params, many, seen))


def _only_quiet(verb: str, rest: str, seen: Seen) -> bool:
    if not verb.startswith("UPDATE") or not seen.quiet:
        return False
    columns = set(ASSIGNED.findall(rest.partition(" WHERE ")[0]))
    return bool(columns) and columns <= seen.quiet


def _stays_unseen(verb: str, table: str, rest: str, params: Any, many: bool, seen: Seen) -> bool:
    """Whether the rows are in another state than the seen one before and after. An INSERT has no before, a DELETE no after."""
    if seen.seen_if is None or many:
        return False
    column, state = seen.seen_if
    if any(str(value) == state for value in params or ()):
        return False
    where = rest.partition(" WHERE ")[2]
    named = f'"{table}"."{column}" = %s' in where and " OR " not in where and "NOT " not in where
    return verb.startswith("INSERT") or named


def changed(connection: BaseDatabaseWrapper) -> None:
    """What readers see changes with this transaction: say so in it, and to all processes when it commits."""
    if any(isinstance(getattr(entry[1], "__self__", None), _Told) for entry in connection.run_on_commit):
        return
    told = _Told()
    if _is_migrated(connection):
        told.row = Change.objects.using(connection.alias).create().pk
    transaction.on_commit(told.tell, using=connection.alias, robust=True)


class _Told:
    """One transaction's word to all processes. It is rolled back with its row."""

    row = 0

    def tell(self) -> None:
        generation.tell()
        if self.row and self.row % FORGET_EACH == 0:
            forget_changes()


_migrated: set[str] = set()


def _is_migrated(connection: BaseDatabaseWrapper) -> bool:
    """Whether the table is there: migrations write what readers see before it is."""
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated and Change._meta.db_table in connection.introspection.table_names():
        _migrated.add(name)
    return name in _migrated
