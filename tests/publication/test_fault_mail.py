"""The mail of a fault tells no token."""

import logging

from django.core import mail
from django.test import RequestFactory

from publication.fault_mail import FaultMail


def test_a_fault_is_mailed_without_the_token_in_its_path(settings) -> None:
    settings.ADMINS = [("Ada", "ada@home.example")]
    told = FaultMail(include_html=True)
    path = "/partners/feeds/hw_0123456789_the-secret-part/atom/"
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Internal Server Error: %s", (path,), None)
    record.request = RequestFactory().get(path)  # type: ignore[attr-defined]
    told.emit(record)
    (sent,) = mail.outbox
    shown = f"{sent.subject}{sent.body}{sent.alternatives}"
    assert "hw_0123456789_…" in shown and "the-secret-part" not in shown


def test_the_handler_of_faults_is_in_the_settings(settings) -> None:
    assert settings.LOGGING["loggers"]["django"]["handlers"] == ["mail"]
    assert any(isinstance(handler, FaultMail) for handler in logging.getLogger("django").handlers)
