from django.db import migrations, models

# For each group, its rights at outlets' tokens and at the log of what they pulled.
RIGHTS = {
    "Editors": {"pull": ["view_pull"]},
    "Syndication managers": {"pull": ["view_pull"], "outlet": ["manage_tokens"]},
}
NAMES = {
    "view_pull": "Can view pull",
    "manage_tokens": "Can make and end an outlet's tokens and the link to its page",
}


def groups(apps, schema_editor):
    """Give the groups their rights. Django makes permissions only after all migrations, so those that are missing are made here."""
    ContentType, Group = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, rights in RIGHTS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for model, codenames in rights.items():
            content_type, _ = ContentType.objects.get_or_create(app_label="syndication", model=model)
            for codename in codenames:
                facts = {"content_type": content_type, "codename": codename, "defaults": {"name": NAMES[codename]}}
                group.permissions.add(Permission.objects.get_or_create(**facts)[0])


class Migration(migrations.Migration):
    dependencies = [("syndication", "0011_kit")]

    operations = [
        migrations.AlterModelOptions(
            name="outlet",
            options={
                "ordering": ["name"],
                "permissions": [
                    ("view_credentials", "Can see when and how an outlet's credentials were set"),
                    ("manage_tokens", "Can make and end an outlet's tokens and the link to its page"),
                ],
                "verbose_name": "outlet",
                "verbose_name_plural": "outlets",
            },
        ),
        migrations.AddField(
            model_name="outlet",
            name="link_number",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="outlet",
            name="own_tokens",
            field=models.BooleanField(
                default=False,
                help_text="On its own page it may make tokens and revoke them. Otherwise it asks you.",
                verbose_name="makes its own tokens",
            ),
        ),
        migrations.AlterField(
            model_name="errand",
            name="kind",
            field=models.CharField(
                choices=[
                    ("test-outlet", "test of an outlet"),
                    ("read-page", "reading a page"),
                    ("tend", "looking after a received piece"),
                    ("check-copy", "check of a copy"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(groups, migrations.RunPython.noop),
    ]
