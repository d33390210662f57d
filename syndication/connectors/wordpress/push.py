"""Push: one version of a piece on its way into one post."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syndication.connectors.wordpress.site import Site
from syndication.contract import Contract
from syndication.story import Story


@dataclass
class Push:
    """The site, the story, the terms, what the receipt remembers of the time before, and what an editor should know."""

    site: Site
    story: Story
    contract: Contract
    memory: Mapping[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def warn(self, *sentences: str) -> None:
        """Tell the editor, each thing once."""
        self.warnings += [sentence for sentence in dict.fromkeys(sentences) if sentence not in self.warnings]
