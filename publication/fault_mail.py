"""The mail that tells ADMINS of a fault, without what opens doors: a path that failed may hold a token."""

from typing import Any

from django.utils.log import AdminEmailHandler

from syndication.discretion import discreet


class FaultMail(AdminEmailHandler):
    """Django's mail of faults, with every token and signed link in it hidden."""

    def send_mail(self, subject: Any, message: Any, *args: Any, **kwargs: Any) -> None:
        """Send what is left."""
        texts = {name: discreet(value) if isinstance(value, str) else value for name, value in kwargs.items()}
        super().send_mail(discreet(str(subject)), discreet(str(message)), *args, **texts)
