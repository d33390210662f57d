"""The environment: what cannot be meant refuses to start, with a sentence that says how to mend it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from publication.environment import Environment
from syndication import checks

ROOT = Path(__file__).resolve().parents[2]
KEY = Fernet.generate_key().decode()

# What is set, and what the refusal must say; "" if it must start.
CASES: dict[str, tuple[dict[str, str], str]] = {
    "development": ({"DEBUG": "yes"}, ""),
    "a flag in capitals": ({"DEBUG": "TRUE"}, ""),
    "surrounding space": ({"SITE_URL": "  https://home.example  "}, ""),
    "a final slash": ({"SITE_URL": "https://home.example/"}, ""),
    "an address with a port": ({"SITE_URL": "http://127.0.0.1:9000"}, ""),
    "PostgreSQL": ({"DATABASE_URL": "postgres://ada:secret@db.example/homeward"}, ""),
    "a Redis by socket": ({"REDIS_URL": "unix:///run/valkey.sock"}, ""),
    "two keys": ({"CREDENTIAL_KEYS": f"{KEY},{Fernet.generate_key().decode()}"}, ""),
    "no secret key": ({"SECRET_KEY": ""}, "SECRET_KEY is empty"),
    "a flag that is neither": ({"DEBUG": "maybe"}, "DEBUG is 'maybe'; write yes or no."),
    "an address without scheme": ({"SITE_URL": "home.example"}, "SITE_URL is 'home.example'; write the site's address as in"),
    "an address with a path": ({"SITE_URL": "https://home.example/blog"}, "without a path"),
    "an address with a user": ({"SITE_URL": "https://ada@home.example"}, "SITE_URL is"),
    "an address of another kind": ({"SITE_URL": "ftp://home.example"}, "SITE_URL is 'ftp://home.example'"),
    "an address with a port that is none": ({"SITE_URL": "http://home.example:http"}, "its port is not a number"),
    "an address with a port beyond all": ({"SITE_URL": "http://home.example:99999"}, "its port is not a number"),
    "a database of another kind": ({"DATABASE_URL": "mysql://db/homeward"}, "DATABASE_URL begins with 'mysql'"),
    "a database without a name": ({"DATABASE_URL": "postgres://ada:pw@db.example/"}, "DATABASE_URL names no database"),
    "a database with a port that is none": (
        {"DATABASE_URL": "postgres://ada:pw@db:port/homeward"},
        "DATABASE_URL cannot be read",
    ),
    "a broker of another kind": ({"REDIS_URL": "amqp://127.0.0.1"}, "REDIS_URL must begin with redis://"),
    "a key of the wrong form": ({"CREDENTIAL_KEYS": "swordfish"}, "CREDENTIAL_KEYS holds a key of the wrong form"),
    "a network that is none": (
        {"SYNDICATION_ALLOWED_NETWORKS": "10.0.0.0/33"},
        "SYNDICATION_ALLOWED_NETWORKS holds '10.0.0.0/33'",
    ),
    "a network with host bits": ({"SYNDICATION_ALLOWED_NETWORKS": "127.0.0.1/8"}, "write networks as in 127.0.0.0/8"),
    "a port that is none": ({"SYNDICATION_ALLOWED_PORTS": "8010,http"}, "SYNDICATION_ALLOWED_PORTS holds 'http'"),
    "a port beyond all": ({"SYNDICATION_ALLOWED_PORTS": "65536"}, "write port numbers from 1 to 65535"),
    "a number that is none": (
        {"SYNDICATION_LEASE_SECONDS": "two minutes"},
        "SYNDICATION_LEASE_SECONDS is 'two minutes'; write a",
    ),
    "a number that is too small": ({"SYNDICATION_LEASE_SECONDS": "0"}, "SYNDICATION_LEASE_SECONDS is 0; it must be at least 1."),
    "a number below nothing": ({"HSTS_SECONDS": "-1"}, "HSTS_SECONDS is -1; it must be at least 0."),
    "no number at all": ({"SYNDICATION_TIME_SCALE": "nan"}, "SYNDICATION_TIME_SCALE is 'nan'; write a number."),
    "a number without end": ({"SYNDICATION_DEADLINE_SECONDS": "inf"}, "SYNDICATION_DEADLINE_SECONDS is 'inf'; write a number."),
    "a choice that is none": ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL is 'LOUD'; choose one of DEBUG, INFO, WARNING, ERROR."),
    "a way of mailing there is not": (
        {"EMAIL_BACKEND": "pigeon"},
        "EMAIL_BACKEND is 'pigeon'; choose one of console, smtp, locmem.",
    ),
    "a misspelt setting of the engine": (
        {"SYNDICATION_ALOWED_PORTS": "1"},
        "SYNDICATION_ALOWED_PORTS is not a setting of Homeward",
    ),
    "a misspelt key": ({"CREDENTIAL_KEY": KEY}, "CREDENTIAL_KEY is not a setting of Homeward"),
    "the variables of other programs": ({"SYNC": "1", "LANG": "C"}, ""),
}

# One process for all cases: each loads the settings afresh under an environment of its own.
LOADER = """
import importlib, json, os, sys
answers = {}
for name, facts in json.load(sys.stdin).items():
    os.environ.clear()
    os.environ.update(facts)
    sys.modules.pop("publication.settings", None)
    try:
        importlib.import_module("publication.settings")
        answers[name] = ""
    except SystemExit as refusal:
        answers[name] = str(refusal)
json.dump(answers, sys.stdout)
"""


def base(tmp_path: Path) -> dict[str, str]:
    """The least that starts, whatever a developer's own .env says."""
    dotenv = ROOT / ".env"
    own = Environment(dotenv).file if dotenv.is_file() else {}
    return {
        **dict.fromkeys(own, ""),
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "long and random enough for the checks: 6d1f0a57c2c84b0f9f6b1c9b3f5e8a77",
        "CREDENTIAL_KEYS": KEY,
    }


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What loading the settings says in each case."""
    start = base(tmp_path_factory.mktemp("data"))
    cases = {name: {**start, **facts} for name, (facts, _said) in CASES.items()}
    words = [sys.executable, "-c", LOADER]
    done = subprocess.run(words, input=json.dumps(cases), capture_output=True, text=True, cwd=ROOT, check=True, timeout=60)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("case", CASES)
def test_settings_start_or_say_why_not(case: str, refusals: dict[str, str]) -> None:
    said = CASES[case][1]
    if not said:
        assert refusals[case] == ""
    else:
        assert refusals[case].startswith("Homeward cannot start: ")
        assert said in refusals[case]


def test_a_refusal_shows_no_password(refusals: dict[str, str]) -> None:
    assert not [said for said in refusals.values() if ":pw@" in said or "ada:" in said or "swordfish" in said]


def manage(tmp_path: Path, *words: str, **facts: str) -> "subprocess.CompletedProcess[str]":
    """Run manage.py in an environment of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        env={**base(tmp_path), **facts},
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=120,
    )


def test_the_process_ends_with_the_sentence_and_without_a_traceback(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", SITE_URL="home.example")
    assert done.returncode == 1
    assert "write the site's address as in https://example.org" in done.stderr
    assert "Traceback" not in done.stderr


def test_production_variables_pass_the_deployment_checks(tmp_path: Path) -> None:
    done = manage(
        tmp_path,
        *("check", "--deploy", "--fail-level", "WARNING"),
        SITE_URL="https://home.example",
        DATABASE_URL=f"sqlite:///{tmp_path / 'db.sqlite3'}",
        BEHIND_PROXY="yes",
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_checks_object_to_a_door_that_opens_inwards_and_to_a_house_without_keys(settings: Any) -> None:
    settings.SYNDICATION_ALLOWED_NETWORKS, settings.CREDENTIAL_KEYS = ["10.0.0.0/8"], []
    assert [message.id for message in checks.door(None)] == ["syndication.W001"]
    (message,) = checks.credential_keys(None)
    assert message.id == "syndication.E001" and "new_credential_key" in str(message.hint)


def test_metrics_without_their_package_are_warned_about(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    assert checks.metrics_extra(None) == []
    settings.SYNDICATION_METRICS = True
    [message] = checks.metrics_extra(None)
    assert message.id == "syndication.W002" and "prometheus-client" in str(message.hint)
    monkeypatch.undo()
    assert checks.metrics_extra(None) == []


def test_a_key_can_be_made_before_there_is_one(tmp_path: Path) -> None:
    done = manage(tmp_path, "new_credential_key", CREDENTIAL_KEYS="")
    assert done.returncode == 0, done.stderr
    Fernet(done.stdout.strip())


# --- .env -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a .env file may stand, in an otherwise empty environment."""
    monkeypatch.setattr(os, "environ", {"PATH": "/bin"})
    return tmp_path / ".env"


def test_dotenv_is_read_with_comments_quotes_and_empty_lines(dotenv: Path) -> None:
    dotenv.write_text(
        "# the house\n\nSITE_URL = 'https://home.example'\nTITLE=\"Häuser\"\nEMPTY=\nEQUALS=a=b\n", encoding="utf-8"
    )
    env = Environment(dotenv)
    assert env.origin("SITE_URL", "") == "https://home.example"
    assert (env.text("TITLE"), env.text("EMPTY", "default"), env.text("EQUALS")) == ("Häuser", "", "a=b")


def test_the_environment_wins_over_dotenv(dotenv: Path) -> None:
    dotenv.write_text("SITE_URL=https://one.example\n")
    os.environ["SITE_URL"] = "https://two.example"
    assert Environment(dotenv).text("SITE_URL") == "https://two.example"


def test_any_name_in_dotenv_that_nobody_reads_is_refused(dotenv: Path) -> None:
    dotenv.write_text("SITE_ULR=https://home.example\n")
    env = Environment(dotenv)
    env.text("SITE_URL")
    with pytest.raises(SystemExit, match="SITE_ULR is not a setting of Homeward"):
        env.finish()


def test_names_that_were_read_are_not_refused(dotenv: Path) -> None:
    dotenv.write_text("SITE_URL=https://home.example\n")
    env = Environment(dotenv)
    env.text("SITE_URL")
    env.finish()


@pytest.mark.parametrize(("read", "value"), [("flag", True), ("number", 3.0)])
def test_an_empty_value_means_the_default(read: str, value: Any, dotenv: Path) -> None:
    dotenv.write_text("THING=\n")
    assert getattr(Environment(dotenv), read)("THING", value) == value
