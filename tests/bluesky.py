"""A real data server of Bluesky from npm, on loopback. `python -m tests.bluesky` installs it into var/bluesky, once.

It needs Node 20 and npm. With it runs a directory of accounts that lives in memory, so that nothing is asked of the network.
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

PACKAGES = ("@atproto/pds@0.4.217", "@did-plc/server@0.0.1")
FOLDER = Path(__file__).resolve().parent.parent / "var" / "bluesky"
INSTALLED = FOLDER / "node_modules" / "@did-plc" / "server" / "package.json"
BUILT = FOLDER / "node_modules" / "better-sqlite3" / "build" / "Release" / "better_sqlite3.node"
STARTED_WITHIN = 60.0
HANDLE, PASSWORD = "harbour.test", "a long word for the desk 7"
POSTS = "app.bsky.feed.post"
SERVE = """
const plc = require("@did-plc/server");
const { PDS, envToCfg, envToSecrets } = require("@atproto/pds");
const [port, plcPort, folder] = [Number(process.env.PORT), Number(process.env.PLC_PORT), process.env.FOLDER];
const key = () => require("crypto").randomBytes(32).toString("hex");
(async () => {
  await plc.PlcServer.create({ db: plc.Database.mock(), port: plcPort }).start();
  const facts = {
    devMode: true, port, hostname: "localhost", dataDirectory: folder, blobstoreDiskLocation: `${folder}/blobs`,
    serviceHandleDomains: [".test"], adminPassword: key(), jwtSecret: key(), dpopSecret: key(), inviteRequired: false,
    plcRotationKeyK256PrivateKeyHex: key(), didPlcUrl: `http://localhost:${plcPort}`, disableSsrfProtection: true, crawlers: [],
    bskyAppViewUrl: "https://app.invalid", bskyAppViewDid: "did:example:invalid",
    modServiceUrl: "https://moderation.invalid", modServiceDid: "did:example:invalid",
  };
  await (await PDS.create(envToCfg(facts), envToSecrets(facts))).start();
})().catch((problem) => { console.error(problem); process.exit(1); });
"""


def install() -> None:
    """Install it, unless it is there. Raises Missing without Node or npm."""
    if INSTALLED.is_file() and BUILT.is_file():
        return
    if not shutil.which("npm"):
        raise Missing("Node and npm are not installed. On Debian: apt-get install nodejs npm.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "package.json").write_text('{"private": true}')
    quiet = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "install", "--omit=dev", "--ignore-scripts", *quiet, *PACKAGES], cwd=FOLDER, check=True)
    subprocess.run(["npm", "rebuild", "better-sqlite3"], cwd=FOLDER, check=True)


class DataServer:
    """One server with one account. `app_password` is what we may post with."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="homeward-bluesky-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.desk = requests.Session()
        self.did = self.app_password = ""

    def start(self) -> None:
        """Serve, with an account and an app password."""
        environment = {"PORT": str(self.port), "PLC_PORT": str(free_port()), "FOLDER": str(self.folder), "LOG_ENABLED": "false"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["node", "--eval", SERVE],
                cwd=FOLDER,
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()
        facts = {"handle": HANDLE, "email": "desk@home.example", "password": PASSWORD}
        account = self.ask("com.atproto.server.createAccount", facts)
        self.did = account["did"]
        self.desk.headers["authorization"] = f"Bearer {account['accessJwt']}"
        self.app_password = self.ask("com.atproto.server.createAppPassword", {"name": "Homeward"})["password"]

    def ask(self, name: str, told: Any) -> Any:
        """One request of whoever owns the account."""
        answer = self.desk.post(f"{self.url}/xrpc/{name}", json=told, timeout=30)
        assert answer.ok, f"{answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.content else None

    def posts(self) -> list[dict[str, Any]]:
        """Every post of the account: its address, version and record."""
        asked = {"repo": self.did, "collection": POSTS}
        answer = requests.get(f"{self.url}/xrpc/com.atproto.repo.listRecords", params=asked, timeout=30)
        found: list[dict[str, Any]] = answer.json()["records"]
        return found

    def change(self, post: dict[str, Any], text: str) -> None:
        """Whoever owns the account changes a post."""
        record = {**post["value"], "text": text, "facets": []}
        told = {"repo": self.did, "collection": POSTS, "rkey": post["uri"].rpartition("/")[2], "record": record}
        self.ask("com.atproto.repo.putRecord", json.loads(json.dumps(told)))

    def forget(self) -> None:
        """Delete every post."""
        for post in self.posts():
            told = {"repo": self.did, "collection": POSTS, "rkey": post["uri"].rpartition("/")[2]}
            self.ask("com.atproto.repo.deleteRecord", told)

    def stop(self) -> None:
        """End it, and leave nothing."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                if requests.get(f"{self.url}/xrpc/com.atproto.server.describeServer", timeout=10).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.2)
        raise RuntimeError(f"The data server did not start:\n{self.log.read_text(errors='replace')[-3000:]}")


if __name__ == "__main__":
    try:
        install()
    except (Missing, subprocess.CalledProcessError) as problem:
        sys.exit(str(problem))
