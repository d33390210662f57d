"""What every test stands on: settings of its own whatever the shell or `.env` says, a real database, a real broker.

`TEST_DATABASE=postgresql pytest` runs on a PostgreSQL server that lives as long as the run; otherwise on an SQLite file, as in
production: several threads and processes can open it. A process that a test starts inherits all of this through its environment.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from cryptography.fernet import Fernet

from tests.servers import PostgreSQL, Valkey, chromium

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(tempfile.mkdtemp(prefix="homeward-tests-"))
SERVER = PostgreSQL() if os.environ.get("TEST_DATABASE") == "postgresql" else None
VALKEY = Valkey()
MIGRATED = "migrated" if SERVER else str(FOLDER / "migrated.sqlite3")
# Markers of tests that run only when they are asked for.
ON_DEMAND = {"ghost": "a real Ghost", "bluesky": "a real data server of Bluesky", "senders": "ronkyuu and pushl"}


def _enter_test_settings() -> None:
    """Set the environment before Django reads it; an empty value means the default, so nothing seeps in from `.env`."""
    dotenv = ROOT / ".env"
    lines = dotenv.read_text(encoding="utf-8").splitlines() if dotenv.is_file() else []
    names = {line.partition("=")[0].strip() for line in lines if "=" in line and not line.lstrip().startswith("#")}
    os.environ.update(dict.fromkeys((*names, "DEBUG", "SITE_URL", "ALLOWED_HOSTS", "BEHIND_PROXY"), ""))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="publication.settings",
        SECRET_KEY="a key for tests, long enough and known to everybody who reads this line",
        CREDENTIAL_KEYS=Fernet.generate_key().decode(),
        DATA_DIR=str(FOLDER),
        DATABASE_URL=SERVER.url if SERVER else f"sqlite:///{FOLDER / 'db.sqlite3'}",
        # Nobody listens there until a test asks for `broker`: a stray hint is refused at once and never reaches another's server.
        REDIS_URL=VALKEY.url,
        SYNDICATION_ALLOWED_NETWORKS="127.0.0.0/8",
        # All partners of the tests are one host.
        SYNDICATION_HOST_PACE="0",
        SYNDICATION_PRODUCTION_HOST="127.0.0.1,localhost,home.example",
        LOG_FORMAT="text",
    )
    (FOLDER / "static").mkdir()
    from django.conf import settings

    # Before the applications load: some of them ask for the storage at once.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()


# At import, for conftest files and test modules below may import models at their top.
_enter_test_settings()


def pytest_configure(config: pytest.Config) -> None:
    """Let SIGTERM end a run as Ctrl-C does, so that no server outlives it."""
    config.addinivalue_line("markers", "wordpress: meets a real WordPress, which takes PHP, MariaDB and WordPress (see .ci/run)")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name, told in ON_DEMAND.items():
        config.addinivalue_line("markers", f"{name}: speaks with {told}, whose install takes minutes; `make e2e-{name}` runs it")


# Who asks for one of these meets the database.
DATABASE = {"db", "transactional_db", "django_db_setup", "live_server", "template"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is asked for by its marker only; mark what meets the database, for nothing else need run on two."""
    from django.test import TransactionTestCase

    for item in items:
        of_django = isinstance(item, pytest.Function) and item.cls is not None and issubclass(item.cls, TransactionTestCase)
        if of_django or item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")
        if ROOT / "tests/connectors" in item.path.parents:
            item.add_marker("connectors")
    left_out = [name for name in ON_DEMAND if name not in config.option.markexpr]
    items[:] = [item for item in items if not any(map(item.get_closest_marker, left_out))]


def pytest_unconfigure() -> None:
    """Leave no process and no file."""
    VALKEY.close()
    if SERVER:
        SERVER.stop()
    shutil.rmtree(FOLDER, ignore_errors=True)


def pytest_report_header() -> str:
    """Name the database in the first lines."""
    return f"database: {'PostgreSQL ' + str(SERVER.programs) if SERVER else 'SQLite'}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Test in the very database that DATABASE_URL names: it is ours alone, and processes that tests start find it there."""
    from django.db import connections

    if SERVER:
        SERVER.start()
    facts = connections["default"].settings_dict
    facts["TEST"]["NAME"] = facts["NAME"]


@pytest.fixture(scope="session")
def migrated(django_db_setup: None) -> str:
    """A copy of the test database as it was migrated, to copy from: a file on SQLite, a database's name on PostgreSQL."""
    return MIGRATED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Migrate once: what tests with processes of their own begin with is kept aside before any test writes."""
    from django.core.management import call_command
    from django.db import connection

    with django_db_blocker.unblock():
        if SERVER:
            SERVER.create(connection.settings_dict["NAME"])
        if "django_migrations" not in connection.introspection.table_names():
            # pytest-django makes none where nothing but processes of their own asks for a database.
            call_command("migrate", verbosity=0)
        if not SERVER:
            connection.cursor().execute("VACUUM INTO %s", [MIGRATED])
            return
        connection.close()
        SERVER.create(MIGRATED, connection.settings_dict["NAME"])


@pytest.fixture
def broker() -> Iterator[Valkey]:
    """A real Valkey, running and empty, where the settings look for it. A test may stop, start, freeze or thaw it."""
    from syndication.doorbell import listen_again

    VALKEY.start()
    VALKEY.empty()
    listen_again()
    yield VALKEY
    VALKEY.start()
    listen_again()


@pytest.fixture
def valkey_url(broker: Valkey) -> str:
    """The address of a running, empty Valkey."""
    return broker.url


@pytest.fixture
def broker_down(broker: Valkey) -> Valkey:
    """The broker, stopped: connections are refused until the test starts it."""
    broker.stop()
    return broker


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """An installed Chromium or Chrome."""
    return chromium()
