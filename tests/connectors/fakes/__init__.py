"""Fake outlets, one a protocol: what the contract suite runs every connector against.

A new connector brings a module here with a class that derives from `FakeOutlet` (or, where no HTTP is spoken, from `FakePlace`)
and names its kind; nothing else is to be done.
"""

from importlib import import_module
from pkgutil import iter_modules

from tests.connectors.fakes.base import FakePlace

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")

FAKES: dict[str, type[FakePlace]] = {fake.kind: fake for fake in FakePlace.all() if fake.kind}
