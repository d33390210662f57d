"""The Lantern: a partner outlet of its own, written from the published contract of the push and nothing else.

`make_app` gives the site as a WSGI callable, `serve` runs it until told to stop, `running` lends one to a test.
"""

from .app import Outlet, make_app
from .server import Running, running, serve

__all__ = ["Outlet", "Running", "make_app", "running", "serve"]
