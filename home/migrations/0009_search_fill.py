"""What was published before there was search is found, too."""

from django.db import migrations

from home.searching.indexing import CHUNK, index_all


def fill(apps, editor):
    editions, words, known = (apps.get_model(label) for label in ("syndication.Edition", "home.PieceWords", "home.KnownWord"))
    pks = list(editions.objects.filter(current=True, public=True, words=None).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        index_all(editions.objects.filter(pk__in=pks[start : start + CHUNK]), words, known)


class Migration(migrations.Migration):
    dependencies = [("home", "0008_search")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
