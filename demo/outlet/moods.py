"""How this outlet may be told to misbehave, one table: the desk's form, the tests and the pages all read it."""

from dataclasses import dataclass

SECONDS_LIMIT = 600


@dataclass(frozen=True)
class Mood:
    """One habit of the outlet. `choices` maps each value to the words the desk shows; the first is the good one."""

    label: str
    choices: dict[str, str]

    @property
    def good(self) -> str:
        return next(iter(self.choices))


MOODS: dict[str, Mood] = {
    "answers": Mood(
        "Answers to a push",
        {
            "normal": "takes it and says so",
            "500": "takes nothing, says 500",
            "401": "takes nothing, says 401",
            "slow": "takes it, answers late",
            "hang": "takes it, never answers",
        },
    ),
    "canonical": Mood(
        "Canonical",
        {"right": "names the home", "none": "names nothing", "wrong": "names itself", "two": "names the home and itself"},
    ),
    "noindex": Mood("Noindex", {"asked": "as the contract asks", "on": "always", "off": "never"}),
    "link": Mood("Link home", {"right": "followed", "nofollow": "marked nofollow", "none": "left out"}),
    "corrections": Mood("Corrections", {"shown": "shown", "hidden": "hidden"}),
    "withdrawals": Mood("Withdrawals", {"obeyed": "obeyed: 410", "ignored": "ignored: still up"}),
    "page": Mood("Public page", {"shown": "shown", "404": "lost: 404", "500": "broken: 500"}),
}
GOOD: dict[str, str] = {name: mood.good for name, mood in MOODS.items()} | {"seconds": "5"}


def fault(name: str, value: str) -> str:
    """What is wrong with telling the outlet `name=value`, in a sentence; empty if nothing is."""
    if name == "seconds":
        fine = value.isascii() and value.isdigit() and int(value[:9]) <= SECONDS_LIMIT
        return "" if fine else f"Seconds is a whole number from 0 to {SECONDS_LIMIT}, not {value!r}."
    if name not in MOODS:
        return f"The desk knows no habit called {name!r}; it knows {', '.join(GOOD)}."
    if value not in MOODS[name].choices:
        return f"{name} may be {', '.join(MOODS[name].choices)}, not {value!r}."
    return ""
