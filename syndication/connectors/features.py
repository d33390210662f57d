"""Features: what a connector can do at its kind of outlet. The matrix in the docs and on the outlet form is made from this."""

from dataclasses import dataclass, fields

YES, NO = "yes", "no"
# A person does it at the outlet, when we say so.
BY_A_PERSON = "by a person"
# The outlet comes for it.
WHEN_FETCHED = "when they fetch"


@dataclass(frozen=True)
class Features:
    """For each feature YES, NO, or a few words that say under which condition ("with our plugin")."""

    create: str = YES
    update: str = YES
    withdraw: str = YES
    correct: str = YES
    canonical: str = NO
    noindex: str = NO
    image: str = NO
    find: str = NO
    edits: str = NO


# How people read the names of the features, in the order of the matrix.
COLUMNS = {
    "create": "create",
    "update": "update",
    "withdraw": "withdraw",
    "correct": "correct",
    "canonical": "canonical",
    "noindex": "noindex",
    "image": "image",
    "find": "find",
    "edits": "edit detection",
}
assert list(COLUMNS) == [field.name for field in fields(Features)]
