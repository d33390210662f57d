"""The hub: tells subscribers of our feeds what is new, at once (WebSub, https://www.w3.org/TR/websub/).

`asking` takes down who wants to subscribe or leave, `topics` reads what there is to tell, `speaking` talks to callbacks, and
`telling` brings the three together in a worker.
"""

from syndication.hub.asking import Ask, Wrong, ask
from syndication.hub.telling import run_hub
from syndication.hub.topics import links, own_hub

__all__ = ["Ask", "Wrong", "ask", "links", "own_hub", "run_hub"]
