"""The judge of partners' pages. Each page's verdict was written down from the HTML Standard before the judge saw the page."""

import html
import json
from dataclasses import asdict, dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from syndication.contract import Contract
from syndication.findings import find
from syndication.judge import Evidence, Judgement, judge
from syndication.markup import calmed
from tests import factories as make

HOME = "https://home.example/stories/river/"
COPY = "https://partner.example/2026/river"
ELSEWHERE = "https://third.example/river"
OURS = f'<link rel="canonical" href="{HOME}">'
THEIRS = f'<link rel="canonical" href="{COPY}">'

CANONICAL = Contract(canonical=True, noindex=False, link=False)
NOINDEX = Contract(canonical=False, noindex=True, link=False)
LINK = Contract(canonical=False, noindex=False, link=True)
ALL = Contract(canonical=True, noindex=True, link=True)
NOTHING = Contract(canonical=False, noindex=False, link=False)


@dataclass(frozen=True)
class Page:
    """A partner's page, the verdict it deserves, and words that its sentence and its evidence must hold."""

    verdict: str
    source: str | bytes
    says: str = ""
    shows: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/html; charset=utf-8"})
    want: str = HOME
    contract: Contract = CANONICAL

    def judged(self) -> Judgement:
        body = self.source if isinstance(self.source, bytes) else self.source.encode()
        return judge(find(body, self.headers, COPY), self.contract, self.want, 200, COPY)


def page(head: str = "", body: str = "<p>The river rose.</p>") -> str:
    return f"<!doctype html><html lang=en><head><meta charset=utf-8><title>River</title>{head}</head><body>{body}</body></html>"


def link(value: str) -> dict[str, str]:
    return {"content-type": "text/html", "link": value}


WORDPRESS = f"""<!DOCTYPE html>
<html lang="en-GB" class="no-js">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="profile" href="https://gmpg.org/xfn/11">
<meta name='robots' content='index, follow, max-image-preview:large, max-snippet:-1' />
<!-- This site is optimized with an SEO plugin -->
<title>The river - Partner</title>
<link rel="canonical" href="{{canonical}}" />
<meta property="og:url" content="{HOME}" />
<script type="application/ld+json" class="schema-graph">{{{{"@context":"https://schema.org","@graph":[
{{{{"@type":"Article","mainEntityOfPage":{{{{"@id":"{HOME}"}}}}}}}}]}}}}</script>
<!-- / SEO plugin. -->
<link rel="alternate" type="application/rss+xml" title="Partner &raquo; Feed" href="https://partner.example/feed/" />
<script>window._settings = {{{{"baseUrl":"https:\\/\\/s.example\\/emoji\\/"}}}};</script>
<style>img.wp-smiley{{{{border:none}}}}</style>
<link rel='shortlink' href='https://partner.example/?p=17' />
</head>
<body class="post-template-default single"><div id="page"><a class="skip-link" href="#content">Skip</a>
<article><p>The river rose.</p><p>First published at <a href="{HOME}">Home</a>.</p></article></div></body></html>"""

GHOST = f"""<!DOCTYPE html><html lang="en"><head>
    <title>The river</title><meta charset="utf-8">
    <link rel="preload" as="style" href="/assets/built/screen.css">
    <link rel="canonical" href="{HOME}">
    <meta name="referrer" content="no-referrer-when-downgrade">
    <meta property="og:url" content="{HOME}">
    <script type="application/ld+json">
{{"@context": "https://schema.org", "@type": "Article", "headline": "The river", "mainEntityOfPage": "{COPY}"}}
    </script>
    <meta name="generator" content="Ghost 6.0"></head><body class="post-template"><p>The river rose.</p></body></html>"""

TAG_MANAGER = '<iframe src="https://tags.example/ns.html" height="0" width="0" style="display:none"></iframe>'
PIXEL = '<noscript><img height="1" width="1" src="https://pixel.example/tr?id=1"></noscript>'

CANONICALS = {
    # What honest systems send.
    "a WordPress page with an SEO plugin": Page("honoured", WORDPRESS.format(canonical=HOME)),
    "a WordPress page that names itself": Page("wrong", WORDPRESS.format(canonical=COPY), "names itself as its home"),
    "a WordPress page that names itself with a query": Page("wrong", WORDPRESS.format(canonical=COPY + "?p=17"), "names itself"),
    "a Ghost page, whose JSON-LD stays with itself": Page("honoured", GHOST, shows="JSON-LD names another page"),
    "a page made by hand, in capitals, without quotes": Page(
        "honoured", f"<HTML><HEAD><LINK REL=CANONICAL HREF={HOME}></HEAD>Hi"
    ),
    "single quotes": Page("honoured", page(f"<link rel='canonical' href='{HOME}'/>")),
    "href before rel": Page("honoured", page(f'<link href="{HOME}" rel="canonical">')),
    "no head tag at all": Page("honoured", f"<!doctype html><title>River</title>{OURS}<p>The river rose."),
    "nothing but the link": Page("honoured", OURS),
    "several relations in one rel": Page("honoured", page(f'<link rel="shortlink Canonical" href="{HOME}">')),
    "relations parted by a line break": Page("honoured", page(f'<link rel="canonical\nshortlink" href="{HOME}">')),
    "blanks around the address": Page("honoured", page(f'<link rel=canonical href=" \n{HOME}\t">')),
    "a line break within the address": Page("honoured", page(f'<link rel=canonical href="{HOME[:20]}\n{HOME[20:]}">')),
    "the address in entities": Page(
        "honoured", page(f'<link rel=canonical href="{HOME.replace("/", "&#x2F;").replace(":", "&colon;")}">')
    ),
    "the relation in entities": Page("honoured", page(f'<link rel="&#99;anonical" href="{HOME}">')),
    "an ampersand written as it should be": Page(
        "honoured", page('<link rel=canonical href="https://home.example/?a=1&amp;b=2">'), want="https://home.example/?a=1&b=2"
    ),
    "an ampersand that looks like an entity and is none": Page(
        "honoured", page('<link rel=canonical href="https://home.example/?a=1&copy=2">'), want="https://home.example/?a=1&copy=2"
    ),
    "an ampersand escaped twice": Page(
        "wrong", page('<link rel=canonical href="https://home.example/?a=1&amp;amp;b=2">'), want="https://home.example/?a=1&b=2"
    ),
    "the first of two href attributes is ours": Page("honoured", page(f'<link rel=canonical href="{HOME}" href="{COPY}">')),
    "the second of two href attributes is ours": Page("wrong", page(f'<link rel=canonical href="{COPY}" href="{HOME}">')),
    "between head and body": Page("honoured", f"<html><head></head>{OURS}<body><p>Hi</p></body></html>"),
    "in the head of a frameset": Page("honoured", f"<html><head>{OURS}</head><frameset><frame src=a></frameset></html>"),
    "XHTML": Page(
        "honoured",
        f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head>{OURS[:-1]}/></head><body/></html>',
        headers={"content-type": "application/xhtml+xml"},
    ),
    "no content type": Page("honoured", page(OURS), headers={}),
    "after script, style, noscript and template, which a head may hold": Page(
        "honoured",
        page(f"<script>'<div>'</script><style>a{{}}</style><noscript><style></style></noscript><template><p></template>{OURS}"),
    ),
    "after a comment that closes at once": Page("honoured", page(f"<!-->{OURS}")),
    "after a comment that holds a div": Page("honoured", page(f"<!-- <div> -->{OURS}")),
    "after an end tag that means nothing": Page("honoured", page(f"</div>{OURS}")),
    # Addresses.
    "capitals, port, dot and needless escapes": Page(
        "honoured", page('<link rel=canonical href="HTTPS://HOME.example.:443/%73tories/river/">')
    ),
    "with a fragment": Page(
        "honoured", page(f'<link rel=canonical href="{HOME}#more">'), shows="whose fragment search engines drop"
    ),
    "without a scheme, after two slashes": Page("honoured", page(f'<link rel=canonical href="{HOME.removeprefix("https:")}">')),
    "against a base of ours": Page(
        "honoured", page('<base href="https://home.example/stories/"><link rel=canonical href="river/">')
    ),
    "against a base that comes later": Page(
        "honoured", page('<link rel=canonical href="/stories/river/"><base href="https://home.example/">')
    ),
    "against the first of two bases": Page(
        "wrong", page(f'<base href="{COPY}"><base href="https://home.example/"><link rel=canonical href="/stories/river/">')
    ),
    "against a base that is no address": Page(
        "wrong", page('<base href="javascript:1"><link rel=canonical href="/stories/river/">')
    ),
    "an Arabic address, as written": Page(
        "honoured",
        page('<link rel=canonical href="https://home.example/مقال/">'),
        want="https://home.example/%D9%85%D9%82%D8%A7%D9%84/",
    ),
    "an Arabic address in small escapes": Page(
        "honoured",
        page('<link rel=canonical href="https://home.example/%d9%85%d9%82%d8%a7%d9%84/">'),
        want="https://home.example/مقال/",
    ),
    "relative": Page("wrong", page('<link rel=canonical href="/stories/river/">'), "another page", "/stories/river/"),
    "the http variant": Page("wrong", page(f'<link rel=canonical href="{HOME.replace("https", "http")}">'), "our http address"),
    "without the closing slash": Page("wrong", page(f'<link rel=canonical href="{HOME[:-1]}">'), "without a slash at its end"),
    "with www": Page(
        "wrong", page('<link rel=canonical href="https://www.home.example/stories/river/">'), "our address with www"
    ),
    "in other capitals": Page("wrong", page('<link rel=canonical href="https://home.example/Stories/River/">'), "other capitals"),
    "with a campaign query": Page("wrong", page(f'<link rel=canonical href="{HOME}?utm_source=rss">'), "?utm_source=rss added"),
    "without https://": Page("wrong", page(f'<link rel=canonical href="{HOME.removeprefix("https://")}">'), "lacks the https://"),
    "another port": Page(
        "wrong", page('<link rel=canonical href="https://home.example:8443/stories/river/">'), "names another page"
    ),
    "our host as a user name": Page(
        "wrong", page('<link rel=canonical href="https://home.example@third.example/stories/river/">')
    ),
    "a third site": Page(
        "wrong", page(f'<link rel=canonical href="{ELSEWHERE}">'), f"names another page as its home ({ELSEWHERE})"
    ),
    "our front page": Page("wrong", page('<link rel=canonical href="https://home.example/">'), "names another page"),
    # Several.
    "two that disagree": Page("duplicated", page(OURS + THEIRS), "names 2 homes", COPY),
    "two that disagree, ours last": Page("duplicated", page(THEIRS + OURS), "a theme and a plugin"),
    "ours and its http variant": Page("duplicated", page(OURS + OURS.replace("https", "http"))),
    "three, none of them ours": Page(
        "duplicated", page(THEIRS + THEIRS.replace("river", "lake") + f"<link rel=canonical href={ELSEWHERE}>"), "3 homes"
    ),
    "the same twice": Page("honoured", page(OURS * 2), shows="the same canonical link again"),
    "the same, spelt twice": Page("honoured", page(OURS + OURS.replace("home.example", "HOME.example:443"))),
    "ours in the head, theirs in the body": Page("honoured", page(OURS, THEIRS), shows="does not count: it stands in the body"),
    "theirs in the head, ours in the body": Page("wrong", page(THEIRS, OURS), "names itself"),
    "ours, and an empty one": Page("honoured", page(OURS + '<link rel=canonical href="">'), shows="its address is empty"),
    # Not where it counts.
    "none": Page("missing", page(), "it has no canonical link. Ask the desk to set the canonical link to " + HOME),
    "an empty answer": Page("missing", ""),
    "in the body": Page("missing", page(body=OURS), "stands in the body", OURS),
    "after a stray div": Page("missing", page(f"<div></div>{OURS}"), "stands in the body"),
    "after a stray img": Page("missing", page(f'<img src="/p.gif" alt="">{OURS}'), "stands in the body"),
    "after a stray iframe": Page("missing", page(TAG_MANAGER + OURS), "stands in the body"),
    "after a stray word": Page("missing", page(f"oops {OURS}"), "stands in the body"),
    "after an element of somebody's own making": Page(
        "missing", page(f"<cookie-banner></cookie-banner>{OURS}"), "stands in the body"
    ),
    "after a stray p, though a head tag follows": Page("missing", f"<p></p><head>{OURS}</head>", "stands in the body"),
    "after head and a stray div": Page("missing", f"<head></head><div></div>{OURS}<body>", "stands in the body"),
    "in a drawing": Page("missing", page(body=f"<svg>{OURS}</svg>"), "stands in the body"),
    "commented out": Page("missing", page(f"<!-- {OURS} -->"), "commented out", OURS),
    "for old browsers only": Page("missing", page(f"<!--[if IE]>{OURS}<![endif]-->"), "commented out"),
    "after a comment that never ends": Page("missing", page(f"<!-- theme{OURS}"), "commented out"),
    "in a noscript in the head": Page("missing", page(f"<noscript>{OURS}</noscript>"), "noscript"),
    "in a noscript in the body": Page("missing", page(body=f"<noscript>{OURS}</noscript>"), "noscript"),
    "in a template": Page("missing", page(f"<template>{OURS}</template>"), "template"),
    "in a title that never ends": Page("missing", f"<head><title>River {OURS}</head>", "mere text"),
    "in a style that never ends": Page("missing", page(f"<style>a{{}} {OURS}"), "mere text"),
    "in a text box": Page("missing", page(body=f"<textarea>{OURS}</textarea>"), "mere text"),
    "in a frame's source": Page("missing", page(body=f"<iframe srcdoc='{OURS}'></iframe>"), "mere text"),
    "escaped in an article about canonicals": Page(
        "missing", page(body=f"<pre>{html.escape(OURS)}</pre>"), "it has no canonical link"
    ),
    "made by a script": Page(
        "missing",
        page(f"<script>var l=document.createElement('link');l.rel='canonical';l.href='{HOME}';document.head.append(l)</script>"),
        "only a script writes it",
        "l.rel='canonical'",
    ),
    "made by a script, attribute by attribute": Page(
        "missing",
        page(body=f'<script>l.setAttribute("rel", "canonical"); l.setAttribute("href", "{HOME}")</script>'),
        "only a script",
    ),
    "written by a script": Page("missing", page(f"<script>document.write('{OURS}')</script>"), "only a script", OURS),
    "in the data of a script": Page(
        "missing", page(body='<script>push("[\\"link\\",{\\"rel\\":\\"canonical\\"}]")</script>'), "only a script"
    ),
    "looked for by a script": Page(
        "missing",
        page("""<script>send(document.querySelector("link[rel='canonical']").href)</script>"""),
        "it has no canonical link",
    ),
    "in a script that never ends": Page("missing", page(f"<script>var a = 1; {OURS}"), "only a script"),
    "no address": Page("missing", page("<link rel=canonical>"), "its address is empty"),
    "an empty address": Page("missing", page('<link rel="canonical" href="">'), "its address is empty"),
    "a blank address": Page("missing", page('<link rel="canonical" href=" ">'), "its address is empty"),
    "an address for mail": Page("missing", page('<link rel="canonical" href="mailto:desk@home.example">'), "not a web address"),
    "a broken address": Page("missing", page('<link rel="canonical" href="https://[home]/">'), "not a web address"),
    "an address without a host": Page("missing", page('<link rel="canonical" href="https://">'), "not a web address"),
    "for another language": Page("missing", page(f'<link rel=canonical hreflang=ar href="{HOME}">'), "another version"),
    "for small screens": Page("missing", page(f'<link rel=canonical media="(width < 600px)" href="{HOME}">'), "another version"),
    "a no-break space in the relation": Page("missing", page(f'<link rel="canonical\xa0" href="{HOME}">'), "no canonical link"),
    "a stylesheet that is called so": Page(
        "missing", page('<link rel=stylesheet href="/css/canonical.css">'), "no canonical link"
    ),
    "a feed that is called so": Page("missing", page('<link rel="alternate" title="canonical" href=/feed>'), "no canonical link"),
    "a misspelt relation": Page("missing", page(f'<link rel="cannonical" href="{HOME}">'), "no canonical link"),
    "a longer relation": Page("missing", page(f'<link rel="canonical-url" href="{HOME}">')),
    "on an a element": Page("missing", page(body=f'<a rel="canonical" href="{HOME}">Home</a>')),
    "as a meta element": Page("missing", page(f'<meta name="canonical" content="{HOME}">')),
    "only og:url": Page("missing", page(f'<meta property="og:url" content="{HOME}">')),
    "only alternate": Page("missing", page(f'<link rel="alternate" href="{HOME}">')),
    "HTML sent as plain text": Page("missing", page(OURS), "serves text/plain", headers={"content-type": "text/plain"}),
    "an error page that answers 200": Page(
        "missing", "<!doctype html><title>Not found</title><h1>Sorry, this page does not exist</h1>", "no canonical link"
    ),
    "an error page that names the front page": Page(
        "wrong", page('<link rel=canonical href="https://partner.example/">', "<h1>Not found</h1>"), "names another page"
    ),
    "a page that only sends its readers on": Page(
        "missing", page(f'<meta http-equiv="Refresh" content="0; URL={HOME}">'), shows="sends its readers on by itself"
    ),
    "ours, and readers are sent on": Page(
        "honoured", page(OURS + f"<meta http-equiv=refresh content='5;url={ELSEWHERE}'>"), shows="sends its readers on"
    ),
    "ours, and the page reloads itself": Page("honoured", page(OURS + '<meta http-equiv="refresh" content="300">')),
    # It counts, with a word of caution.
    "after a pixel in a noscript": Page("honoured", page(PIXEL + OURS), shows="without scripts finds this link in the body"),
    "before a pixel in a noscript": Page("honoured", page(OURS + PIXEL)),
    "with a noindex nobody asked for": Page(
        "honoured", page(OURS + "<meta name=robots content=noindex>"), shows="nobody asked for"
    ),
    "with an og:url that disagrees": Page(
        "honoured", page(OURS + f'<meta property="og:url" content="{COPY}">'), shows="og:url names another page"
    ),
    # Headers.
    "by header alone": Page("honoured", page(), headers=link(f'<{HOME}>; rel="canonical"')),
    "by header, among others": Page(
        "honoured",
        page(),
        headers=link(f'</wp-json/>; rel="https://api.w.org/", </a,b>; rel="x"; title="a, b", <{HOME}>; REL=Canonical'),
    ),
    "header and element agree": Page("honoured", page(OURS), headers=link(f'<{HOME}>; rel="canonical"')),
    "header and element disagree": Page("duplicated", page(OURS), "names 2 homes", headers=link(f'<{COPY}>; rel="canonical"')),
    "two headers that disagree": Page("duplicated", page(), headers=link(f"<{HOME}>; rel=canonical, <{COPY}>; rel=canonical")),
    "a header of another page": Page(
        "missing", page(), "another page", headers=link(f'<{HOME}>; rel=canonical; anchor="https://partner.example/"')
    ),
    "a relative header ignores the base": Page(
        "wrong", page('<base href="https://home.example/">'), headers=link("</stories/river/>; rel=canonical")
    ),
    "a PDF with a header": Page(
        "honoured", b"%PDF-1.7", headers={"content-type": "application/pdf", "link": f"<{HOME}>; rel=canonical"}
    ),
    "a PDF without": Page(
        "missing", b"%PDF-1.7 " + OURS.encode(), "serves application/pdf", headers={"content-type": "application/pdf"}
    ),
    # Charsets.
    "UTF-8 with a byte order mark": Page("honoured", b"\xef\xbb\xbf" + page(OURS).encode()),
    "UTF-16 with a byte order mark, little end first": Page("honoured", b"\xff\xfe" + page(OURS).encode("utf-16-le")),
    "UTF-16 with a byte order mark, big end first": Page("honoured", b"\xfe\xff" + page(OURS).encode("utf-16-be")),
    "UTF-16 by header": Page("honoured", page(OURS).encode("utf-16-le"), headers={"content-type": "text/html; charset=UTF-16"}),
    "UTF-16 that says so in its meta element, and so is not": Page(
        "honoured", page(OURS).replace("charset=utf-8", "charset=utf-16"), headers={"content-type": "text/html"}
    ),
}

CAFE = "https://home.example/caf%C3%A9/"
NEWS = "https://home.example/%D8%AE%D8%A8%D8%B1/"


def charset(declared: str, slug: str, codec: str) -> bytes:
    return f'<head>{declared}<link rel="canonical" href="https://home.example/{slug}/"></head>'.encode(codec)


def typed(value: str) -> dict[str, str]:
    return {"content-type": value}


CHARSETS = {
    "Latin-1 by header": Page(
        "honoured", charset("", "café", "latin-1"), headers=typed("text/html; charset=ISO-8859-1"), want=CAFE
    ),
    "Latin-1 by header, in quotes": Page(
        "honoured", charset("", "café", "latin-1"), headers=typed('text/html;Charset="latin1"'), want=CAFE
    ),
    "Latin-1 by meta": Page(
        "honoured", charset("<meta charset=iso-8859-1>", "café", "latin-1"), headers=typed("text/html"), want=CAFE
    ),
    "Latin-1 by the old meta": Page(
        "honoured",
        charset('<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">', "café", "latin-1"),
        headers=typed("text/html"),
        want=CAFE,
    ),
    "Latin-1 that nobody declares": Page("honoured", charset("", "café", "latin-1"), headers=typed("text/html"), want=CAFE),
    "UTF-8 that nobody declares": Page("honoured", charset("", "café", "utf-8"), headers=typed("text/html"), want=CAFE),
    "the header beats the meta element": Page(
        "honoured", charset("<meta charset=utf-8>", "café", "latin-1"), headers=typed("text/html; charset=latin-1"), want=CAFE
    ),
    "the header misleads": Page(
        "wrong", charset("<meta charset=latin-1>", "café", "latin-1"), headers=typed("text/html; charset=utf-8"), want=CAFE
    ),
    "the byte order mark beats the header": Page(
        "honoured",
        charset("\ufeff", "café", "utf-8").replace(b"<head>\xef\xbb\xbf", b"\xef\xbb\xbf<head>"),
        headers=typed("text/html; charset=latin-1"),
        want=CAFE,
    ),
    "a charset that no browser knows": Page(
        "honoured", charset("", "café", "utf-8"), headers=typed("text/html; charset=klingon"), want=CAFE
    ),
    "a codec that is no charset": Page(
        "honoured", charset("", "café", "utf-8"), headers=typed("text/html; charset=unicode_escape"), want=CAFE
    ),
    "Arabic in Windows-1256": Page(
        "honoured", charset("<meta charset=windows-1256>", "خبر", "cp1256"), headers=typed("text/html"), want=NEWS
    ),
    "Arabic in ISO-8859-6": Page(
        "honoured", charset("", "خبر", "iso8859-6"), headers=typed("text/html; charset=iso-8859-6"), want=NEWS
    ),
    "Arabic in UTF-8": Page("honoured", charset("<meta charset=utf-8>", "خبر", "utf-8"), headers=typed("text/html"), want=NEWS),
    "Arabic declared by its XML": Page(
        "honoured",
        b'<?xml version="1.0" encoding="windows-1256"?>' + charset("", "خبر", "cp1256"),
        headers=typed("application/xhtml+xml"),
        want=NEWS,
    ),
    "Japanese in Shift JIS": Page(
        "honoured",
        charset("<meta charset=Shift_JIS>", "川", "cp932"),
        headers=typed("text/html"),
        want="https://home.example/%E5%B7%9D/",
    ),
}


def robots(content: str, name: str = "robots") -> str:
    return page(f'<meta name="{name}" content="{content}">')


def tagged(value: str) -> dict[str, str]:
    return {"content-type": "text/html", "x-robots-tag": value}


NOINDEXES = {
    "in the head": Page("honoured", robots("noindex"), "asks search engines to leave it out"),
    "with follow": Page("honoured", robots("noindex, follow")),
    "in capitals": Page("honoured", robots("NOINDEX,NOFOLLOW", "ROBOTS")),
    "none means noindex": Page("honoured", robots("none")),
    "two elements, the stricter one counts": Page(
        "honoured", page("<meta name=robots content=index><meta name=robots content=noindex>")
    ),
    "to Googlebot": Page("honoured", robots("noindex", "Googlebot"), shows="noindex, but to googlebot alone"),
    "to Google News": Page("missing", robots("noindex", "Googlebot-News"), "its noindex speaks to googlebot-news alone"),
    "to Bing": Page("missing", robots("noindex", "bingbot"), "its noindex speaks to bingbot alone"),
    "in the body": Page("missing", page(body='<meta name="robots" content="noindex">'), "stands in the body", "binds nobody"),
    "after a stray div": Page("missing", page('<div></div><meta name="robots" content="noindex">'), "stands in the body"),
    "commented out": Page("missing", page('<!-- <meta name="robots" content="noindex"> -->')),
    "in a noscript": Page("missing", page('<noscript><meta name="robots" content="noindex"></noscript>')),
    "index": Page("missing", robots("index, follow"), "does not ask search engines"),
    "a word that holds it": Page("missing", robots("noimageindex, noindexed")),
    "as a property": Page("honoured", page('<meta property="robots" content="noindex">')),
    "nothing": Page("missing", page(), "Ask the desk to put noindex into the robots meta tag"),
    "by header alone": Page("honoured", page(), headers=tagged("noindex")),
    "by header, among other rules": Page(
        "honoured", page(), headers=tagged("max-snippet: 20, NoIndex, unavailable_after: 25 Jun 2027 15:00:00 GMT")
    ),
    "by header, to Googlebot": Page("honoured", page(), shows="to googlebot alone", headers=tagged("googlebot: noindex")),
    "by header, to another bot": Page("missing", page(), "speaks to otherbot alone", headers=tagged("otherbot: noindex")),
    "by header, to all and to one": Page("honoured", page(), headers=tagged("noindex, googlebot: nofollow")),
    "by header, a second rule for the same bot": Page("honoured", page(), headers=tagged("googlebot: nofollow, noindex")),
    "by header, on a PDF": Page("honoured", b"%PDF", headers={"content-type": "application/pdf", "x-robots-tag": "noindex"}),
    "by header, nofollow only": Page("missing", page(), headers=tagged("nofollow")),
}

LINKS = {
    "in the text": Page(
        "honoured", page(body=f'<p>First at <a href="{HOME}">Home</a>.'), "links to our page", f'<a href="{HOME}">'
    ),
    "with rel": Page(
        "honoured", page(body=f'<a href="{HOME}" rel="noopener external">Home</a>'), shows='rel="noopener external"'
    ),
    "not to be followed": Page("honoured", page(body=f'<a href="{HOME}" rel="nofollow">Home</a>'), shows="told not to follow"),
    "not to be followed, and one that is": Page(
        "honoured", page(body=f'<a href="{HOME}#a" rel=nofollow>a</a><a href="{HOME}">b</a>'), shows="link to our page"
    ),
    "by http, which redirects": Page("honoured", page(body=f'<a href="{HOME.replace("https", "http")}">Home</a>')),
    "with a campaign query": Page("honoured", page(body=f'<a href="{HOME}?utm_source=partner&amp;utm_medium=copy">Home</a>')),
    "without the closing slash": Page("honoured", page(body=f'<a href="{HOME[:-1]}">Home</a>')),
    "against a base of ours": Page("honoured", page('<base href="https://home.example">', '<a href="/stories/river/">Home</a>')),
    "on an Arabic address": Page("honoured", page(body='<a href="https://home.example/خبر/">خبر</a>'), want=NEWS),
    "on an Arabic host": Page(
        "honoured", page(body='<a href="https://مثال.example/a">خبر</a>'), want="https://xn--mgbh0fb.example/a"
    ),
    "none": Page("missing", page(), "it has no link to our page. Ask the desk to link to " + HOME),
    "to another page of ours": Page(
        "missing", page(body='<a href="https://home.example/">Home</a>'), "lead to other pages", "https://home.example/"
    ),
    "relative": Page("missing", page(body='<a href="/stories/river/">Home</a>'), "no link to our page"),
    "on a host that begins like ours": Page(
        "missing", page(body='<a href="https://home.example.evil.example/stories/river/">x</a>')
    ),
    "in an address of another site": Page("missing", page(body=f'<a href="https://share.example/?u={HOME}">Share</a>')),
    "an address, but no link": Page("missing", page(body=f"<p>First at {HOME}</p>")),
    "without href": Page("missing", page(body=f'<a name="{HOME}">Home</a>')),
    "as canonical only": Page("missing", page(OURS)),
    "in a noscript": Page("missing", page(body=f'<noscript><a href="{HOME}">Home</a></noscript>')),
    "in a template": Page("missing", page(body=f'<template><a href="{HOME}">Home</a></template>')),
    "commented out": Page("missing", page(body=f'<!-- <a href="{HOME}">Home</a> -->')),
    "made by a script": Page("missing", page(body=f"<script>p.innerHTML = '<a href=\"{HOME}\">Home</a>'</script>")),
    "after a thousand bold words": Page("honoured", page(body="<p><b>bold</b></p>" * 1000 + f'<a href="{HOME}">Home</a>')),
    "after tens of thousands of elements, with drawings": Page(
        "honoured", page(OURS, "<svg><style/><title /><g/></svg>" * 8_000 + f'<a href="{HOME}">Home</a>')
    ),
    "after tens of thousands of elements": Page(
        "honoured", page(OURS, "<div><i>x</i></div>" * 12_000 + f'<a href="{HOME}">Home</a>')
    ),
}


def cases(table: dict[str, Page]):
    return pytest.mark.parametrize("case", table.values(), ids=table)


def check(case: Page) -> None:
    judgement = case.judged()
    shown = "\n".join(f"{piece.what} [{piece.place}] {piece.excerpt}" for piece in judgement.evidence)
    assert judgement.verdict == case.verdict, (judgement.sentence, shown)
    assert case.says in judgement.sentence
    assert case.shows in shown


@cases(CANONICALS)
def test_a_canonical_owed(case):
    check(case)


@cases(CHARSETS)
def test_a_canonical_owed_is_read_in_the_charset_of_its_page(case):
    check(case)


@cases(NOINDEXES)
def test_a_noindex_owed(case):
    check(Page(**{**vars(case), "contract": NOINDEX}))


@cases(LINKS)
def test_a_link_owed(case):
    check(Page(**{**vars(case), "contract": LINK}))


# --- the whole contract


FULL = page(OURS + '<meta name="robots" content="noindex">', f'<a href="{HOME}">Home</a>')


def test_a_page_that_keeps_all_terms_is_told_so_term_by_term():
    judgement = Page("honoured", FULL, contract=ALL).judged()
    assert judgement.verdict == "honoured"
    kept = ["It names our page as its home.", "It asks search engines to leave it out.", "It links to our page."]
    assert judgement.sentence == " ".join(["The copy keeps the contract.", *kept])
    assert [(piece.what, piece.place) for piece in judgement.evidence] == [
        ("canonical link", "head"),
        ("noindex", "head"),
        ("link to our page", "body"),
        ("the answer", "answer"),
    ]


@pytest.mark.parametrize(
    ("source", "verdict", "sentence", "also"),
    [
        (page(), "missing", "The copy names no home", ["may appear in search", "does not lead its readers home"]),
        (page(THEIRS), "wrong", "The copy names itself", ["may appear in search", "does not lead its readers home"]),
        (page(OURS + THEIRS), "duplicated", "The copy names 2 homes", ["may appear in search", "does not lead its readers home"]),
        (page(OURS), "missing", "The copy may appear in search", ["does not lead its readers home"]),
        (FULL.replace("noindex", "index"), "missing", "The copy may appear in search", []),
    ],
)
def test_the_gravest_problem_is_the_verdict_and_the_others_are_evidence(source, verdict, sentence, also):
    judgement = Page(verdict, source, contract=ALL).judged()
    assert judgement.verdict == verdict
    assert judgement.sentence.startswith(sentence)
    told = [piece.what for piece in judgement.evidence if piece.place == "page"]
    assert len(told) == len(also)
    assert all(part in what for part, what in zip(also, told, strict=True))


def test_a_contract_without_terms_is_kept_by_being_there():
    judgement = Page("honoured", page(THEIRS), contract=NOTHING).judged()
    assert (judgement.verdict, judgement.sentence) == ("honoured", "The copy is there, and the contract asks nothing more of it.")


@pytest.mark.parametrize("contract", [CANONICAL, NOINDEX, LINK, ALL, NOTHING])
def test_a_copy_that_leads_straight_to_our_page_keeps_every_contract(contract):
    arrived = HOME.replace("home.example", "HOME.example") + "#top"
    judgement = judge(find(page().encode(), {}, arrived), contract, HOME, 200, arrived)
    assert (judgement.verdict, judgement.sentence) == ("honoured", "The copy's address leads to our own page.")


# --- answers that are no page


@pytest.mark.parametrize("status", [404, 410])
def test_an_absent_page_is_gone_whatever_its_error_page_says(status):
    judgement = judge(find(FULL.encode(), {}, COPY), ALL, HOME, status, COPY)
    assert judgement.verdict == "gone"
    assert f"answers {status}" in judgement.sentence
    assert "ask the desk where to" in judgement.sentence


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (0, "gave us no page (0)"),
        (304, "gave us no page (304)"),
        (302, "gave us no page"),
        (400, "gave us no page"),
        (401, "asks for a password (401). Ask the desk to let our verifier in."),
        (403, "turns us away (403). Ask the desk"),
        (451, "is closed for legal reasons (451)"),
        (408, "took too long (408). We look again by ourselves"),
        (429, "asks us to come less often (429). We look again by ourselves"),
        (500, "has a fault of its own (500). We look again by ourselves"),
        (503, "has a fault of its own (503)"),
    ],
)
@pytest.mark.parametrize("withdrawn", [False, True])
def test_an_answer_without_a_page_is_unreachable_even_if_it_looks_perfect(status, says, withdrawn):
    judgement = judge(find(FULL.encode(), {}, COPY), ALL, HOME, status, COPY, withdrawn)
    assert judgement.verdict == "unreachable"
    assert says in judgement.sentence
    assert judgement.evidence == (Evidence("the answer", "answer", f"HTTP {status}, {COPY}"),)


# --- withdrawn


@pytest.mark.parametrize("status", [404, 410])
def test_a_withdrawn_copy_that_is_absent_is_down(status):
    judgement = judge(find(b"Gone", {}, COPY), ALL, HOME, status, COPY, withdrawn=True)
    assert (judgement.verdict, judgement.sentence) == ("honoured", f"The copy is down: its address answers {status}.")


@pytest.mark.parametrize(
    ("source", "headers", "verdict", "says"),
    [
        (robots("noindex"), {}, "honoured", "down as far as search engines go"),
        (page(), tagged("noindex"), "honoured", "down as far as search engines go"),
        (page(), tagged("googlebot: noindex"), "honoured", "down as far as search engines go"),
        (page(OURS, f'<a href="{HOME}">Home</a>'), {}, "wrong", f"The copy still stands at {COPY}. Ask the desk to take it down"),
        (page(body="<meta name=robots content=noindex>"), {}, "wrong", "still stands"),
        (page(), tagged("otherbot: noindex"), "wrong", "still stands"),
        ("<title>Not found</title>Sorry", {}, "wrong", "still stands"),
    ],
)
def test_a_withdrawn_copy_that_answers_is_down_only_if_search_engines_must_leave_it_out(source, headers, verdict, says):
    judgement = judge(find(source.encode(), headers, COPY), ALL, HOME, 200, COPY, withdrawn=True)
    assert judgement.verdict == verdict
    assert says in judgement.sentence


def test_a_withdrawn_copy_that_leads_to_our_page_is_down():
    judgement = judge(find(page().encode(), {}, HOME), ALL, HOME, 200, HOME, withdrawn=True)
    assert (judgement.verdict, judgement.sentence) == ("honoured", "The copy is down: its address leads to our own page.")


def test_a_withdrawn_copy_that_still_stands_shows_its_title():
    judgement = judge(find(page().encode(), {}, COPY), ALL, HOME, 200, COPY, withdrawn=True)
    assert Evidence("the title of the page", "head", "River") in judgement.evidence


# --- what is found


def test_every_canonical_is_found_with_its_place_and_the_very_text():
    source = page(f"<!-- {THEIRS} --><LINK  rel='canonical'\n href='{HOME}' >", THEIRS)
    header = f'<{HOME}>; rel="canonical"'
    findings = find(source.encode(), link(f"{header}, <{COPY}>; rel=canonical; anchor=x"), COPY)
    assert [(found.url, found.place, found.excerpt) for found in findings.canonicals] == [
        (HOME, "header", header),
        (HOME, "head", f"<LINK rel='canonical' href='{HOME}' >"),
    ]
    assert [(found.url, found.place, found.excerpt) for found in findings.ignored] == [
        (COPY, "header", f"<{COPY}>; rel=canonical; anchor=x"),
        (COPY, "body", THEIRS),
        ("", "comment", THEIRS),
    ]


def test_excerpts_are_short_and_fit_for_a_database():
    source = page(f'<link rel=canonical data-x="{"x" * 900}\0" href="{HOME}">').encode()
    found = find(source, {}, COPY).canonicals[0]
    assert len(found.excerpt) == 300
    assert found.url == HOME
    assert "\0" not in find(b"<title>a\0b</title>", {}, COPY).title


def test_json_ld_is_read_block_by_block_and_a_broken_one_loses_only_itself():
    blocks = [
        {"@type": "Article", "mainEntityOfPage": HOME},
        {"@graph": [{"@type": "WebSite"}, {"@type": "Article", "mainEntityOfPage": {"@type": "WebPage", "@id": COPY}}]},
        [{"mainEntityOfPage": {"url": "/river"}}, {"mainEntityOfPage": True}, {"mainEntityOfPage": [ELSEWHERE, None]}],
    ]
    scripts = [f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks]
    scripts.insert(1, '<script type="application/ld+json">{"mainEntityOfPage": "https://broken.example/",}</script>')
    scripts.insert(2, '<script type="application/ld+json">' + "[" * 100_000 + "</script>")
    findings = find(page(scripts[0], "".join(scripts[1:])).encode(), {}, COPY)
    assert [(found.url, found.place) for found in findings.main_entities] == [
        (HOME, "head"),
        (COPY, "body"),
        ("https://partner.example/river", "body"),
        (ELSEWHERE, "body"),
    ]


def test_json_ld_with_line_breaks_in_its_strings_is_read_as_search_engines_read_it():
    source = f'<script type="Application/LD+JSON; charset=utf-8">{{"headline": "a\nb", "mainEntityOfPage": "{HOME}"}}</script>'
    assert [found.url for found in find(source.encode(), {}, COPY).main_entities] == [HOME]


def test_robots_rules_keep_bot_and_place():
    source = page('<meta name="robots" content="Index, max-snippet:20">', '<meta name="googlebot" content="noindex">')
    findings = find(source.encode(), tagged("otherbot: nofollow"), COPY)
    assert [(rule.bot, rule.rule, rule.place) for rule in findings.rules] == [
        ("otherbot", "nofollow", "header"),
        ("robots", "index", "head"),
        ("robots", "max-snippet:20", "head"),
        ("googlebot", "noindex", "body"),
    ]


def test_og_url_title_refresh_and_text_are_found():
    head = f'<meta property="og:url" content="{HOME}"><meta http-equiv=refresh content="3; url=/next">'
    body = "<p>The  river</p><script>var a = 1</script><style>p{}</style><noscript>no</noscript><template>no</template> rose"
    findings = find(page(head, body).encode(), {}, COPY)
    assert findings.title == "River"
    assert [found.url for found in findings.og_urls] == [HOME]
    assert findings.refresh is not None
    assert findings.refresh.url == "https://partner.example/next"
    assert findings.text == "The river rose"


def test_links_are_found_by_page_and_by_host():
    twice = f'<a href="{HOME}" rel="nofollow ugc">Home</a>' * 2
    body = twice + '<a href="//www.home.example/x">x</a><a href="/c">c</a>'
    findings = find(page(body=body).encode(), {}, COPY)
    assert [(found.url, found.note) for found in findings.links_to(HOME)] == [(HOME, "nofollow ugc")]
    assert [found.url for found in findings.links_on("Home.example")] == [HOME, "https://www.home.example/x"]
    assert [found.url for found in findings.links_on("partner.example")] == ["https://partner.example/c"]
    assert findings.links_on("") == ()


# --- pages made to hurt


def test_unclosed_formatting_does_not_multiply():
    """Each new paragraph would reopen every one of them: 30 kB would become 200 MB."""
    raw = b"<p>" + b"".join(b"<b id=%d>" % number for number in range(1500)) + b"</p>" + b"<p>x" * 1500 + THEIRS.encode()
    assert len(LexborHTMLParser(calmed(raw)).html or "") < 3 * len(raw)


def test_deep_nesting_does_not_hold_the_parser():
    """Each tag would walk up all those before it: this page would take minutes."""
    source = f"<head>{OURS}</head>" + "<div>" * 150_000 + f'<a href="{HOME}">Home</a>'
    assert Page("honoured", source, contract=Contract(canonical=True, noindex=False, link=True)).judged().verdict == "honoured"


# --- properties

WORDS = f"""<head> </head> <body> <link rel=canonical href={HOME} > /> " ' = <!-- --> <script> </script> <noscript> </noscript>
    <template> </template> <title> <base href= https://[ // é <svg> <b> <meta charset= utf-16 windows-1256 punycode name=robots
    content= noindex http-equiv=refresh 0;url= type="application/ld+json"> {{"mainEntityOfPage": "\\ud800" }} <a canonical
    <frameset> <plaintext>"""
SNIPPETS = st.sampled_from([*WORDS.split(), " ", "\0", OURS, THEIRS, '<script type="application/ld+json">'])
SOUP = st.lists(SNIPPETS).map("".join)
BODIES = st.binary() | SOUP.map(str.encode) | SOUP.map(lambda text: text.encode("utf-16"))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "content-type": st.text()
        | st.sampled_from(["text/html", "text/html; charset=utf-16be", "text/html; charset=zlib", "image/png"]),
        "link": st.text() | st.text(alphabet='<>;,"= relcanonical').map(lambda text: f"<{HOME}>; rel=canonical{text}"),
        "x-robots-tag": st.text() | st.text(alphabet="noindex:, "),
    },
)


@settings(deadline=None)
@given(BODIES, HEADERS, st.text() | st.just(COPY), st.integers(0, 599), st.booleans())
@example(b"", {}, "", 200, False)
@example(b'<script type="application/ld+json">{"mainEntityOfPage": "\\ud800\\u0000"}</script>', {}, COPY, 200, False)
def test_no_answer_breaks_finding_or_judging(body, headers, url, status, withdrawn):
    judgement = judge(find(body, headers, url), ALL, HOME, status, url, withdrawn)
    texts = [judgement.sentence, *(text for piece in judgement.evidence for text in asdict(piece).values())]
    assert not any("\0" in text for text in texts)
    "".join(texts).encode()
    assert all(len(piece.excerpt) <= 300 for piece in judgement.evidence)


SEGMENTS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="/?#\\"), min_size=1), max_size=4
)


@settings(deadline=None)
@given(SEGMENTS, st.sampled_from(["https://home.example", "http://home.example:8080", "https://مثال.example"]))
def test_a_page_that_names_exactly_the_address_owed_is_honoured_whatever_the_address(segments, root):
    want = "/".join([root, *segments]).strip()
    href = html.escape(want)
    source = f'<!doctype html><head><link rel="canonical" href="{href}"></head><body><a href="{href}">Home</a>'
    contract = Contract(canonical=True, noindex=False, link=True)
    judgement = judge(find(source.encode(), {}, COPY), contract, want, 200, COPY)
    assert judgement.verdict == "honoured", judgement.sentence


@settings(deadline=None)
@given(st.sampled_from([OURS, THEIRS, "", OURS + THEIRS]), st.booleans(), st.booleans())
def test_owing_more_never_softens_a_verdict(canonical, noindex, linked):
    source = page(canonical + "<meta name=robots content=noindex>" * noindex, f'<a href="{HOME}">Home</a>' * linked)
    order = ("honoured", "missing", "duplicated", "wrong")
    least = max(order.index(Page("", source, contract=contract).judged().verdict) for contract in (CANONICAL, NOINDEX, LINK))
    assert order.index(Page("", source, contract=ALL).judged().verdict) == least


# --- the text of the page ---------------------------------------------------------------------------------------------

TEXT = [
    "The river rose in the night, and by morning the lower town had become a lake with chimneys.",
    "Nobody in the ministry had read the letters that the keeper of the locks sent every spring.",
    "She kept copies of them all in a tin box, in the order in which they were not answered.",
]
PIECE = make.story(
    headline="The keeper of the locks",
    body_html="".join(f"<p>{text}</p>" for text in TEXT),
    excerpt_html=f"<p>{TEXT[0]}</p>",
)
FRAME = "<nav>Home News Culture Sport Subscribe Sign in Most read this week Contact us Imprint Terms of use Privacy</nav>"
EXCERPT = Contract(canonical=True, link=False, extent="excerpt")
LINK_ONLY = Contract(canonical=True, link=False, extent="link")
ERROR_PAGE = page(
    OURS, f"{FRAME}<h1>Sorry</h1><p>The page you asked for cannot be found. Try our search, or go back to the start.</p>"
)
NOTICE = page("", f"{FRAME}<h1>{PIECE.headline}</h1><p>This article was withdrawn by its publisher on 3 March.</p>")


def shown(*texts: str, head: str = OURS) -> str:
    return page(head, FRAME + f"<h1>{PIECE.headline}</h1>" + "".join(f"<p>{text}</p>" for text in texts))


@pytest.mark.parametrize(
    ("source", "contract", "withdrawn", "verdict", "says"),
    [
        (shown(*TEXT), CANONICAL, False, "honoured", "keeps the contract"),
        (shown(TEXT[0]), CANONICAL, False, "honoured", "keeps the contract"),
        (shown(), CANONICAL, False, "honoured", "keeps the contract"),
        (ERROR_PAGE, CANONICAL, False, "gone", "shows neither our headline nor our text"),
        (page(OURS, "<div id=app></div>"), CANONICAL, False, "honoured", "keeps the contract"),
        (shown(TEXT[0]), EXCERPT, False, "honoured", "keeps the contract"),
        (shown(*TEXT), EXCERPT, False, "wrong", "carries the whole text"),
        (shown(*TEXT), LINK_ONLY, False, "wrong", "carries the whole text"),
        (shown(*TEXT, head=THEIRS), EXCERPT, False, "wrong", "names itself"),
        (shown(*TEXT), CANONICAL, True, "wrong", "still stands"),
        (shown(TEXT[0]), CANONICAL, True, "wrong", "still stands"),
        (NOTICE, CANONICAL, True, "honoured", "shows our text no more"),
        (NOTICE, LINK_ONLY, True, "wrong", "still stands"),
        (ERROR_PAGE, CANONICAL, True, "honoured", "shows our text no more"),
    ],
)
def test_the_text_of_the_page_counts(source: str, contract: Contract, withdrawn: bool, verdict: str, says: str) -> None:
    found = find(source.encode(), {"content-type": "text/html"}, COPY)
    judged = judge(found, contract, HOME, 200, COPY, withdrawn=withdrawn, story=PIECE)
    assert (judged.verdict, says in judged.sentence) == (verdict, True), judged


def test_how_much_of_the_text_is_there_is_told_as_evidence() -> None:
    found = find(shown(TEXT[0], TEXT[1]).encode(), {"content-type": "text/html"}, COPY)
    judged = judge(found, CANONICAL, HOME, 200, COPY, story=PIECE)
    assert any("a part of our text: 6" in seen.excerpt for seen in judged.evidence), judged.evidence


def test_words_are_parted_by_blocks_and_not_by_what_stands_within_them() -> None:
    first = '<nav title="a > b">Menu</nav><h1>A <em>f</em>irst&nbsp;line</h1>'
    source = page("", first + "<p>T<b>w</b>o<br>three &lt;four&gt;<script>no</script><!-- <p>nor this</p> -->")
    assert find(source.encode(), {"content-type": "text/html"}, COPY).text == "Menu A first line Two three <four>"
