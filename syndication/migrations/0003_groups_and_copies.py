"""Who may steer, and the copies of facts that older rows lack."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

# For each group, the rights it has at outlets. Wagtail's own migrations made Editors.
RIGHTS = {
    "Editors": {"republication": ["view_republication", "syndicate"], "outlet": ["view_outlet"], "delivery": ["view_delivery"]},
    "Syndication managers": {
        "republication": ["view_republication", "syndicate", "replay"],
        "outlet": ["add_outlet", "change_outlet", "delete_outlet", "view_outlet", "view_credentials"],
        "delivery": ["view_delivery"],
    },
}
NAMES = {
    "syndicate": "Can send pieces to outlets and withdraw them",
    "replay": "Can replay, skip and settle dead letters",
    "view_credentials": "Can see when and how an outlet's credentials were set",
}


def fill(apps, schema_editor):
    """Older deliveries learn their outlet, older editions their headline."""
    Delivery, Edition = apps.get_model("syndication", "Delivery"), apps.get_model("syndication", "Edition")
    Republication = apps.get_model("syndication", "Republication")
    own = Republication.objects.filter(pk=OuterRef("republication")).values("outlet")
    Delivery.objects.filter(outlet=None).update(outlet_id=Subquery(own))
    for edition in Edition.objects.filter(headline="").defer("body_html").iterator(500):
        Edition.objects.filter(pk=edition.pk).update(headline=edition.facts["headline"][:255])


def groups(apps, schema_editor):
    """Give the groups their rights. Django makes permissions only after all migrations, so those that are missing are made here."""
    ContentType, Group = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")

    def permission(app, model, codename):
        content_type, _ = ContentType.objects.get_or_create(app_label=app, model=model)
        name = NAMES.get(codename, f"Can {codename.replace('_', ' ')}")
        return Permission.objects.get_or_create(content_type=content_type, codename=codename, defaults={"name": name})[0]

    for name, rights in RIGHTS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(permission("wagtailadmin", "admin", "access_admin"))
        for model, codenames in rights.items():
            group.permissions.add(*(permission("syndication", model, codename) for codename in codenames))
    # Pushing was one of Django's own rights before.
    for group in Group.objects.filter(permissions__codename="change_republication"):
        group.permissions.add(permission("syndication", "republication", "syndicate"))


class Migration(migrations.Migration):
    dependencies = [
        ("syndication", "0002_steering"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0002_initial_data"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(groups, migrations.RunPython.noop),
    ]
