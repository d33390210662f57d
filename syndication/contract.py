"""Contract: what we let an outlet carry and what it owes; and the view of a story that follows from it."""

import hashlib
import json
from typing import Any

from syndication.story import Extent, Story, Value


class Contract(Value):
    """The terms of one outlet, frozen: they travel with each push and decide what it holds."""

    canonical: bool = True
    noindex: bool = False
    link: bool = True
    extent: Extent = "full"
    attribution: str = ""

    def view(self, story: Story) -> Story:
        """The story as this outlet may carry it: no more text than agreed, no picture that may not travel."""
        changes: dict[str, Any] = {}
        if self.extent != "full":
            changes["body_html"] = ""
        if self.extent == "link":
            changes["excerpt_html"] = ""
        for place in ("lead_image", "share_image"):
            picture = getattr(story, place)
            if picture and not picture.may_syndicate:
                changes[place] = None
        return story.model_copy(update=changes)

    def digest(self, story: Story) -> str:
        """What the outlet should hold, as SHA-256 in hex: it must hear when, and only when, this changes."""
        facts = self.view(story).model_dump(mode="json", exclude={"version", "modified"})
        text = json.dumps([facts, self.model_dump(mode="json")], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
