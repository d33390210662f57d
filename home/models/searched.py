"""What search looks through: the words of each public piece. Whether a reader may see it is asked of its Edition each time."""

from django.db import models

from syndication.models import Edition


class PieceWords(models.Model):
    """The words of one current edition, as stems. The database keeps its index over them by itself (migration 0008)."""

    edition = models.OneToOneField(Edition, primary_key=True, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(max_length=12, db_index=True)
    headline = models.TextField(blank=True)
    standfirst = models.TextField(blank=True)
    # Of authors, section, topics and outlet.
    names = models.TextField(blank=True)
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = "words of a piece"
        verbose_name_plural = "words of pieces"

    def __str__(self) -> str:
        return self.headline


class KnownWord(models.Model):
    """A word that stood in a headline, a standfirst or a name, for “Did you mean …”. Only what finds something is offered."""

    word = models.CharField(max_length=60, unique=True)
    # Its first sign and its length: what it is found by.
    initial = models.CharField(max_length=1)
    length = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["initial", "length"], name="known_word_shape")]

    def __str__(self) -> str:
        return self.word
