"""What arrives from other sites, made a stub of: the opening of the piece or all that was sent, its home at the sender.

Both are stubs in our words, because both lead home: a full copy is a stub that shows the full text by permission.
"""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.html import escape
from django.utils.text import slugify
from wagtail.log_actions import log
from wagtail.models import Collection, Page

from home import languages
from home.foreign_html import clean, editable, words
from home.licences import LICENCES
from home.models import Author, Byline, DatedCorrection, PublicationImage, StubPage, Topic
from home.models.corrections import named, noon
from home.rendering import excerpt, plain, shorten
from home.stub_making import author_slug, free_slug, known_authors, language_of, outlet_of, twin
from syndication.arrivals import Arrival, Placed
from syndication.contract import Contract
from syndication.models import Outlet
from syndication.story import Correction, Picture, Story

ACTION = "home.received"
# The page types under which pieces are put.
places = ("home.SectionPage",)
SIMPLER = (
    "The outlet's editor cannot open some HTML of this text, so emphasis and links were left out there. Tidy it, then push again."
)


def known(arrival: Arrival) -> Page | None:
    """A stub that editors made of the piece's address; what came from senders need not be looked through."""
    return twin(arrival.story.canonical.url, among=StubPage.objects.filter(received=None))


def edited(arrival: Arrival) -> bool:
    """Whether the latest draft says something else than we wrote, or an editor locked the page."""
    assert arrival.page is not None
    return bool(arrival.page.locked) or _digest(arrival.page.get_latest_revision_as_object()) != arrival.written


def place(arrival: Arrival, *, anew: bool) -> Placed:
    """Write the version as a draft of the stub, or of a new one under the sender's section."""
    parent: Any = arrival.page.get_parent() if arrival.page else arrival.sender.section
    # One at a time under each section: two pages that are added at once would be given the same place in the tree.
    section = Page.objects.select_for_update().get(pk=parent.pk)
    page = arrival.page.get_latest_revision_as_object() if arrival.page else StubPage(live=False, has_unpublished_changes=True)
    warnings = _fill(page, arrival)
    written = _digest(page)
    took_back = _take_back_picture(page, arrival)
    if arrival.page and written == arrival.written and not anew and not took_back:
        return Placed(arrival.page, warnings=warnings)
    if page.pk is None:
        page.slug = free_slug(section, page.title)
        page.topics.set(_topics(arrival.story))
        section.add_child(instance=page)
        log(instance=page, action="wagtail.create")
    revision = page.save_revision(clean=False)
    log(instance=page, action=ACTION, data={"sender": arrival.sender.name, "version": arrival.story.version})
    return Placed(page, revision.pk, written, warnings)


# --- what a version says ---------------------------------------------------------------------------------------------


def _fill(page: StubPage, arrival: Arrival) -> tuple[str, ...]:
    """Write the sender's facts to the page in memory; what editors add stays. Returns what the sender should know."""
    story, contract = arrival.story, arrival.contract
    page.title = page.draft_title = story.headline.strip()
    page.standfirst = shorten(story.standfirst, 400)
    page.outlet, page.outlet_url = _outlet(arrival), story.canonical.url
    page.ran_on = timezone.localdate(story.first_published)
    page.language = language_of(story.language.lower()) or languages.default()
    page.licence = next((code for code, licence in LICENCES.items() if licence == story.licence), "all-rights-reserved")
    page.canonical_policy, warnings = _policy(contract)
    full = arrival.sender.shows == arrival.sender.Shows.COPY and bool(story.body_html)
    page.extent = page.Extent.FULL if full else page.Extent.EXCERPT
    text, simpler = editable(_text(story, full=full))
    page.excerpt = text + (f"<p><em>{escape(contract.attribution)}</em></p>" if contract.attribution else "")
    if simpler:
        warnings = (*warnings, SIMPLER)
    page.bylines.set([Byline(author=author) for author in _authors(arrival)])
    page.corrections.set([_mirrored(one, story) for one in story.corrections])
    return warnings


def _mirrored(one: Correction, story: Story) -> DatedCorrection:
    """The sender's correction as the outlet's own: shown as theirs, with the way to it, and sent on to nobody."""
    address = f"{story.canonical.url}#{one.anchor}"
    return DatedCorrection(
        uid=_uuid(one.id) or named(one.at, one.text),
        kind=one.kind,
        made_at=one.made_at or noon(one.at),
        text=shorten(one.text, 1000),
        before=shorten(one.before, 1000),
        after=shorten(one.after, 1000),
        by_outlet=True,
        url=address if len(address) <= 2000 else "",
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _policy(contract: Contract) -> tuple[str, tuple[str, ...]]:
    """How the page keeps the contract. It names one home or keeps out of search engines: both at once contradict each other."""
    policies = StubPage.Canonicals
    if contract.canonical and contract.noindex:
        sentence = (
            "The outlet names our page as canonical and does not ask for noindex as well, which would contradict it. "
            "Ask for one of the two in the contract."
        )
        return policies.OUTLET, (sentence,)
    if contract.canonical:
        return policies.OUTLET, ()
    return (policies.NOINDEX if contract.noindex else policies.DEFAULT), ()


def _text(story: Story, *, full: bool) -> str:
    base = story.canonical.url
    text = clean(story.body_html if full else story.excerpt_html or excerpt(clean(story.body_html, base)), base)
    if plain(text):
        return text
    # By contract only headline and link: a page without a word would be none.
    return f"<p>{escape(story.standfirst or story.description or story.headline)}</p>"


def _outlet(arrival: Arrival) -> Outlet:
    """The sender's site as an outlet, for “Read the rest at …”; nothing is pushed to it."""
    if found := outlet_of(arrival.story.canonical.url):
        return found
    sender = arrival.sender
    name = sender.name if not Outlet.objects.filter(name=sender.name).exists() else f"{sender.name} ({sender.hosts[0]})"
    made = Outlet.objects.create(name=name[:120], website=sender.website, other_hosts=sender.other_hosts)
    log(instance=made, action="wagtail.create")
    return made


def _authors(arrival: Arrival) -> list[Author]:
    """Who signs, found among our authors by name; whom we do not know becomes an author with a website at the sender."""
    people = {person.name.strip(): person for person in arrival.story.authors}
    authors: list[Author] = []
    for name, author in known_authors(people).items():
        if author is None:
            site = next((url for url in (people[name].website, people[name].url) if url and arrival.sender.runs(url)), "")
            author = Author.objects.create(name=name, slug=author_slug(name), website=site[:200])
            log(instance=author, action="wagtail.create")
        if author not in authors:
            authors.append(author)
    return authors


def _topics(story: Story) -> list[Topic]:
    """Those of ours that the piece names; a stranger's words become no topics here."""
    names = {named.name.casefold() for named in story.topics[:50]}
    return [topic for topic in Topic.objects.all() if topic.name.casefold() in names] if names else []


def _digest(page: StubPage) -> str:
    """What the page says of the sender's facts. The text by its words: an editor's form writes its HTML in another way."""
    rows = page.corrections.all()
    facts = [
        *(page.title, page.standfirst, words(page.excerpt), page.extent, page.outlet_url, str(page.ran_on), page.language),
        *(page.canonical_policy, [line.author_id for line in page.bylines.all()]),
        # As it was when corrections had a day and a text, so that what was written then is still known as ours.
        [
            tuple(filter(None, (str(one.day), one.text, one.kind.removeprefix("correction"), one.before, one.after)))
            for one in rows
        ],
    ]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


# --- the picture -----------------------------------------------------------------------------------------------------


def hang(page: Page, picture: Picture, file: str, before: int | None) -> int | None:
    """Take the file into the library and make it the lead image, for readers too where nothing else waits for an editor.

    It does not travel on to our own partners: our right to show it is not a right to pass it on.
    """
    draft = page.specific.get_latest_revision_as_object()
    if draft.lead_image_id and draft.lead_image_id != before:
        return None
    waits = page.latest_revision_id != page.live_revision_id
    image = _image(picture, file, draft.title)
    draft.lead_image, draft.lead_alt, draft.lead_caption = image, shorten(picture.alt, 400), shorten(picture.caption, 400)
    revision = draft.save_revision(clean=False, log_action=True)
    if page.live and not waits:
        revision.publish()
    return int(image.pk)


def _take_back_picture(page: StubPage, arrival: Arrival) -> bool:
    """A picture that came with an earlier version and with this one no more may not be shown any longer."""
    gone = page.lead_image_id is not None and page.lead_image_id == arrival.image and arrival.story.lead_image is None
    if gone:
        page.lead_image, page.lead_alt, page.lead_caption = None, "", ""
    return gone


def _image(picture: Picture, file: str, title: str) -> PublicationImage:
    with default_storage.open(file) as kept:
        content = ContentFile(kept.read(), name=f"{slugify(title)[:60] or 'picture'}.{file.rpartition('.')[2]}")
    codes = [code for code, licence in LICENCES.items() if licence == picture.licence]
    image = PublicationImage(
        title=title,
        file=content,
        description=shorten(picture.alt, 255),
        caption=shorten(picture.caption, 400),
        credit=shorten(picture.credit, 200),
        licence=codes[0] if codes else "all-rights-reserved",
        may_syndicate=False,
        collection=Collection.get_first_root_node(),
    )
    image.save()
    log(instance=image, action="wagtail.create")
    return image
