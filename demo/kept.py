"""What the demonstration keeps between starts: its settings in `.env`, and two secrets of its own."""

import base64
import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from demo.ports import Trouble

ENV_HEADING = """\
# Written by 'make run' for the demonstration on this machine, and read by every 'python manage.py' here.
# Its keys belong to the data in var/: lose them and the outlets' credentials must be entered again.
# 'make run' follows its ports with the addresses below and leaves every other line as it is.
"""


@dataclass(frozen=True)
class Kept:
    """The demonstration's own secrets: the editor's password and the key that the demo outlet shares with us."""

    password: str
    outlet_secret: str


def recall(path: Path) -> Kept:
    """The secrets of the first start, made up on that start. Only the owner may read the file that holds them."""
    if not path.is_file():
        letters = "abcdefghjkmnpqrstuvwxyz23456789"
        password = "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))
        outlet_secret = f"whsec_{base64.b64encode(os.urandom(32)).decode()}"
        _write_privately(path, json.dumps({"password": password, "outlet_secret": outlet_secret}, indent=2) + "\n")
    return Kept(**json.loads(path.read_text(encoding="utf-8")))


def settle_env_file(path: Path, ports: dict[str, int]) -> dict[str, str]:
    """Bring this `.env` in line with these ports, making up keys that it lacks; what it says then.

    Raises Trouble if the file there is not a demonstration's.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else [*ENV_HEADING.splitlines(), "DEBUG=yes"]
    found = _pairs(lines)
    if found.get("DEBUG", "").lower() not in ("yes", "true", "on", "1"):
        raise Trouble("The .env here does not say DEBUG=yes, so it is not the demonstration's. Move it away, then run again.")
    made = {"SECRET_KEY": secrets.token_urlsafe(50), "CREDENTIAL_KEYS": Fernet.generate_key().decode()}
    wanted = {name: value for name, value in made.items() if not found.get(name)} | {
        "SITE_URL": f"http://127.0.0.1:{ports['PORT']}",
        "REDIS_URL": f"redis://127.0.0.1:{ports['VALKEY_PORT']}/0",
        "SYNDICATION_ALLOWED_NETWORKS": "127.0.0.1/32",
        "SYNDICATION_ALLOWED_PORTS": str(ports["OUTLET_PORT"]),
    }
    kept = [line for line in lines if line.partition("=")[0].strip() not in wanted]
    text = "\n".join([*kept, *(f"{name}={value}" for name, value in wanted.items())]) + "\n"
    if not path.is_file() or text != path.read_text(encoding="utf-8"):
        _write_privately(path, text)
    return _pairs(text.splitlines())


def _pairs(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def _write_privately(path: Path, text: str) -> None:
    """Whole or not at all, and readable by its owner only from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def environment(environ: dict[str, str], settings: dict[str, str], ports: dict[str, int], kept: Kept) -> dict[str, str]:
    """What the processes see: `.env` wins over the shell, so that another project's DATABASE_URL is never filled with ours."""
    return {
        **environ,
        "DATABASE_URL": "",
        "DATA_DIR": "",
        **settings,
        **{name: str(port) for name, port in ports.items()},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "DEMO_PASSWORD": kept.password,
        "DEMO_OUTLET_URL": f"http://127.0.0.1:{ports['OUTLET_PORT']}",
        "DEMO_OUTLET_SECRET": kept.outlet_secret,
        "OUTLET_SECRET": kept.outlet_secret,
        # Below honcho's own patience of five seconds, after which it kills.
        "GUNICORN_CMD_ARGS": "--graceful-timeout 3",
    }
