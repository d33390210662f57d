"""Archive: where one volume of an outlet's changes ends. Written once, so that an archive of its feeds keeps its address."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from syndication.models.outlet import Outlet


class Archive(models.Model):
    """Volume `number` of an outlet: what changed after the volume before it ended, up to this row's mark."""

    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="archives")
    number = models.PositiveIntegerField()
    # The last republication in it, by `changed_at` and primary key.
    upto_at = models.DateTimeField()
    upto_pk = models.BigIntegerField()

    objects: ClassVar[models.Manager["Archive"]] = models.Manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["outlet", "number"], name="archive_once")]
        verbose_name = _("archive")
        verbose_name_plural = _("archives")

    def __str__(self) -> str:
        return f"{self.outlet}, volume {self.number}"
