from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0005_stubs"),
    ]

    operations = [
        migrations.AddField(
            model_name="articlepage",
            name="responses",
            field=models.CharField(
                blank=True,
                choices=[("open", "readers may comment"), ("closed", "no comments, no mentions")],
                help_text="Empty: as the settings of the publication say.",
                max_length=6,
                verbose_name="responses",
            ),
        ),
        migrations.AddField(
            model_name="publicationsettings",
            name="comments",
            field=models.BooleanField(
                default=False,
                help_text="Under every piece, unless the piece itself says otherwise.",
                verbose_name="readers may comment",
            ),
        ),
        migrations.AddField(
            model_name="publicationsettings",
            name="comments_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text="Counted from the day the piece was published. 0: never.",
                verbose_name="comments close after days",
            ),
        ),
        migrations.AddField(
            model_name="publicationsettings",
            name="held_words",
            field=models.TextField(
                blank=True,
                help_text="One word or phrase a line. A response with one of them waits for a moderator.",
                verbose_name="words that wait",
            ),
        ),
        migrations.AddField(
            model_name="publicationsettings",
            name="hold_responses",
            field=models.CharField(
                choices=[
                    ("first", "the first of each author"),
                    ("all", "every one"),
                    ("none", "only what the rules below catch"),
                ],
                default="first",
                max_length=5,
                verbose_name="what waits for a moderator",
            ),
        ),
        migrations.AddField(
            model_name="publicationsettings",
            name="mentions",
            field=models.BooleanField(
                default=True,
                help_text="By Webmention and Pingback. We go and see whether they do, and show an excerpt with a link.",
                verbose_name="pages elsewhere may say that they mention us",
            ),
        ),
        migrations.AddField(
            model_name="publicationsettings",
            name="refused_words",
            field=models.TextField(
                blank=True,
                help_text="One word or phrase a line. Nobody but moderators ever sees a response with one of them.",
                verbose_name="words that are refused",
            ),
        ),
        migrations.AddField(
            model_name="publicationsettings",
            name="response_links",
            field=models.PositiveSmallIntegerField(
                default=2, help_text="A response with more of them waits for a moderator.", verbose_name="links in a response"
            ),
        ),
        migrations.AddField(
            model_name="stubpage",
            name="responses",
            field=models.CharField(
                blank=True,
                choices=[("open", "readers may comment"), ("closed", "no comments, no mentions")],
                help_text="Empty: as the settings of the publication say.",
                max_length=6,
                verbose_name="responses",
            ),
        ),
    ]
