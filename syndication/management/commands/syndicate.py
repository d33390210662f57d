"""Pieces sent by hand; or the engine without a broker: the same work the beat and the worker do."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from syndication.delivering import deliver_due
from syndication.errands import run_errands
from syndication.following import respond
from syndication.hub import run_hub
from syndication.killing import tend_kills
from syndication.management import find_outlets, find_page
from syndication.noticing import tell_notices
from syndication.planning import plan_everything, reconcile
from syndication.scheduling import publish_due
from syndication.syndicating import syndicate
from syndication.verifying import verify_due

PAUSE = 2.0
TELL_EVERY = 60.0
RECONCILE_EVERY = 300.0
PLAN_EVERY = 24 * 3600.0


class Command(BaseCommand):
    """Queues the pieces that are named; without one, delivers and verifies what is due: once, or until stopped."""

    help = (
        "With pieces: queues them for outlets, and says which would refuse them. Without: publishes, delivers and verifies "
        "what is due, without Celery and Redis. Safe beside them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Pieces to queue; --loop goes on for ever."""
        parser.add_argument("pages", nargs="*", metavar="PIECE", help="the number of its page, its path, its address or its uid")
        parser.add_argument("--outlet", action="append", default=[], help="only to this outlet, by name; may be repeated")
        parser.add_argument("--loop", action="store_true", help="go on until stopped")
        parser.add_argument("--plan", action="store_true", help="first ask of every piece what each outlet should hold")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if options["pages"]:
            self._queue(options["pages"], options["outlet"])
            return
        if options["outlet"]:
            raise CommandError("Name the pieces to send to these outlets.")
        if options["plan"]:
            self.stdout.write(f"planned: {plan_everything()}")
        if not options["loop"]:
            done = f"published: {publish_due()}, delivered: {tend_kills() + deliver_due()}, looked: {verify_due()}, "
            done += f"told: {run_hub()}, errands: {run_errands()}, responses: {respond()}"
            self.stdout.write(done)
            return
        self.stdout.write("Delivering what is due. Stop with Ctrl-C.")
        try:
            self._loop()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _queue(self, words: list[str], names: list[str]) -> None:
        """All are found before one is queued; 1 if an outlet would refuse one."""
        pages, outlets = [find_page(word) for word in words], find_outlets(names)
        refused = 0
        for page in pages:
            asked = syndicate(page, outlets)
            for outlet in asked.queued:
                self.stdout.write(f"{page.title} at {outlet}: queued.")
            for outlet, objections in asked.refused.items():
                refused += 1
                sentences = " ".join(str(objection.sentence) for objection in objections if objection.blocks)
                self.stderr.write(self.style.ERROR(f"{page.title} at {outlet}: refused. {sentences}"))
            if not asked.queued and not asked.refused:
                raise CommandError("There is no outlet to push to.")
        if refused:
            raise CommandError(f"{refused} refused.")

    def _loop(self) -> None:
        begun = time.monotonic()
        next_told, next_reconcile, next_plan = begun, begun, begun + PLAN_EVERY
        while True:
            close_old_connections()
            publish_due()
            if time.monotonic() >= next_told:
                tell_notices()
                next_told = time.monotonic() + TELL_EVERY
            if time.monotonic() >= next_reconcile:
                reconcile()
                next_reconcile = time.monotonic() + RECONCILE_EVERY
            if time.monotonic() >= next_plan:
                plan_everything()
                next_plan = time.monotonic() + PLAN_EVERY
            # All of them, or a long queue of deliveries would keep every look waiting.
            if not tend_kills() + run_errands() + deliver_due() + verify_due() + run_hub() + respond():
                time.sleep(PAUSE)
