"""The environment, read strictly: a value that cannot be meant refuses to start, with a sentence that says how to mend it."""

import math
import os
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet

FLAGS = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
DATABASES = ("sqlite", "postgres", "postgresql")


def refuse(sentence: str) -> NoReturn:
    """End the process before it starts, saying why in one sentence."""
    raise SystemExit(f"Homeward cannot start: {sentence}")


class Environment:
    """The process's environment, with a `.env` file under it. Each reader returns a value that is surely meant.

    Every name read is remembered, so that `finish` can refuse names nobody reads: in `.env` all of them, in the
    environment those that begin with one of `prefixes`.
    """

    prefixes = ("SYNDICATION_", "CREDENTIAL_")

    def __init__(self, dotenv: Path):
        self.file: dict[str, str] = {}
        if dotenv.is_file():
            self.file = _read(dotenv)
        self.values = {**self.file, **os.environ}
        self.known: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        """The value as it stands, without surrounding space."""
        self.known.add(name)
        return self.values.get(name, default).strip()

    def flag(self, name: str, default: bool) -> bool:
        """A yes or a no."""
        value = self.text(name).lower()
        if not value:
            return default
        if value not in FLAGS:
            refuse(f"{name} is '{value}'; write yes or no.")
        return FLAGS[value]

    def number(self, name: str, default: float, *, least: float = 0) -> float:
        """A number not below `least`."""
        value = self.text(name)
        if not value:
            return default
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            refuse(f"{name} is '{value}'; write a number.")
        if number < least:
            refuse(f"{name} is {value}; it must be at least {least:g}.")
        return number

    def choice(self, name: str, default: str, choices: Iterable[str]) -> str:
        """One of `choices`."""
        value = self.text(name) or default
        if value not in choices:
            refuse(f"{name} is '{value}'; choose one of {', '.join(choices)}.")
        return value

    def words(self, name: str, default: str = "") -> list[str]:
        """A list written with commas."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def origin(self, name: str, default: str) -> str:
        """A scheme and host, such as https://example.org, without a path or a final slash."""
        value = (self.text(name) or default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username:
            refuse(f"{name} is '{value}'; write the site's address as in https://example.org, without a path.")
        try:
            parts.port  # noqa: B018 - reading the port is the check
        except ValueError:
            refuse(f"{name} is '{value}'; its port is not a number from 0 to 65535.")
        return value

    def database(self, name: str, default: str) -> dict[str, Any]:
        """A Django database from a URL: sqlite or postgres."""
        value = self.text(name) or default
        if value.partition(":")[0] not in DATABASES:
            scheme = value.partition(":")[0]
            refuse(f"{name} begins with '{scheme}'; write sqlite:///path/to/file or postgres://user:password@host/name.")
        try:
            config: dict[str, Any] = environ.Env.db_url_config(value)
        except (ValueError, KeyError):
            refuse(f"{name} cannot be read; write sqlite:///path/to/file or postgres://user:password@host/name.")
        if not config.get("NAME"):
            refuse(f"{name} names no database; write sqlite:///path/to/file or postgres://user:password@host/name.")
        return config

    def redis(self, name: str, default: str) -> str:
        """The address of a Redis or Valkey server."""
        value = self.text(name) or default
        if urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            refuse(f"{name} must begin with redis://, rediss:// or unix://.")
        return value

    def keys(self, name: str) -> list[str]:
        """Fernet keys, newest first."""
        keys = self.words(name)
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                refuse(f"{name} holds a key of the wrong form; make one with 'python manage.py new_credential_key'.")
        return keys

    def networks(self, name: str) -> list[str]:
        """Networks in CIDR form."""
        words = self.words(name)
        for word in words:
            try:
                ip_network(word)
            except ValueError:
                refuse(f"{name} holds '{word}'; write networks as in 127.0.0.0/8.")
        return words

    def ports(self, name: str) -> list[int]:
        """Port numbers."""
        words = self.words(name)
        for word in words:
            if not (word.isascii() and word.isdigit() and 0 < int(word) < 65536):
                refuse(f"{name} holds '{word}'; write port numbers from 1 to 65535.")
        return [int(word) for word in words]

    def finish(self) -> None:
        """Refuse names that nobody read: a misspelt setting must not pass for a default."""
        stray = {name for name in os.environ if name.startswith(self.prefixes)} | set(self.file)
        for name in sorted(stray - self.known):
            refuse(f"{name} is not a setting of Homeward; docs/operations.md lists them all.")


def _read(dotenv: Path) -> dict[str, str]:
    lines = (line.strip() for line in dotenv.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
