"""Pictures in the text of a piece, as our own pages show them.

The recorded text travels: its pictures are an `img` with JPEG and a `srcset` of WebP. Here each becomes a `picture`.
"""

import re
from collections.abc import Callable
from typing import Any

# The sanitiser leaves no `>` in attributes, and double quotes around them.
IMAGE = re.compile(r"<img\b[^>]*>")
ATTRIBUTE = re.compile(r' (src|srcset|sizes|class)="([^"]*)"')


def pictures_in_text(html: str, formats: dict[str, dict[str, Any]], sizes: Callable[[str], str]) -> str:
    """`html` with a `picture` for each `img` that has other formats; `sizes` says how wide it stands."""
    return IMAGE.sub(lambda found: _picture(found[0], formats, sizes), html) if "<img" in html else html


def _picture(tag: str, formats: dict[str, dict[str, Any]], sizes: Callable[[str], str]) -> str:
    own = dict(ATTRIBUTE.findall(tag))
    avif = formats.get(own.get("src", ""), {}).get("avif", "")
    if not (avif or own.get("srcset")):
        return tag
    wide = sizes(own.get("sizes", "100vw"))
    offered = [("avif", avif), ("webp", own.get("srcset", ""))]
    sources = "".join(f'<source type="image/{kind}" srcset="{srcset}" sizes="{wide}">' for kind, srcset in offered if srcset)
    plain = ATTRIBUTE.sub(lambda one: "" if one[1] in ("srcset", "sizes") else one[0], tag)
    return f"<picture>{sources}{plain}</picture>"
