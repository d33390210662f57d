"""What the matrix shares: the partner that lives in this process, and nothing remembered from the test before."""

from tests.home.conftest import nothing_remembered
from tests.outlets import desk

__all__ = ["desk", "nothing_remembered"]
