"""Pull: who asked us for what, when, from where, and what they got. Kept for SYNDICATION_AUDIT_DAYS."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from syndication.models.outlet import Outlet
from syndication.models.token import Token


class Pull(models.Model):
    """One request of a partner. Written once, never changed; the pieces it was given are its `pieces`."""

    class Surface(models.TextChoices):
        API = "api", _("API")
        FEED = "feed", _("feed")
        HUB = "hub", _("hub")
        PAGE = "page", _("the outlet's page")

    at = models.DateTimeField(auto_now_add=True)
    surface = models.CharField(max_length=8, choices=Surface)
    # None where nobody could be told by the token that was shown.
    outlet = models.ForeignKey(Outlet, null=True, on_delete=models.CASCADE, related_name="pulls")
    token = models.ForeignKey(Token, null=True, on_delete=models.SET_NULL, related_name="pulls")
    method = models.CharField(max_length=8)
    # Without any token that stood in it.
    path = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField()
    refusal = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at"], name="pull_newest"),
            models.Index(fields=["outlet", "-at"], name="pull_of_outlet"),
        ]
        verbose_name = _("pull")
        verbose_name_plural = _("pulls")

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"

    def told_pieces(self) -> str:
        """The pieces of the answer, each by its uid and version, for a spreadsheet."""
        return ", ".join(f"{piece.uid} v{piece.version}" for piece in self.pieces.all())


class Pulled(models.Model):
    """One piece in the answer to one pull."""

    pull = models.ForeignKey(Pull, on_delete=models.CASCADE, related_name="pieces")
    uid = models.UUIDField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["uid"], name="pulled_piece")]

    def __str__(self) -> str:
        return f"{self.uid} version {self.version}"
