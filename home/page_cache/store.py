"""The store: what was answered, in this process's memory, packed as it is asked for. The least asked for goes first."""

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from django.http import HttpResponse

from home.page_cache.generation import Generation
from home.page_cache.keys import Key
from syndication.partners.packing import PACKERS

# Written anew for each answer.
OWN = {"content-length", "content-encoding", "etag", "vary"}
OVERHEAD = 2_000


@dataclass
class Entry:
    """One answer, good for one generation and until a moment (`time.time()`)."""

    generation: Generation
    until: float
    etag: str
    headers: tuple[tuple[str, str], ...]
    bodies: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, response: HttpResponse, generation: Generation, until: float) -> "Entry":
        """What a view answered. Its entity tag is weak, for it names the content however it is packed."""
        etag = response.headers.get("ETag", "") or f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        etag = etag if etag.startswith("W/") else f"W/{etag}"
        headers = tuple((name, value) for name, value in response.headers.items() if name.lower() not in OWN)
        return cls(generation, until, etag, headers, {"": response.content})

    def good(self, generation: Generation) -> bool:
        """Whether it still shows what there is."""
        return self.generation == generation and time.time() < self.until

    def body(self, coding: str) -> bytes:
        """The content, packed once for each coding."""
        if coding not in self.bodies:
            self.bodies[coding] = PACKERS[coding](self.bodies[""])
        return self.bodies[coding]

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return 2 * len(self.bodies[""]) + OVERHEAD


class Store:
    """Entries up to a number of bytes. Any thread may ask."""

    def __init__(self, most: int):
        self.most, self.size = most, 0
        self.entries: OrderedDict[Key, Entry] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Key, generation: Generation) -> Entry | None:
        """The entry, if it is good."""
        entry = self.entries.get(key)
        if entry is None or not entry.good(generation):
            return None
        with self.lock:
            if key in self.entries:
                self.entries.move_to_end(key)
        return entry

    def put(self, key: Key, entry: Entry) -> None:
        """Keep it; something else goes if there is no room. What is larger than a tenth of all is not kept."""
        if entry.size > self.most // 10:
            return
        with self.lock:
            self._drop(key)
            while self.entries and self.size + entry.size > self.most:
                self._drop(next(iter(self.entries)))
            self.entries[key] = entry
            self.size += entry.size

    def clear(self) -> None:
        """Keep nothing."""
        with self.lock:
            self.entries.clear()
            self.size = 0

    def _drop(self, key: Key) -> None:
        if entry := self.entries.pop(key, None):
            self.size -= entry.size
