"""The matrix of features: in the docs as in the code."""

import io
from pathlib import Path

from django.core.management import call_command

from syndication.connectors import CONNECTORS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "connectors" / "features.md"


def test_the_matrix_in_the_docs_is_the_one_in_the_code() -> None:
    told = io.StringIO()
    call_command("features", stdout=told)
    assert DOCUMENT.read_text() == told.getvalue(), "python manage.py features > docs/connectors/features.md writes it anew"
    assert all(f"| {connector.label} |" in told.getvalue() for connector in CONNECTORS.values())
