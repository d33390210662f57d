"""Test the way to an outlet from a terminal."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from syndication.examining import examine, summary
from syndication.http.probe import FAILED, NOT_APPLICABLE, OK, WARNING, Step
from syndication.models import Outlet

MARKS = {OK: "ok", WARNING: "warning", FAILED: "failed", NOT_APPLICABLE: "–"}


class Command(BaseCommand):
    """Walks the same steps as Test connection in the admin, at once."""

    help = "Tests the way to an outlet step by step: address, name, certificate, answer, authentication, rights, canonical."

    def add_arguments(self, parser: CommandParser) -> None:
        """The outlet's name, and --json for machines."""
        parser.add_argument("name", help="the outlet's name, as the admin shows it")
        parser.add_argument("--json", action="store_true", help="print the steps as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each step as it is found; ends with status 1 where one failed."""
        outlet = self._outlet(options["name"])
        steps = []
        for step in examine(outlet):
            steps.append(step)
            if not options["json"]:
                self._print(step)
        worst, sentence = summary(steps)
        if options["json"]:
            told = {"outlet": outlet.name, "outcome": worst, "sentence": sentence, "steps": [vars(step) for step in steps]}
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(sentence)
        if worst == FAILED:
            raise SystemExit(1)

    def _outlet(self, name: str) -> Outlet:
        outlet = Outlet.objects.filter(name__iexact=name).first()
        if outlet is None:
            known = ", ".join(Outlet.objects.values_list("name", flat=True)) or "there is none yet"
            raise CommandError(f"There is no outlet called {name!r}. Known: {known}.")
        if not outlet.kind:
            raise CommandError(f"Nothing is pushed to {outlet.name}: choose how on its form first.")
        return outlet

    def _print(self, step: Step) -> None:
        style = {FAILED: self.style.ERROR, WARNING: self.style.WARNING}.get(step.outcome, self.style.NOTICE)
        self.stdout.write(f"{step.step:<15} {style(f'{MARKS[step.outcome]:<8}')} {step.sentence}")
        for line in step.detail.splitlines():
            self.stdout.write(f"{'':<24} {line}")
