"""The licences a piece or a picture can carry. One table: forms, pages, feeds and pushes read it."""

from syndication.story import Licence

LICENCES: dict[str, Licence] = {
    "all-rights-reserved": Licence(name="All rights reserved"),
    "cc-by": Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
    "cc-by-sa": Licence(name="CC BY-SA 4.0", url="https://creativecommons.org/licenses/by-sa/4.0/"),
    "cc-by-nd": Licence(name="CC BY-ND 4.0", url="https://creativecommons.org/licenses/by-nd/4.0/"),
    "cc-by-nc": Licence(name="CC BY-NC 4.0", url="https://creativecommons.org/licenses/by-nc/4.0/"),
    "cc-by-nc-nd": Licence(name="CC BY-NC-ND 4.0", url="https://creativecommons.org/licenses/by-nc-nd/4.0/"),
    "cc0": Licence(name="CC0 1.0", url="https://creativecommons.org/publicdomain/zero/1.0/"),
}


def choices() -> list[tuple[str, str]]:
    """The table as form choices."""
    return [(code, licence.name) for code, licence in LICENCES.items()]
