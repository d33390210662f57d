import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def groups(apps, schema_editor):
    """Let the groups moderate. Django makes permissions only after all migrations, so one that is missing is made here."""
    ContentType, Group = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    content_type, _ = ContentType.objects.get_or_create(app_label="syndication", model="response")
    facts = {"content_type": content_type, "codename": "moderate"}
    name = "Can decide which responses readers see"
    moderate, _ = Permission.objects.get_or_create(**facts, defaults={"name": name})
    for group in ("Editors", "Syndication managers"):
        Group.objects.get_or_create(name=group)[0].permissions.add(moderate)


class Migration(migrations.Migration):
    dependencies = [
        ("syndication", "0018_health"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("dead", "delivery failed for good"),
                    ("held", "outlet held"),
                    ("breaker", "outlet does not answer"),
                    ("canonical", "a copy does not lead home"),
                    ("overdue", "scheduled piece overdue"),
                    ("stalled", "deliveries stand still"),
                    ("received", "a received piece needs an editor"),
                    ("kill", "a kill is not obeyed"),
                    ("responses", "responses wait for a moderator"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("fence", models.PositiveBigIntegerField(default=0, editable=False)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                ("uid", models.UUIDField()),
                ("email", models.CharField(db_index=True, max_length=254)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="follow_due")],
                "constraints": [models.UniqueConstraint(fields=("uid", "email"), name="follow_once")],
            },
        ),
        migrations.CreateModel(
            name="Ban",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("email", "e-mail address"), ("person", "network address"), ("host", "host")], max_length=6
                    ),
                ),
                ("value", models.CharField(max_length=255)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "value"), name="ban_once")],
            },
        ),
        migrations.CreateModel(
            name="Response",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("fence", models.PositiveBigIntegerField(default=0, editable=False)),
                ("attempts", models.PositiveIntegerField(default=0, editable=False)),
                ("uid", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("comment", "comment"), ("webmention", "webmention"), ("pingback", "pingback")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "its page is to be read"),
                            ("held", "held for a moderator"),
                            ("shown", "shown"),
                            ("rejected", "rejected"),
                            ("spam", "spam"),
                            ("refused", "refused by a rule"),
                            ("gone", "gone"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "manner",
                    models.CharField(
                        choices=[
                            ("mention", "mentions it"),
                            ("reply", "replies to it"),
                            ("like", "likes it"),
                            ("repost", "reposts it"),
                            ("bookmark", "bookmarks it"),
                        ],
                        default="mention",
                        max_length=8,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("url", models.CharField(blank=True, max_length=2000)),
                ("email", models.CharField(blank=True, db_index=True, max_length=254)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("text", models.TextField(blank=True)),
                ("source", models.CharField(blank=True, max_length=2000)),
                ("host", models.CharField(blank=True, db_index=True, max_length=255)),
                ("target", models.CharField(blank=True, max_length=2000)),
                ("person", models.CharField(blank=True, db_index=True, max_length=64)),
                ("sentence", models.CharField(blank=True, max_length=300)),
                ("gone_in_a_row", models.PositiveSmallIntegerField(default=0)),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(null=True)),
                ("shown_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="answers",
                        to="syndication.response",
                    ),
                ),
            ],
            options={
                "verbose_name": "response",
                "verbose_name_plural": "responses",
                "permissions": [("moderate", "Can decide which responses readers see")],
                "indexes": [
                    models.Index(condition=models.Q(("state", "shown")), fields=["uid", "id"], name="response_shown"),
                    models.Index(condition=models.Q(("state", "held")), fields=["-id"], name="response_held"),
                    models.Index(fields=["state", "-id"], name="response_state"),
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="response_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True), fields=("uid", "source"), name="response_source_once"
                    )
                ],
            },
        ),
        migrations.RunPython(groups, migrations.RunPython.noop),
    ]
