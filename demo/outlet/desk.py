"""The desk: the page where this outlet is told to misbehave, and where its log can be read."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from .moods import GOOD, MOODS, SECONDS_LIMIT
from .pages import page, path_of
from .store import EVERY_PIECE, Row

LOG_LIMIT = 100
Told = Mapping[str, Mapping[str, str]]


def desk(name: str, rows: Sequence[Row], deliveries: Sequence[Mapping[str, Any]], told: Told, chosen: Row | None) -> str:
    """The desk's page. `chosen` is the piece its form speaks of; None means every piece."""
    body = f"""<h1>The desk</h1>
<p>Here {escape(name)} is told to misbehave, so that you can watch Homeward notice. A new habit holds from the next request on,
through restarts, until you change it.</p>
<p class="note">Nothing here asks who you are and no form carries a token: this is a demonstration, made to listen on your own
machine only. The same as JSON: <a href="/desk/state.json">state.json</a>.</p>
{_form(told, chosen)}
<form class="bare" method="post" action="/desk"><input type="hidden" name="forget" value="all">
<button class="quiet">Behave well again, for every piece</button></form>
<h2>Pieces</h2>
{_pieces(rows, told)}
<h2>Deliveries</h2>
{_log(deliveries)}"""
    return page(name, "The desk", body, css="desk")


def _form(told: Told, chosen: Row | None) -> str:
    uid = chosen.uid if chosen else EVERY_PIECE
    mine = told.get(uid, {})
    about = f"“{escape(chosen.headline)}”" if chosen else "every piece"
    selects = "".join(_select(habit, mine.get(habit, ""), single=bool(chosen)) for habit in MOODS)
    seconds = mine.get("seconds", "" if chosen else GOOD["seconds"])
    back = '<p><a href="/desk#habits">Speak of every piece instead</a></p>' if chosen else ""
    return f"""<h2 id="habits">Habits for <bdi>{about}</bdi></h2>
{back}<form method="post" action="/desk"><input type="hidden" name="piece" value="{escape(uid)}">
<div class="grid">{selects}<div><label for="seconds">Seconds, when it answers late</label>
<input id="seconds" name="seconds" type="number" min="0" max="{SECONDS_LIMIT}" step="1" value="{escape(seconds)}"></div></div>
<div class="buttons"><button>Tell the outlet</button></div></form>"""


def _select(habit: str, value: str, *, single: bool) -> str:
    mood = MOODS[habit]
    choices = ({"": "as for every piece"} if single else {}) | mood.choices
    value = value or next(iter(choices))
    options = "".join(
        f'<option value="{escape(choice)}"{" selected" if choice == value else ""}>{escape(words)}</option>'
        for choice, words in choices.items()
    )
    off = ' class="off"' if value not in ("", mood.good) else ""
    return f'<div><label for="{habit}">{mood.label}</label><select id="{habit}" name="{habit}"{off}>{options}</select></div>'


def _pieces(rows: Sequence[Row], told: Told) -> str:
    if not rows:
        return "<p>None yet.</p>"
    lines = "".join(_piece(row, told.get(row.uid, {})) for row in rows[:LOG_LIMIT])
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Pieces">{_caption("piece", len(rows))}'
        '<thead><tr><th scope="col">Headline</th><th scope="col">Version</th><th scope="col">Stands</th>'
        f'<th scope="col">Habits of its own</th></tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _piece(row: Row, told: Mapping[str, str]) -> str:
    own = ", ".join(f"{habit}: {value}" for habit, value in told.items()) or "none"
    stands = '<span class="bad">withdrawn</span>' if row.withdrawn else "carried"
    return (
        f'<tr><td dir="auto"><a href="{path_of(row.slug)}">{escape(row.headline)}</a></td><td>{row.version}</td><td>{stands}</td>'
        f'<td>{escape(own)} · <a href="/desk?piece={quote(row.uid)}#habits" '
        f'aria-label="Change the habits for {escape(row.headline)}">change</a></td></tr>'
    )


def _log(deliveries: Sequence[Mapping[str, Any]]) -> str:
    if not deliveries:
        return "<p>None yet.</p>"
    lines = "".join(_delivery(entry) for entry in deliveries[:LOG_LIMIT])
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Deliveries">{_caption("message", len(deliveries))}'
        '<thead><tr><th scope="col">Last seen (UTC)</th><th scope="col">Type</th><th scope="col">Version</th>'
        '<th scope="col">Headline</th><th scope="col">Times seen</th><th scope="col">What became of it</th>'
        f'<th scope="col">webhook-id</th></tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _caption(noun: str, count: int) -> str:
    shown = f", the latest {LOG_LIMIT} of them here" if count > LOG_LIMIT else ", the latest first"
    return f"<table><caption>{count} {noun}{'' if count == 1 else 's'}{shown if count > 1 else ''}</caption>"


def _delivery(entry: Mapping[str, Any]) -> str:
    outcome = escape(entry["outcome"])
    when = escape(entry["last_at"])
    return (
        f'<tr><td><time datetime="{when}">{when[:10]} {when[11:19]}</time></td><td>{escape(entry["type"])}</td>'
        f'<td>{entry["version"]}</td><td dir="auto">{escape(entry["headline"])}</td><td>{entry["seen"]}</td>'
        f"<td>{outcome if entry['taken'] else f'<span class={chr(34)}bad{chr(34)}>{outcome}</span>'}</td>"
        f'<td class="key"><code>{escape(entry["webhook_id"])}</code></td></tr>'
    )
