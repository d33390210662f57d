"""An archive of the real size, laid by a few statements: rows as the engine would have written them, without its work."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from syndication.models import Edition, Outlet
from tests import factories as make

# `nth` runs from 0 to 99: of a hundred pieces at an outlet three are on their way and two are dead. The log of the last twenty
# days has a delivery of each, and each copy was looked at once.
REPUBLICATIONS = """
    INSERT INTO syndication_republication (
        uid, outlet_id, wanted_id, held_id, wanted_digest, operation, key, receipt_id, receipt_url, uncertain, error_detail,
        variation, held_variation, receipt_memory, warnings, created_at, changed_at, delivered_at, fence, attempts, state, error,
        failing_since, due_at
    )
    SELECT uid, outlet, edition, CASE WHEN nth >= 5 THEN edition END, digest, 'publish', UUID, '7', 'https://x.example/7', false,
        '', '{}', '{}', '{}', '[]', %(now)s, %(now)s, CASE WHEN nth >= 5 THEN MOMENT END, 1, 0,
        CASE WHEN nth < 3 THEN 'pending' WHEN nth < 5 THEN 'failed' ELSE 'delivered' END,
        CASE WHEN nth < 5 THEN 'The outlet has a fault of its own (503).' ELSE '' END,
        CASE WHEN nth < 5 THEN MOMENT END, CASE WHEN nth < 3 THEN MOMENT END
    FROM (
        SELECT e.uid, e.id AS edition, e.digest, o.id AS outlet, (e.id * 7 + o.id * 13) %% 100 AS nth
        FROM syndication_edition e CROSS JOIN syndication_outlet o
        WHERE e.id BETWEEN %(first)s AND %(last)s AND o.id BETWEEN %(first_outlet)s AND %(last_outlet)s
    ) AS pairs
"""
DELIVERIES = """
    INSERT INTO syndication_delivery (
        republication_id, outlet_id, fence, key, operation, edition_id, started_at, duration_ms, outcome, late, status, sentence,
        detail, wire
    )
    SELECT id, outlet_id, 1, key, 'publish', wanted_id, AGO, 31,
        CASE WHEN state = 'delivered' THEN 'accepted' ELSE 'transient' END, false,
        CASE WHEN state = 'delivered' THEN 200 ELSE 503 END, error, '', '[]'
    FROM syndication_republication WHERE wanted_id BETWEEN %(first)s AND %(last)s
"""
VERIFICATIONS = """
    INSERT INTO syndication_verification (
        republication_id, url, verdict, sentence, evidence, in_a_row, looked_at, due_at, fence, attempts,
        host, kept, standing, standing_in_a_row, moved_to, snapshot
    )
    SELECT id, receipt_url, CASE WHEN wanted_id %% 50 = 0 THEN 'wrong' ELSE 'honoured' END, '', '[]', 1, %(now)s, %(later)s, 1, 0,
        'outlet.example', '{}', '', 0, '', '{}'
    FROM syndication_republication WHERE wanted_id BETWEEN %(first)s AND %(last)s AND state = 'delivered'
"""
# What the databases say differently. AGO: a moment of the last twenty days.
DIALECTS = {
    "sqlite": {
        "UUID": "lower(hex(randomblob(16)))",
        "MOMENT": "%(now)s",
        "AGO": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-' || (id * 7919 %% 1728000) || ' seconds')",
    },
    "postgresql": {
        "UUID": "gen_random_uuid()",
        "MOMENT": "%(now)s::timestamptz",
        "AGO": "now() - (id * 7919 %% 1728000) * interval '1 second'",
    },
}


def lay(pieces: int, outlets: Sequence[Outlet]) -> None:
    """So many more pieces at these outlets, whose numbers follow each other: some wait, some are dead, most are there."""
    sections = [make.section().pk for _ in range(5)]
    told = make.story(body_html=f"<p>{'The harbour was empty. ' * 60}</p>")
    now = timezone.now()
    common = {"version": 1, "digest": told.digest(), "public": True, "reason": "test", "facts": told.facts(), "listed": True}
    common |= {"body_html": told.body_html, "kind": told.kind, "url": told.url, "modified_at": now}
    editions = Edition.objects.bulk_create(
        (
            Edition(
                uid=uuid4(),
                headline=f"Piece {number} of the harbour",
                section_id=sections[number % len(sections)],
                first_published_at=now - timedelta(hours=number),
                **common,
            )
            for number in range(pieces)
        ),
        batch_size=500,
    )
    moments = {"now": now, "later": now + timedelta(days=1)}
    bounds = {
        **{name: connection.ops.adapt_datetimefield_value(moment) for name, moment in moments.items()},
        "first": editions[0].pk,
        "last": editions[-1].pk,
        "first_outlet": outlets[0].pk,
        "last_outlet": outlets[-1].pk,
    }
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Else each reference is looked up by itself, which takes longer than all the rest. They are right by construction.
            cursor.execute("SET session_replication_role = replica")
        for statement in (REPUBLICATIONS, DELIVERIES, VERIFICATIONS):
            for word, meaning in DIALECTS[connection.vendor].items():
                statement = statement.replace(word, meaning)
            cursor.execute(statement, bounds)
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")
