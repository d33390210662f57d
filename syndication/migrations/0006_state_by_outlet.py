"""The overview counts dead letters by outlet: where there are 200,000 rows, SQLite read them all for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("syndication", "0005_receipts_and_accounts"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="republication",
            name="republication_state",
        ),
        migrations.AddIndex(
            model_name="republication",
            index=models.Index(fields=["state", "outlet"], name="republication_state_outlet"),
        ),
    ]
