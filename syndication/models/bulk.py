"""Many rows of one table, each with values of its own, written by one prepared statement."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models


def write_each(model: type[models.Model], values: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Write, for each primary key, these fields; all rows must name the same ones. Says nothing of what is not there.

    `bulk_update` builds one statement that grows with the rows: at five hundred it costs ten times as much.
    """
    rows = list(values)
    if not rows:
        return
    fields: list[Any] = [model._meta.get_field(name) for name in rows[0][1]]
    columns = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    own = connection.ops.quote_name(str(model._meta.pk.column))
    statement = f"UPDATE {connection.ops.quote_name(model._meta.db_table)} SET {columns} WHERE {own} = %s"
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [[*(field.get_db_prep_save(facts[field.name], connection) for field in fields), pk] for pk, facts in rows],
        )
