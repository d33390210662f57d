"""Problems: every error that a partner's machine sees, as application/problem+json (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

TYPE = "application/problem+json"
# Where an address may hold a token, the problem does not repeat it.
NAMED = "/partners/v1/"


class Problem(Exception):
    """What went wrong: the status, a sentence with cause and remedy, headers, and with 422 what is wrong where."""

    def __init__(self, status: int, detail: str, *, errors: list[dict[str, str]] | None = None, **headers: str):
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as a response (RFC 9457 §3.1)."""
    return tell(request, HttpResponse(status=problem.status, headers=problem.headers), problem.detail, problem.errors)


def tell(
    request: HttpRequest, response: HttpResponse, detail: str = "", errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    """Turn an error that somebody else answered into a problem, in its place, so that it keeps its headers."""
    status = response.status_code
    told: dict[str, Any] = {"type": "about:blank", "title": title(status), "status": status, "detail": detail or says(status)}
    if request.path_info.startswith(NAMED):
        told["instance"] = request.path_info
    if errors:
        told["errors"] = errors
    response.content = json.dumps(told, ensure_ascii=False).encode(errors="replace")
    response["Content-Type"] = TYPE
    response["Cache-Control"] = "no-store"
    for name in ("ETag", "Last-Modified"):
        response.headers.pop(name, None)
    return response


def is_problem(response: HttpResponseBase) -> bool:
    """Whether it is told already."""
    return response.headers.get("Content-Type", "").startswith(TYPE)


def detail(response: HttpResponse) -> str:
    """The sentence of a problem that was answered."""
    return str(json.loads(response.content)["detail"]) if is_problem(response) else title(response.status_code)


def title(status: int) -> str:
    """The phrase of the status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def says(status: int) -> str:
    """A sentence for an error that came without one."""
    sentences = {
        400: _("We could not read this request. Look at its host, its address and its body."),
        404: _("Nothing is at this address. The addresses stand at /partners/v1/."),
        405: _("This address does not know this method; the header Allow names those it knows."),
        412: _("What you asked for has changed since."),
        413: _("The body is too large."),
        500: _("Something broke on our side, and it is written down. Ask again in a minute."),
    }
    return str(sentences.get(status, title(status)))
