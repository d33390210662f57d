"""A real Ghost from npm, on loopback. `python -m tests.ghost` installs it into var/ghost, once; it needs Node 18 to 20 and npm.

It is installed from its unpacked package: npm cannot install a package that has files of its own among its dependencies. Only
sqlite3 is built; on a machine that cannot fetch a built one, from its source, with Node's own headers.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from tests.servers import Missing, free_port

VERSION = "5.130.6"
FOLDER = Path(__file__).resolve().parent.parent / "var" / "ghost"
BUILT = FOLDER / "node_modules/sqlite3/build/Release/node_sqlite3.node"
HEADERS = Path("/usr/include/node")
STARTED_WITHIN = 180.0
EMAIL, PASSWORD = "desk@lantern.example", "a long word for the desk 7"


def install() -> None:
    """Install it, unless it is there. Raises Missing without Node or npm."""
    if BUILT.is_file():
        return
    if not shutil.which("npm"):
        raise Missing("Node and npm are not installed. On Debian: apt-get install nodejs npm.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    subprocess.run(["npm", "pack", f"ghost@{VERSION}", "--silent"], cwd=FOLDER, check=True)
    (package,) = FOLDER.glob("*.tgz")
    subprocess.run(["tar", "xzf", package.name, "--strip-components=1"], cwd=FOLDER, check=True)
    package.unlink()
    _without_what_only_its_developers_need()
    quiet = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "install", "--omit=dev", "--legacy-peer-deps", "--ignore-scripts", *quiet], cwd=FOLDER, check=True)
    headers = {"npm_config_nodedir": str(HEADERS.parent.parent)} if HEADERS.is_dir() else {}
    subprocess.run(["npm", "rebuild", "sqlite3"], cwd=FOLDER, check=True, env={**os.environ, **headers})


def _without_what_only_its_developers_need() -> None:
    """npm looks even for what it shall not install, and does not know Yarn's `resolutions`."""
    manifest = FOLDER / "package.json"
    facts = json.loads(manifest.read_text(encoding="utf-8"))
    facts.pop("devDependencies", None)
    facts["overrides"] = facts.pop("resolutions", {})
    manifest.write_text(json.dumps(facts), encoding="utf-8")


class Ghost:
    """One Ghost with a database and content of its own. `key` is the Admin API key of an integration called Homeward."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="homeward-ghost-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = ""
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.desk = requests.Session()
        # Its sessions belong to an origin.
        self.desk.headers["Origin"] = self.url

    def start(self) -> None:
        """Serve, with an owner and an integration."""
        shutil.copytree(FOLDER / "content", self.folder / "content", dirs_exist_ok=True)
        environment = {
            "NODE_ENV": "production",
            "url": self.url,
            "server__host": "127.0.0.1",
            "server__port": str(self.port),
            "database__client": "sqlite3",
            "database__connection__filename": str(self.folder / "ghost.db"),
            "database__useNullAsDefault": "true",
            "paths__contentPath": str(self.folder / "content"),
            # Nobody listens there: it writes to nobody.
            "mail__transport": "SMTP",
            "mail__options__host": "127.0.0.1",
            "mail__options__port": "9",
            "privacy__useUpdateCheck": "false",
            "privacy__useGravatar": "false",
            "security__staffDeviceVerification": "false",
            "logging__transports": '["stdout"]',
            "logging__level": "warn",
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["node", "index.js"],
                cwd=FOLDER,
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()
        self.ask("POST", "authentication/setup/", {"setup": [_owner()]})
        self.ask("POST", "session/", {"username": EMAIL, "password": PASSWORD})
        made = self.ask("POST", "integrations/?include=api_keys", {"integrations": [{"name": "Homeward"}]})
        self.key = next(key["secret"] for key in made["integrations"][0]["api_keys"] if key["type"] == "admin")

    def ask(self, method: str, path: str, told: Any = None) -> Any:
        """One request of the desk to the Admin API."""
        answer = self.desk.request(method, f"{self.url}/ghost/api/admin/{path}", json=told, timeout=60)
        assert answer.ok, f"{answer.status_code} {answer.text[:2000]}"
        return answer.json() if "json" in answer.headers.get("content-type", "") else None

    def posts(self) -> list[dict[str, Any]]:
        """Every post that is not Ghost's own, as the desk sees it."""
        return self.ask("GET", "posts/?limit=all&include=tags&formats=html&filter=tag:hash-homeward")["posts"]

    def stop(self) -> None:
        """End it, and leave nothing."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                if requests.get(f"{self.url}/ghost/api/admin/site/", timeout=10).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.5)
        raise RuntimeError(f"Ghost did not start:\n{self.log.read_text(errors='replace')[-3000:]}")


def _owner() -> dict[str, str]:
    return {"name": "The desk", "email": EMAIL, "password": PASSWORD, "blogTitle": "Lantern"}


if __name__ == "__main__":
    try:
        install()
    except (Missing, subprocess.CalledProcessError) as problem:
        sys.exit(str(problem))
