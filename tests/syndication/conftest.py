"""The partner that lives in this process, for every test of the engine."""

from tests.outlets import desk

__all__ = ["desk"]
