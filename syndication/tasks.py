"""Celery tasks: two lines each. A message is a hint that something may be due; what is due stands in the database."""

from celery import shared_task


@shared_task
def deliver_due() -> None:
    """Deliver what is due."""
    from syndication.delivering import deliver_due

    deliver_due()


@shared_task
def tend_kills() -> None:
    """Tell outlets of kills, past their lines, and raise the alarm where they are not obeyed."""
    from syndication.killing import tend_kills

    tend_kills()


@shared_task
def verify_due() -> None:
    """Look at the copies that are due."""
    from syndication.verifying import verify_due

    verify_due()


@shared_task
def publish_due() -> None:
    """Publish and expire what its schedule says."""
    from syndication.scheduling import publish_due

    publish_due()


@shared_task
def reconcile() -> None:
    """Find what changed without a signal, and deliver it."""
    from syndication.delivering import deliver_due
    from syndication.planning import reconcile

    if reconcile():
        deliver_due()


@shared_task
def run_errands() -> None:
    """Do what editors asked for on the network."""
    from syndication.errands import run_errands

    run_errands()


@shared_task
def run_hub() -> None:
    """Tell subscribers what is new."""
    from syndication.hub import run_hub

    run_hub()


@shared_task
def respond() -> None:
    """Read the pages that mention us, and mail who follows."""
    from syndication.following import respond

    respond()


@shared_task
def tell_notices() -> None:
    """Mail notices to who wants them, and see whether anything stands still."""
    from syndication.noticing import tell_notices

    tell_notices()


@shared_task
def prune() -> None:
    """Forget the log of long ago."""
    from syndication.pulse import prune

    prune()


@shared_task
def plan_everything() -> None:
    """Ask of every piece what the signals ask."""
    from syndication.planning import plan_everything

    plan_everything()
