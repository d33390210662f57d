"""What readers see is said of every table, and no kept answer reads a table that is said to be nobody's to see."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from home.page_cache.shown import NOT_SHOWN, QUIET, SEEN_IF, SHOWN
from home.page_cache.watching import changes
from tests.visibility.addresses import ADDRESSES
from tests.visibility.states import live

HIDDEN = set().union(*NOT_SHOWN.values())


def test_every_model_is_shown_or_not() -> None:
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    # Made by whichever database the search index lives in.
    elsewhere = {"wagtailsearch.SQLiteFTSIndexEntry"}
    assert labels - SHOWN - HIDDEN == set(), "say in home/page_cache/shown.py whether readers see it"
    assert (SHOWN | HIDDEN) - labels - elsewhere == set()
    assert not SHOWN & HIDDEN


def test_columns_that_are_named_exist() -> None:
    named = {label: set(columns) for label, columns in QUIET.items()}
    for label, (column, _state) in SEEN_IF.items():
        named.setdefault(label, set()).add(column)
    for label, columns in named.items():
        fields = {getattr(field, "column", None) for field in apps.get_model(label)._meta.get_fields()}
        assert columns <= fields, label
        assert label in SHOWN


@pytest.mark.django_db
def test_no_kept_answer_reads_what_is_not_shown(client: Client) -> None:
    from django.urls import Resolver404, resolve

    ground, read, kept = live(), set(), 0
    for kind in ADDRESSES.values():
        for question in kind.of(ground):
            try:
                marked = getattr(resolve(question.path.partition("?")[0]).func, "for_everybody", None)
            except Resolver404:
                marked = None
            if marked is None or question.method != "GET" or "Authorization" in question.headers:
                continue
            with CaptureQueriesContext(connection) as captured:
                kept += client.get(question.path).status_code == 200
            read |= {
                table
                for query in captured.captured_queries
                if query["sql"].startswith("SELECT")
                for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])
            }
    assert kept > 20
    hidden = {model._meta.db_table: model._meta.label for model in apps.get_models() if model._meta.label in HIDDEN}
    # What a model is called never changes.
    assert {hidden[table] for table in read & hidden.keys()} <= {"contenttypes.ContentType"}


@pytest.mark.parametrize(
    ("sql", "params", "shown"),
    [
        ('UPDATE "home_author" SET "name" = %s WHERE "home_author"."id" = %s', ("Ada", 1), True),
        ('INSERT INTO "syndication_edition" ("uid") VALUES (%s)', (1,), True),
        ('DELETE FROM "wagtailcore_pageviewrestriction" WHERE "id" IN (%s)', (1,), True),
        ('UPDATE "wagtailcore_page" SET "draft_title" = %s, "latest_revision_id" = %s WHERE "id" = %s', ("A", 1, 1), False),
        ('UPDATE "wagtailcore_page" SET "draft_title" = %s, "live" = %s WHERE "id" = %s', ("A", True, 1), True),
        (
            'UPDATE "syndication_outlet" SET "lease_token" = %s, "lease_until" = (CURRENT_TIMESTAMP + %s) WHERE "id" IN (%s)',
            (),
            False,
        ),
        ('UPDATE "syndication_outlet" SET "name" = %s, "lease_token" = NULL WHERE "id" = %s', (), True),
        ('UPDATE "syndication_verification" SET "verdict" = %s, "in_a_row" = %s WHERE "id" = %s', (), False),
        ('UPDATE "syndication_verification" SET "verdict" = %s, "changed_at" = %s WHERE "id" = %s', (), True),
        ('INSERT INTO "django_session" ("session_key") VALUES (%s)', ("a",), False),
        ('INSERT INTO "syndication_response" ("state", "text") VALUES (%s, %s)', ("spam", "x"), False),
        ('INSERT INTO "syndication_response" ("state", "text") VALUES (%s, %s)', ("shown", "x"), True),
        ('UPDATE "syndication_response" SET "state" = %s WHERE "syndication_response"."id" IN (%s)', ("spam", 1), True),
        (
            'UPDATE "syndication_response" SET "state" = %s WHERE ("syndication_response"."id" = %s AND '
            '"syndication_response"."state" = %s)',
            ("refused", 1, "waiting"),
            False,
        ),
        (
            'UPDATE "syndication_response" SET "state" = %s WHERE ("syndication_response"."id" = %s AND '
            '"syndication_response"."state" = %s)',
            ("gone", 1, "shown"),
            True,
        ),
        (
            'UPDATE "syndication_response" SET "state" = %s WHERE NOT ("syndication_response"."state" = %s)',
            ("spam", "waiting"),
            True,
        ),
        ('UPDATE "syndication_response" SET "lease_token" = %s, "attempts" = ("attempts" + 1) WHERE "id" = 3', (), False),
        ('DELETE FROM "syndication_response" WHERE "id" = %s', (1,), True),
        ('INSERT INTO "a_table_of_tomorrow" ("id") VALUES (%s)', (1,), True),
        ('WITH gone AS (DELETE FROM "home_topic" RETURNING 1) SELECT 1', (), True),
        ('TRUNCATE "home_author", "home_topic"', (), True),
        ("insert into home_author (name) values ('Ada')", (), True),
        ('CREATE TABLE "home_author" ("id" integer)', (), False),
    ],
)
def test_a_statement_counts_where_readers_may_see_it(sql: str, params: Any, shown: bool) -> None:
    assert changes(sql, params) is shown
