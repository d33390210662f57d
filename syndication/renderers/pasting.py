"""Story as instructions for whoever puts it up: where each system takes the canonical link, and the very tags to paste. Pure."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from syndication.renderers.terms import NOINDEX_TAG, canonical_tag
from syndication.story import Story


@dataclass(frozen=True)
class System:
    """One system: its name, what is to be done there, in order, and lines to paste: a label and text, escaped where shown."""

    name: str
    steps: tuple[str, ...]
    lines: tuple[tuple[str, str], ...] = ()


def systems(story: Story) -> list[System]:
    """How a copy of the piece says where its home is. Noindex is the way for systems without a field for the canonical link."""
    url = story.canonical.url
    canonical, noindex = canonical_tag(url), NOINDEX_TAG
    address = (_("Our address, the canonical one"), url)
    return [
        System(
            _("WordPress with Yoast SEO"),
            (
                _("Put the HTML into a block “Custom HTML”."),
                _("In the panel “Yoast SEO” of the post, open “Advanced” and paste our address into “Canonical URL”."),
                _("If you would rather keep the post out of search engines, answer “No” where it asks for that."),
            ),
            (address,),
        ),
        System(
            _("WordPress with our plugin Homeward Syndication"),
            (
                _("Put the HTML into a block “Custom HTML” and note the number of the post in the address of its editor."),
                _("Set two fields of the post, on the command line or with a tool that writes fields; the plugin does the rest."),
                _("Publishers who carry us often need not paste at all: ask us, and pieces arrive by themselves."),
            ),
            (
                (_("The piece"), f"wp post meta update POST _homeward_id {story.uid}"),
                (_("Its home"), f"wp post meta update POST _homeward_canonical '{url}'"),
            ),
        ),
        System(
            _("WordPress without a plugin for search engines"),
            (
                _("Put the HTML into a block “Custom HTML”; it ends with the link to us. Leave that in."),
                _("WordPress has no field for the canonical link. Install an SEO plugin, or our small one."),
            ),
        ),
        System(
            _("Ghost"),
            (
                _("Put the HTML into a card “HTML”."),
                _("Open the settings of the post, then “Meta data”, and paste our address into “Canonical URL”."),
                _("To keep it out of search engines instead, paste the tag into “Code injection”, “Post header”."),
            ),
            (address, (_("Or: keep it out of search engines"), noindex)),
        ),
        System(
            _("Medium"),
            (
                _("Choose “Import a story” and paste our address: Medium then sets the canonical link by itself."),
                _("Or paste the text, and in the story’s “Advanced settings” choose “Customize canonical link”."),
                _("Neither counts readers for us; that is fine."),
            ),
            (address,),
        ),
        System(
            _("Substack and other places without a field for it"),
            (
                _("Paste the text. There is no field for the canonical link."),
                _("Leave in the line with the link to us: it is all that tells readers and search engines where it is from."),
            ),
        ),
        System(
            _("A page made by hand"),
            (
                _("Paste the HTML where the text belongs, and the first tag into the head of the page."),
                _("Never both tags: a page that names another as its home and asks to be left out contradicts itself."),
            ),
            ((_("The home of the piece"), canonical), (_("Or: keep it out of search engines"), noindex)),
        ),
    ]
