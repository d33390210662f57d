"""The front page and its site, at SITE_URL, in place of Wagtail's welcome page."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import migrations


def make_front_page(apps: Any, schema_editor: Any) -> None:
    """Only on a new database: where a site has a front page, nothing is touched."""
    content_types = apps.get_model("contenttypes", "ContentType").objects
    page_model, site_model = apps.get_model("wagtailcore", "Page"), apps.get_model("wagtailcore", "Site")
    home_model, locale_model = apps.get_model("home", "HomePage"), apps.get_model("wagtailcore", "Locale")
    if home_model.objects.exists():
        return
    root = page_model.objects.filter(depth=1).first()
    welcome = page_model.objects.filter(depth=2)
    if root is None or welcome.exclude(slug="home").exists():
        return
    site_model.objects.all().delete()
    welcome.delete()
    kind, _created = content_types.get_or_create(model="homepage", app_label="home")
    home = home_model.objects.create(
        title="Home",
        draft_title="Home",
        slug="home",
        content_type=kind,
        path=f"{root.path}0001",
        depth=2,
        numchild=0,
        url_path="/home/",
        live=True,
        locale=locale_model.objects.first(),
    )
    page_model.objects.filter(pk=root.pk).update(numchild=1)
    address = urlsplit(settings.SITE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    site_model.objects.create(hostname=address.hostname, port=port, root_page_id=home.pk, is_default_site=True)


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
    ]
    operations = [migrations.RunPython(make_front_page, migrations.RunPython.noop)]
