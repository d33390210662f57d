"""The hostile corpus: each case is a host of its own that misbehaves in one way, and the verdict that its page gets all the same.

`{inside}` in an address is the port of a server that must never hear of us.
"""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.fakes import partner as partners
from tests.fakes.partner import DRIP, MEGABYTE, Behaviour, Visit, page

UNREACHABLE, HONOURED = "unreachable", "honoured"


@dataclass(frozen=True)
class Case:
    """`behave` answers for the page, `robots` for robots.txt (None: there is none); `copy` is a copy whose text is read.

    `verdict` None: any, as long as there is one.
    """

    name: str
    behave: Behaviour
    verdict: str | None = UNREACHABLE
    robots: Behaviour | None = None
    copy: bool = False


def raw(*pieces: bytes, hang_up: bool = True) -> Behaviour:
    """These bytes and no others."""

    def say(visit: Visit) -> None:
        visit.say(*pieces)
        if hang_up:
            visit.hang_up()

    return say


def head(*fields: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: text/html", *fields, "", ""]).encode("latin-1")


def for_ever(begin: bytes, piece: bytes, pause: float = 0.0) -> Behaviour:
    def say(visit: Visit) -> None:
        visit.say(begin)
        visit.say_for_ever(piece, pause)

    return say


def redirect(location: str, status: str = "302 Go") -> Behaviour:
    def say(visit: Visit) -> None:
        inside = str(visit.server.partner.inside)  # type: ignore[attr-defined]
        told = location.replace("{inside}", inside)
        visit.say(head(f"Location: {told}", "Content-Length: 0", status=status))

    return say


def replied(body: bytes, **headers: str) -> Behaviour:
    return lambda visit: visit.reply(200, body, **headers)


@cache
def bomb(bits: int, megabytes: int = 64) -> bytes:
    packer = zlib.compressobj(9, wbits=bits)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes)) + packer.flush()


@cache
def nested() -> bytes:
    return gzip.compress(bomb(31))


@cache
def crowded(tag: str, times: int) -> bytes:
    return b"<!doctype html><title>x</title>" + tag.encode() * times


@cache
def attributes() -> bytes:
    return b"<!doctype html><p " + b" ".join(b"a%x" % number for number in range(200_000)) + b">"


def deferred(make: Callable[[], bytes], **headers: str) -> Behaviour:
    """A body that is made once, before anything is measured."""
    make()
    return lambda visit: visit.reply(200, make(), **headers)


def slowly_onward(visit: Visit) -> None:
    visit.sleep(0.4)
    visit.reply(302, location="/on")


def flood_then_page(visit: Visit) -> None:
    visit.say(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)
    page(visit)


def ask_for_cookie(visit: Visit) -> None:
    if "cookie" in visit.headers:
        return page(visit)
    return visit.reply(302, location="/again", set_cookie="seen=1")


def two_answers(visit: Visit) -> None:
    """A second answer that nobody asked for, left in the connection for the next request."""
    visit.say(head("Content-Length: 2"), b"ok", head("Content-Length: 4", status="404 No"), b"evil")


CASES = [
    *(
        Case(f"page: {name}", one)
        for name, one in (partners.SLOW | partners.CUT | partners.TOO_MUCH | partners.SENSELESS).items()
    ),
    # Drips and ends that never come.
    Case("drip of header lines", for_ever(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", DRIP)),
    Case("drip after a whole head", for_ever(head("Content-Length: 99999"), b"<p>", DRIP)),
    Case("events without end", for_ever(head("Content-Type: text/event-stream"), b"data: x\n\n", DRIP)),
    Case(
        "pictures that replace each other",
        for_ever(head("Content-Type: multipart/x-mixed-replace; boundary=x"), b"--x\r\n\r\nx", DRIP),
    ),
    Case("endless chunk extension", for_ever(head("Transfer-Encoding: chunked") + b"1;", b"x" * 4096)),
    Case("endless trailers", for_ever(head("Transfer-Encoding: chunked") + b"0\r\n", b"X-T: t\r\n" * 512)),
    Case("endless status line", for_ever(b"HTTP/1.1 200 ", b"O" * 65536)),
    Case("endless interim answers", for_ever(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 500)),
    Case("endless early hints", for_ever(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500)),
    Case("endless spaces", for_ever(b"", b" " * 65536)),
    Case("endless NUL", for_ever(b"", bytes(65536))),
    # Bombs, and pages that are too long.
    Case("bomb: gzip", deferred(lambda: bomb(31), content_encoding="gzip"), copy=True),
    Case("bomb: x-gzip", deferred(lambda: bomb(31), content_encoding="x-gzip")),
    Case("bomb: deflate", deferred(lambda: bomb(15), content_encoding="deflate"), copy=True),
    Case("bomb: raw deflate", deferred(lambda: bomb(-15), content_encoding="deflate")),
    Case("bomb: brotli, which we never asked for", deferred(lambda: bomb(31), content_encoding="br")),
    Case("bomb: zstd, which we never asked for", deferred(lambda: bomb(31), content_encoding="zstd")),
    Case("bomb in a bomb, both declared", deferred(nested, content_encoding="gzip, gzip")),
    Case("bomb in a bomb, one declared", deferred(nested, content_encoding="gzip"), HONOURED),
    Case(
        "bomb in chunks of one byte",
        raw(head("Content-Encoding: gzip", "Transfer-Encoding: chunked"), *(b"1\r\n%c\r\n" % byte for byte in bomb(31)[:60_000])),
    ),
    Case("10 MB of page", raw(head("Content-Length: 10485760"), *[MEGABYTE] * 10), copy=True),
    Case("10 MB of page, packed", deferred(lambda: gzip.compress(b"<p>words</p>" * 900_000), content_encoding="gzip"), copy=True),
    Case("a page of nothing but tags", deferred(lambda: crowded("<b>", 660_000)), copy=True),
    Case("a page of nested tables", deferred(lambda: crowded("<table>", 280_000)), copy=True),
    Case("a tag of nothing but attributes", deferred(attributes), copy=True),
    Case("the same in UTF-16", deferred(lambda: ("\ufeff" + attributes()[:900_000].decode()).encode("utf-16-le")), copy=True),
    # Lengths and chunks that lie.
    Case("a negative length", raw(head("Content-Length: -5"), b"x"), None),
    Case("a length that is no number", raw(head("Content-Length: many"), b"x"), None),
    Case("a length beyond all bounds", raw(head(f"Content-Length: {'9' * 400}"), b"x"), None),
    Case("too short a length", raw(head("Content-Length: 2"), b"ok and much more"), HONOURED),
    Case(
        "length and chunks at once",
        raw(head("Content-Length: 3", "Transfer-Encoding: chunked"), b"2\r\nok\r\n0\r\n\r\n"),
        HONOURED,
    ),
    Case("a chunk beyond all bounds", raw(head("Transfer-Encoding: chunked"), b"f" * 30 + b"\r\nx")),
    Case("a chunk without a size", raw(head("Transfer-Encoding: chunked"), b"\r\n\r\n\r\n")),
    Case("a chunk size with a sign", raw(head("Transfer-Encoding: chunked"), b"+2\r\nok\r\n0\r\n\r\n"), None),
    Case("chunks that end early", raw(head("Transfer-Encoding: chunked"), b"5\r\nhel")),
    Case("a coding of transfer that nobody knows", raw(head("Transfer-Encoding: gzip, identity"), b"x"), None),
    # Heads that make no sense.
    Case("interim answers, then the page", flood_then_page, None),
    Case(
        "switching protocols",
        raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", b"\x81\x05hello"),
    ),
    Case("HTTP/2 at once", raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))),
    Case("HTTP/0.9", raw(b"<html>page</html>")),
    Case("HTTP/9.9", raw(b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\nok"), None),
    Case("status 000", raw(b"HTTP/1.1 000 No\r\nContent-Length: 0\r\n\r\n")),
    Case("status 999", raw(b"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n")),
    Case("status -1", raw(b"HTTP/1.1 -1 No\r\nContent-Length: 0\r\n\r\n")),
    Case("status of a hundred digits", raw(b"HTTP/1.1 " + b"2" * 100 + b" OK\r\n\r\n")),
    Case("NUL in a header", raw(b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 2\r\n\r\nok"), None),
    Case("a header without a colon", raw(b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nok"), None),
    Case("folded headers", raw(b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\n\tc\r\nContent-Length: 2\r\n\r\nok"), HONOURED),
    Case("only line feeds", raw(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), None),
    Case("a thousand links", raw(head(*[f"X-L{number}: <https://x.example/>" for number in range(1000)], "Content-Length: 0"))),
    Case("TLS where we speak plainly", raw(b"\x15\x03\x01\x00\x02\x02\x28")),
    Case("SSH", raw(b"SSH-2.0-OpenSSH_9.9\r\n")),
    Case("mail", raw(b"220 mx.example ESMTP\r\n")),
    Case("a second answer behind the first", two_answers, HONOURED),
    # Bodies.
    Case("NUL in the page", replied(b"<title>\x00</title>" + bytes(1000)), None, copy=True),
    Case("a page that is a picture", replied(b"\x89PNG\r\n\x1a\n" + bytes(1000), content_type="image/png"), None, copy=True),
    Case("a charset that is a bomb", replied(b"a" * 1000, content_type="text/html; charset=punycode"), None, copy=True),
    Case("a type beyond all bounds", replied(b"<p>x", content_type="text/html; charset=" + "x" * 50_000), None, copy=True),
    Case("no content", lambda visit: visit.reply(204), HONOURED),
    Case("a part that nobody asked for", lambda visit: visit.reply(206, b"<p>x", content_range="bytes 0-3/9999999"), HONOURED),
    Case("not modified, which nobody asked", lambda visit: visit.reply(304), None),
    Case("meta refresh to the inside", replied(b"<meta http-equiv=refresh content='0;url=http://127.0.0.2/'>"), None, copy=True),
    Case("a refresh header to the inside", replied(b"<p>x", refresh="0; url=http://127.0.0.2/"), HONOURED),
    Case("another service named for this", replied(b"<p>x", alt_svc='h2="127.0.0.2:80"'), HONOURED),
    Case("preloads from the inside", replied(b"<p>x", link="<http://169.254.169.254/>; rel=preload"), HONOURED),
    # Cookies, and questions who we are.
    Case("a cookie or round and round", ask_for_cookie),
    Case("a cookie of 60 kB", replied(b"<p>x", set_cookie="a=" + "b" * 60_000), HONOURED),
    *(
        Case(f"asks who we are: {scheme}", raw(head(f"WWW-Authenticate: {scheme}", "Content-Length: 0", status="401 No")))
        for scheme in ("Basic realm=x", "Negotiate", "NTLM", "Digest realm=x, nonce=y", "Bearer", "x" * 20_000)
    ),
    Case("asks who we are, as a proxy", raw(head("Proxy-Authenticate: Basic", "Content-Length: 0", status="407 No"))),
    Case("names a proxy", redirect("http://127.0.0.2:{inside}/", "305 Use Proxy"), None),
    # Redirects.
    Case("redirect without an address", redirect(""), None),
    Case("redirect to itself", redirect("?")),
    Case("redirects without end", partners.redirect_loop),
    Case("redirects that take their time", slowly_onward),
    Case("redirect of 60 kB", redirect("/" + "x" * 60_000), None),
    Case("redirect of 200 kB", redirect("/" + "x" * 200_000)),
    Case("redirect with NUL", redirect("http://a.example\x00.b.example/")),
    Case("redirect with a space", redirect("http://a b.example/")),
    *(
        Case(f"redirect to {where}", redirect(where))
        for where in (
            *("http://127.0.0.1:{inside}/", "http://127.0.0.2:{inside}/", "http://localhost:{inside}/", "http://0:{inside}/"),
            *(
                "http://2130706433:{inside}/",
                "http://017700000001:{inside}/",
                "http://0x7f000001:{inside}/",
                "http://127.1:{inside}/",
            ),
            *(
                "http://0177.0.0.1:{inside}/",
                "http://0x7f.1:{inside}/",
                "http://127.0.0.1.:{inside}/",
                "http://①②⑦.0.0.1:{inside}/",
            ),
            *(
                "http://[::1]:{inside}/",
                "http://[::ffff:127.0.0.1]:{inside}/",
                "http://[::ffff:7f00:1]:{inside}/",
                "http://[::]:{inside}/",
            ),
            *("http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1%25lo]/", "http://[fd00:ec2::254]/"),
            *(
                "http://10.0.0.1/",
                "http://172.16.0.1/",
                "http://192.168.0.1/",
                "http://100.100.100.200/",
                "http://0.0.0.0:{inside}/",
            ),
            *("http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/", "http://[::ffff:a9fe:a9fe]/"),
            *(
                "http://ok.example@127.0.0.2:{inside}/",
                "http://127.0.0.2:{inside}#@ok.example/",
                "http://ok.example:22/",
                "http://ok.example:6379/",
            ),
            *(
                "file:///etc/passwd",
                "ftp://127.0.0.1/",
                "gopher://127.0.0.1:{inside}/_x",
                "dict://127.0.0.1:{inside}/",
                "data:text/html,x",
            ),
            *(
                "javascript:alert(1)",
                "ws://127.0.0.1:{inside}/",
                "unix:///run/x.sock",
                "//127.0.0.2:{inside}/",
                "\\\\127.0.0.2\\x",
                "http://",
            ),
        )
    ),
    # robots.txt does the same.
    *(
        Case(f"robots.txt: {one.__name__}", page, robots=one)
        for one in (partners.hang, partners.drip_headers, partners.drip_body, partners.keep_promising, partners.reset)
    ),
    *(
        Case(f"robots.txt: {one.__name__}", page, robots=one)
        for one in (partners.endless_headers, partners.garbage, partners.no_headers, partners.negative_chunk, partners.wrong_gzip)
    ),
    Case(
        "robots.txt: endless, so its beginning counts",
        page,
        robots=for_ever(head("Connection: close") + b"User-agent: *\nDisallow: /\n", b"#" * 65536),
    ),
    Case("robots.txt: a bomb of nothing", page, HONOURED, robots=partners.bomb),
    Case("robots.txt: redirects without end", page, HONOURED, robots=partners.redirect_loop),
    Case("robots.txt: leads inside", page, HONOURED, robots=redirect("http://127.0.0.2:{inside}/robots.txt")),
    Case(
        "robots.txt: many names, many rules",
        page,
        HONOURED,
        robots=replied(b"User-agent: x%d\n" * 20_000 + b"Disallow: /\n" * 5_000),
    ),
    Case(
        "robots.txt: stars", page, HONOURED, robots=replied(b"User-agent: *\n" + (b"Disallow: /" + b"*a" * 30 + b"*b\n") * 5_000)
    ),
    Case("robots.txt: a fault", page, robots=lambda visit: visit.reply(503)),
]
