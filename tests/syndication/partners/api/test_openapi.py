"""The OpenAPI of the partner API is the truth: schemathesis asks whatever it allows and forbids, and every answer is as told."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.core.cache import caches
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from syndication.models import Outlet, Token, Verification
from syndication.partners.api import api
from syndication.pulling import report, shelf, taken
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., Any]
SCHEMA = json.loads(json.dumps(api.get_openapi_schema()))
schema = schemathesis.openapi.from_dict(SCHEMA)
schema.app = get_wsgi_application()


@pytest.fixture
def authorization(weekly: Outlet, settings: Any) -> str:
    """A token of an outlet that has, had and reported pieces; with nobody counting."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
    settings.SYNDICATION_API_PER_MINUTE = settings.SYNDICATION_API_STRANGERS = 0
    page, gone = make.original("The harbour"), make.original("Gone")
    taken(shelf(weekly))
    report(weekly, page.uid, "https://weekly.example/harbour")
    Verification.objects.update(verdict="honoured", sentence="All is well.", evidence=[{"what": "canonical", "found": "…"}])
    gone.unpublish()
    return f"Bearer {Token.make(weekly, 'Website', ['read', 'report'])[1]}"


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)
def test_whatever_is_asked_the_answer_is_one_that_is_told(case: Any, authorization: str) -> None:
    """No server error, no undocumented answer, every error a problem."""
    answer = case.call_and_validate(headers={"Authorization": authorization, "Accept-Encoding": "identity"})
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == ["application/problem+json"]


def test_every_example_is_what_its_schema_says() -> None:
    components = SCHEMA["components"]
    checked = 0
    for methods in SCHEMA["paths"].values():
        for operation in methods.values():
            bodies = [operation["requestBody"]] if "requestBody" in operation else []
            for told in [*operation["responses"].values(), *bodies]:
                for content in told.get("content", {}).values():
                    Draft202012Validator({**content["schema"], "components": components}).validate(content["example"])
                    checked += 1
    assert checked > 60


def test_every_operation_tells_its_errors_and_the_conditions_it_keeps() -> None:
    names = []
    for methods in SCHEMA["paths"].values():
        for operation in methods.values():
            names.append(operation["operationId"])
            assert {"401", "403", "422", "429", "500"} <= set(operation["responses"])
            assert "Retry-After" in operation["responses"]["429"]["headers"]
            assert operation["security"] and operation["summary"] and operation["description"]
    assert len(names) == len(set(names)) == 10
    assert SCHEMA["openapi"].startswith("3.1") and "nullable" not in json.dumps(SCHEMA)


def test_the_reference_is_a_page_of_ours_that_tells_every_operation(client: Client) -> None:
    make.front_page()
    answer = client.get("/partners/v1/")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    for methods in SCHEMA["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in answer.text
    assert "<script" not in answer.text and "style=" not in answer.text
    assert client.get("/partners/v1/openapi.json").json() == SCHEMA
    again = client.get("/partners/v1/openapi.json", headers={"if-none-match": client.get("/partners/v1/openapi.json")["ETag"]})
    assert again.status_code == 304
    caches["default"].clear()
