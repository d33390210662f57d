"""What search looks through, and the index that each database keeps over it by itself."""

import django.db.models.deletion
from django.db import migrations, models

# SQLite: an FTS5 table that holds no text of its own; triggers follow the rows.
SQLITE = [
    """CREATE VIRTUAL TABLE home_search USING fts5(headline, standfirst, names, text, content='home_piecewords',
    content_rowid='edition_id', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER home_search_insert AFTER INSERT ON home_piecewords BEGIN
    INSERT INTO home_search(rowid, headline, standfirst, names, text)
    VALUES (new.edition_id, new.headline, new.standfirst, new.names, new.text); END""",
    """CREATE TRIGGER home_search_delete AFTER DELETE ON home_piecewords BEGIN
    INSERT INTO home_search(home_search, rowid, headline, standfirst, names, text)
    VALUES ('delete', old.edition_id, old.headline, old.standfirst, old.names, old.text); END""",
    """CREATE TRIGGER home_search_update AFTER UPDATE ON home_piecewords BEGIN
    INSERT INTO home_search(home_search, rowid, headline, standfirst, names, text)
    VALUES ('delete', old.edition_id, old.headline, old.standfirst, old.names, old.text);
    INSERT INTO home_search(rowid, headline, standfirst, names, text)
    VALUES (new.edition_id, new.headline, new.standfirst, new.names, new.text); END""",
]
# PostgreSQL: stored vectors. GIN knows no weights, so to ask a headline alone it has one of its own.
VECTORS = {
    "head": "to_tsvector('simple', headline)",
    "lead": """setweight(to_tsvector('simple', headline), 'A') || setweight(to_tsvector('simple', standfirst), 'B')
    || setweight(to_tsvector('simple', names), 'C')""",
    "whole": """setweight(to_tsvector('simple', headline), 'A') || setweight(to_tsvector('simple', standfirst), 'B')
    || setweight(to_tsvector('simple', names), 'C') || to_tsvector('simple', text)""",
}


def build(apps, editor):
    if editor.connection.vendor == "sqlite":
        for statement in SQLITE:
            editor.execute(statement)
        return
    for name, vector in VECTORS.items():
        editor.execute(f"ALTER TABLE home_piecewords ADD COLUMN {name} tsvector GENERATED ALWAYS AS ({vector}) STORED")
        editor.execute(f"CREATE INDEX home_search_{name} ON home_piecewords USING gin ({name}) WITH (fastupdate = off)")


def drop(apps, editor):
    # The rest goes with its table.
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TABLE home_search")


class Migration(migrations.Migration):
    dependencies = [("home", "0007_identity"), ("syndication", "0019_responses")]

    operations = [
        migrations.CreateModel(
            name="PieceWords",
            fields=[
                (
                    "edition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="syndication.edition",
                    ),
                ),
                ("language", models.CharField(db_index=True, max_length=12)),
                ("headline", models.TextField(blank=True)),
                ("standfirst", models.TextField(blank=True)),
                ("names", models.TextField(blank=True)),
                ("text", models.TextField(blank=True)),
            ],
            options={"verbose_name": "words of a piece", "verbose_name_plural": "words of pieces"},
        ),
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=60, unique=True)),
                ("initial", models.CharField(max_length=1)),
                ("length", models.PositiveSmallIntegerField()),
            ],
            options={"indexes": [models.Index(fields=["initial", "length"], name="known_word_shape")]},
        ),
        migrations.RunPython(build, drop, elidable=False),
    ]
