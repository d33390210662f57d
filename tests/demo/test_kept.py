"""What the demonstration keeps between starts."""

import os
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from standardwebhooks import Webhook

from demo.kept import Kept, environment, recall, settle_env_file
from demo.ports import Trouble
from publication.environment import Environment

PORTS = {"PORT": 8000, "OUTLET_PORT": 8010, "VALKEY_PORT": 6390}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestEnvFile:
    def test_the_first_start_writes_keys_of_the_right_form_for_the_owners_eyes_only(self, tmp_path: Path) -> None:
        values = settle_env_file(tmp_path / ".env", PORTS)
        assert mode(tmp_path / ".env") == 0o600
        assert len(values["SECRET_KEY"]) >= 50
        assert Fernet(values["CREDENTIAL_KEYS"])
        assert [path.name for path in tmp_path.iterdir()] == [".env"]

    def test_two_demonstrations_share_no_key(self, tmp_path: Path) -> None:
        one, other = (settle_env_file(tmp_path / name, PORTS) for name in ("one", "other"))
        assert one["SECRET_KEY"] != other["SECRET_KEY"]
        assert one["CREDENTIAL_KEYS"] != other["CREDENTIAL_KEYS"]

    def test_a_second_start_changes_nothing(self, tmp_path: Path) -> None:
        first = settle_env_file(tmp_path / ".env", PORTS)
        written = (tmp_path / ".env").stat()
        assert settle_env_file(tmp_path / ".env", PORTS) == first
        assert (tmp_path / ".env").stat().st_mtime_ns == written.st_mtime_ns

    def test_other_ports_move_the_addresses_and_keep_keys_comments_and_an_editors_own_lines(self, tmp_path: Path) -> None:
        path = tmp_path / ".env"
        first = settle_env_file(path, PORTS)
        path.write_text(path.read_text() + "# mine\nTIME_ZONE=Europe/Lisbon\n")
        moved = settle_env_file(path, {"PORT": 8001, "OUTLET_PORT": 8011, "VALKEY_PORT": 6391})
        assert moved["SITE_URL"] == "http://127.0.0.1:8001"
        assert moved["REDIS_URL"] == "redis://127.0.0.1:6391/0"
        assert moved["SYNDICATION_ALLOWED_PORTS"] == "8011"
        assert (moved["SECRET_KEY"], moved["TIME_ZONE"]) == (first["SECRET_KEY"], "Europe/Lisbon")
        assert "# mine" in path.read_text()
        assert mode(path) == 0o600

    def test_a_key_that_was_lost_is_made_anew(self, tmp_path: Path) -> None:
        path = tmp_path / ".env"
        path.write_text("DEBUG=yes\nCREDENTIAL_KEYS=\n")
        assert Fernet(settle_env_file(path, PORTS)["CREDENTIAL_KEYS"])
        assert path.read_text().count("CREDENTIAL_KEYS=") == 1

    def test_the_file_of_a_real_host_is_refused_and_left_as_it_is(self, tmp_path: Path) -> None:
        path = tmp_path / ".env"
        path.write_text("SITE_URL=https://review.example\n")
        with pytest.raises(Trouble, match="not the demonstration's"):
            settle_env_file(path, PORTS)
        assert path.read_text() == "SITE_URL=https://review.example\n"

    def test_the_settings_read_the_same_values_from_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        values = settle_env_file(tmp_path / ".env", PORTS)
        for name in values:
            monkeypatch.delenv(name, raising=False)
        read = Environment(tmp_path / ".env")
        assert {name: read.text(name) for name in values} == values


class TestSecrets:
    def test_they_are_made_once_for_the_owners_eyes_only(self, tmp_path: Path) -> None:
        path = tmp_path / "var" / "demo.json"
        first = recall(path)
        assert recall(path) == first
        assert mode(path) == 0o600
        assert first != recall(tmp_path / "another.json")

    def test_the_outlets_is_a_standard_webhooks_secret_of_full_length(self, tmp_path: Path) -> None:
        secret = recall(tmp_path / "demo.json").outlet_secret
        assert secret.startswith("whsec_")
        assert Webhook(secret).sign("msg_1", datetime.now(UTC), "{}")

    def test_the_password_is_long_enough_to_hold_and_short_enough_to_type(self, tmp_path: Path) -> None:
        password = recall(tmp_path / "demo.json").password
        assert len(password) == 14
        assert set(password) <= set("abcdefghjkmnpqrstuvwxyz23456789-")


class TestEnvironment:
    kept = Kept(password="word", outlet_secret="whsec_c2VjcmV0")

    def test_another_projects_database_is_never_ours(self) -> None:
        env = environment({"DATABASE_URL": "postgres://other/project", "DATA_DIR": "/srv/other"}, {}, PORTS, self.kept)
        assert (env["DATABASE_URL"], env["DATA_DIR"]) == ("", "")

    def test_a_database_named_in_the_env_file_is_used(self) -> None:
        env = environment({"DATABASE_URL": "postgres://other"}, {"DATABASE_URL": "postgres://mine"}, PORTS, self.kept)
        assert env["DATABASE_URL"] == "postgres://mine"

    def test_processes_find_the_programs_of_this_python_first(self) -> None:
        env = environment({"PATH": "/usr/bin"}, {}, PORTS, self.kept)
        assert env["PATH"].split(os.pathsep) == [str(Path(sys.executable).parent), "/usr/bin"]

    def test_site_and_outlet_share_one_secret(self) -> None:
        env = environment({}, {}, PORTS, self.kept)
        assert env["OUTLET_SECRET"] == env["DEMO_OUTLET_SECRET"] == self.kept.outlet_secret
        assert env["DEMO_OUTLET_URL"] == "http://127.0.0.1:8010"
