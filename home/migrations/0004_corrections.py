"""A correction gets a kind, a moment, a name for life, and what it changed. Those there are keep their day, at its noon.

Revisions keep their own copies of a page's corrections: they are read by `home.models.corrections.as_today`, which gives them the
same moment and the same name as this does.
"""

import uuid
from datetime import datetime, time
from typing import Any

import django.utils.timezone
from django.db import migrations, models
from django.utils import timezone

UNNAMED = uuid.UUID("5f0c2f4e-3a0a-4c39-9d0b-7d4b1f1f6a55")


def to_moments(apps: Any, schema_editor: Any) -> None:
    """Noon of the day at the publication, and the name that day and text give."""
    rows = apps.get_model("home", "DatedCorrection").objects
    for row in rows.only("pk", "made_on", "text").iterator(500):
        moment = timezone.make_aware(datetime.combine(row.made_on, time(12)))
        rows.filter(pk=row.pk).update(made_at=moment, uid=uuid.uuid5(UNNAMED, f"{row.made_on}|{row.text}"))


def to_days(apps: Any, schema_editor: Any) -> None:
    """Only the day is left."""
    rows = apps.get_model("home", "DatedCorrection").objects
    for row in rows.only("pk", "made_at").iterator(500):
        rows.filter(pk=row.pk).update(made_on=timezone.localtime(row.made_at).date())


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0003_rights"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="datedcorrection",
            options={"ordering": ["sort_order"], "verbose_name": "correction", "verbose_name_plural": "corrections"},
        ),
        migrations.AddField(
            model_name="datedcorrection",
            name="kind",
            field=models.CharField(
                choices=[
                    ("correction", "Correction"),
                    ("clarification", "Clarification"),
                    ("update", "Update"),
                    ("retraction", "Retraction"),
                ],
                default="correction",
                help_text="Correction: a fact was wrong. Clarification: it was right, but could mislead. Update: there is news. Retraction: the piece as a whole does not hold.",
                max_length=13,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="datedcorrection",
            name="before",
            field=models.TextField(
                blank=True, help_text="Word for word; or empty.", max_length=1000, verbose_name="what it said before"
            ),
        ),
        migrations.AddField(
            model_name="datedcorrection",
            name="after",
            field=models.TextField(
                blank=True, help_text="Word for word; or empty.", max_length=1000, verbose_name="what it says now"
            ),
        ),
        migrations.AddField(
            model_name="datedcorrection",
            name="by_outlet",
            field=models.BooleanField(
                default=False,
                help_text="Tick it for a correction on the outlet's own page. Readers see whose it is, and we send it to nobody.",
                verbose_name="the outlet made it",
            ),
        ),
        migrations.AddField(
            model_name="datedcorrection",
            name="url",
            field=models.URLField(
                blank=True, help_text="Where the outlet's correction stands.", max_length=2000, verbose_name="address there"
            ),
        ),
        migrations.AddField(
            model_name="datedcorrection",
            name="made_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="date and time"),
        ),
        migrations.AddField(
            model_name="datedcorrection",
            name="uid",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AlterField(
            model_name="datedcorrection",
            name="text",
            field=models.TextField(
                help_text="One or two sentences. Readers and partners get them.",
                max_length=1000,
                verbose_name="what was wrong, and what is right",
            ),
        ),
        migrations.RunPython(to_moments, to_days),
        migrations.RemoveField(model_name="datedcorrection", name="made_on"),
        migrations.AddIndex(model_name="datedcorrection", index=models.Index(fields=["-made_at"], name="correction_newest")),
    ]
