"""A mail server on loopback: it keeps what it takes, and misbehaves when asked to.

with Postbox() as postbox:
    postbox.letters                       # what it took: Letter(sender, recipients, message)
    postbox.answers["RCPT"] = "550 5.1.1 no such desk"
    postbox.hang_up_after = "DATA"        # takes the message and says nothing more
"""

import email
import email.policy
import socketserver
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Letter:
    """One message as it was taken."""

    sender: str
    recipients: list[str]
    message: EmailMessage


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: "_Server"

    def handle(self) -> None:
        postbox = self.server.postbox
        self.say(postbox.answers.get("GREETING", "220 postbox"))
        sender = ""
        recipients: list[str] = []
        while line := self.rfile.readline(2000).decode("ascii", "replace").strip():
            verb = line.split()[0].upper()
            if postbox.hang_up_after == verb and verb != "DATA":
                return
            if refusal := postbox.answers.get(verb):
                self.say(refusal)
                continue
            if verb == "EHLO":
                self.say("250-postbox", "250 8BITMIME")
            elif verb == "MAIL":
                sender = line.partition(":")[2]
                recipients = []
                self.say("250 ok")
            elif verb == "RCPT":
                address = line.partition(":")[2].strip().strip("<>")
                self.say(postbox.answers.get(f"RCPT {address}", "250 ok"))
                if f"RCPT {address}" not in postbox.answers:
                    recipients.append(address)
            elif verb == "DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(part.removeprefix(b".") if part.startswith(b"..") else part)
                message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                postbox.letters.append(Letter(sender, recipients, message))  # type: ignore[arg-type]
                if postbox.hang_up_after == "DATA":
                    return
                self.say(postbox.answers.get("END", "250 taken"))
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")

    def say(self, *lines: str) -> None:
        with suppress(OSError):
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, postbox: "Postbox"):
        self.postbox = postbox
        super().__init__(("127.0.0.1", 0), _Talk)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class Postbox:
    """The server, as a context manager."""

    def __init__(self) -> None:
        self._server = _Server(self)
        self.port: int = self._server.server_address[1]
        self.letters: list[Letter] = []
        self.answers: dict[str, str] = {}
        self.hang_up_after = ""

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="postbox", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
