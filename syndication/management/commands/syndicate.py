"""The engine without a broker: the same work the beat and the worker do."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from syndication.delivering import deliver_due
from syndication.errands import run_errands
from syndication.planning import plan_everything, reconcile
from syndication.scheduling import publish_due
from syndication.verifying import verify_due

PAUSE = 2.0
RECONCILE_EVERY = 300.0
PLAN_EVERY = 24 * 3600.0


class Command(BaseCommand):
    """Delivers and verifies what is due: once, or until stopped."""

    help = "Publishes, delivers and verifies what is due, without Celery and Redis. Safe beside them."

    def add_arguments(self, parser: CommandParser) -> None:
        """--loop goes on for ever."""
        parser.add_argument("--loop", action="store_true", help="go on until stopped")
        parser.add_argument("--plan", action="store_true", help="first ask of every piece what each outlet should hold")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if options["plan"]:
            self.stdout.write(f"planned: {plan_everything()}")
        if not options["loop"]:
            done = f"published: {publish_due()}, delivered: {deliver_due()}, looked: {verify_due()}, errands: {run_errands()}"
            self.stdout.write(done)
            return
        self.stdout.write("Delivering what is due. Stop with Ctrl-C.")
        try:
            self._loop()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _loop(self) -> None:
        begun = time.monotonic()
        next_reconcile, next_plan = begun, begun + PLAN_EVERY
        while True:
            close_old_connections()
            publish_due()
            if time.monotonic() >= next_reconcile:
                reconcile()
                next_reconcile = time.monotonic() + RECONCILE_EVERY
            if time.monotonic() >= next_plan:
                plan_everything()
                next_plan = time.monotonic() + PLAN_EVERY
            # All of them, or a long queue of deliveries would keep every look waiting.
            if not run_errands() + deliver_due() + verify_due():
                time.sleep(PAUSE)
