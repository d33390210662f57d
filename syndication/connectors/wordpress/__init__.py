"""WordPress: posts through its REST API, with an application password (https://developer.wordpress.org/rest-api/).

A post is made as a draft and then published, so that whatever breaks in between leaves something that can be found again: each
carries the id of our piece, in a field of our companion plugin and around its text. To withdraw is to move it to the trash.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import Any
from uuid import UUID

from syndication.connectors import rest, warnings
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.features import YES, Features
from syndication.connectors.wordpress import leading_home, library, posts
from syndication.connectors.wordpress.push import Push
from syndication.connectors.wordpress.site import Site, code_of
from syndication.errors import Transient, Uncertain
from syndication.http.probe import AUTHENTICATION, CANONICAL, FAILED, OK, PUBLISHING, WARNING, Step
from syndication.renderers import copy
from syndication.story import Story

__all__ = ["WordPress"]

PASSWORD_SIGNS = 24
# Many firewalls let no DELETE through. WordPress takes a POST for one, and its own editor says it so.
AS_DELETE = {"x-http-method-override": "DELETE"}


class WordPress(Connector):
    """Makes, changes and bins posts; leaves alone what the desk did beside them (more categories, another address)."""

    kind = "wordpress"
    label = "WordPress"
    features = Features(canonical="with our plugin", noindex="with our plugin", image=YES, find=YES, edits=YES)
    endpoint_help = "The address of the site, such as https://lantern.example/. We find its API from there."
    account_label = "User name"
    account_help = "Of a user made for us there, with the role Editor or Author."
    secret_label = "Application password"
    secret_help = "In WordPress: Users, Profile, Application Passwords, of that user. It is not the password to log in with."

    @classmethod
    def check_secret(cls, secret: str) -> None:
        """Refuse what is no application password."""
        letters = "".join(secret.split())
        if len(letters) != PASSWORD_SIGNS or not (letters.isascii() and letters.isalnum()):
            raise ValueError(
                "An application password of WordPress is 24 letters and digits, shown in six groups of four. "
                "The password to log in with does not work here."
            )

    @classmethod
    def check_account(cls, account: str) -> None:
        """Refuse a name that cannot be sent."""
        if not account.strip() or ":" in account:
            raise ValueError("Enter the name of our user there, as it is written when logging in.")

    # --- the verbs ------------------------------------------------------------------------------------------------------------

    def publish(self, story: Story, key: UUID) -> Receipt:
        """Make the post, unless an attempt before this one did."""
        push = Push(Site(self.access), story, self.access.contract)
        ours = library.terms(push)
        post = self._sought(push.site, story, [posts.addresses(story)]) or self._draft(push, ours)
        return self._bring(push, post, ours)

    def update(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Bring the post up to this version; out of the trash if it lies there; anew if it is gone."""
        site = Site(self.access, rest.field_of(receipt.memory, "root"))
        post = self._read(site, receipt.id)
        if post is None:
            made = self.publish(story, key)
            return replace(made, warnings=(*made.warnings, warnings.made_anew())) if receipt.id else made
        push = Push(site, story, self.access.contract, receipt.memory)
        if not posts.says(post, self._text(story, post)):
            push.warn(*posts.noticed(post, receipt.memory))
        return self._bring(push, post, library.terms(push))

    def withdraw(self, story: Story, receipt: Receipt, key: UUID) -> Receipt:
        """Move the post to the trash; make it a draft where there is none."""
        known = receipt if receipt.id else self.find(story)
        if known is None:
            return receipt
        site = Site(self.access, rest.field_of(known.memory, "root"))
        down = {"rest_post_invalid_id", "rest_already_trashed"}
        answer = site.ask("POST", f"posts/{known.id}", headers=AS_DELETE, passes=down | {"rest_trash_not_supported"})
        gone = (
            code_of(answer) in down
            or rest.field_of(answer.data, "status") == "trash"
            or rest.field_of(answer.data, "deleted", bool)
        )
        if not gone:
            # It has no trash, or something on the way took the header that makes our POST a DELETE.
            drafted = site.ask("POST", f"posts/{known.id}", {"status": "draft"}, passes=down)
            if code_of(drafted) not in down and rest.field_of(drafted.data, "status") != "draft":
                raise Uncertain("The outlet did not say that the post is taken down. We look, then try again.")
        return Receipt(known.id, known.url, {**known.memory, "root": site.root, "withdrawn": True})

    def find(self, story: Story) -> Receipt | None:
        """The post that carries our id: asked of our plugin, by the address it should have, and by the id in its text."""
        site = Site(self.access)
        post = self._sought(site, story, [{"homeward_id": story.uid.hex}, posts.addresses(story), {"search": story.uid.hex}])
        if post is None:
            return None
        url = rest.public(rest.field_of(post, "link")) if posts.seen_by_readers(post) else ""
        return Receipt(str(post["id"]), url, {"root": site.root})

    # --- one post -------------------------------------------------------------------------------------------------------------

    def _sought(self, site: Site, story: Story, ways: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """The first post that carries our id; what only shares its address or its words is not ours."""
        for way in ways:
            query = {**way, "status": "any,trash", "context": "edit", "per_page": 100}
            listed = site.ask("GET", "posts", query=query).data
            if not isinstance(listed, list):
                raise Transient("The outlet answered without a list of posts. Check the endpoint.")
            ours = [post for post in listed if rest.field_of(post, "id", int) and posts.carries(post, story)]
            if ours:
                return min(ours, key=lambda post: (posts.rank(post), post["id"]))
        return None

    def _read(self, site: Site, post_id: str) -> dict[str, Any] | None:
        """The post as it stands there; None if there is none."""
        if not post_id:
            return None
        answer = site.ask("GET", f"posts/{post_id}", query={"context": "edit"}, passes={"rest_post_invalid_id"})
        return None if code_of(answer) else posts.of(answer)

    def _draft(self, push: Push, ours: library.Terms) -> dict[str, Any]:
        """The post, seen by nobody yet. Our plugin refuses a second one for the same piece, and names the first."""
        story = push.story
        told = {
            **self._text(story, {}),
            **library.filed(push, {}, ours),
            "status": "draft",
            "slug": posts.slug(story),
            "date_gmt": min(story.first_published, datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S"),
            "meta": leading_home.our_fields(story, push.contract),
        }
        answer = push.site.ask("POST", "posts", told, passes={"homeward_exists"})
        if not code_of(answer):
            return posts.of(answer)
        number = rest.field_of(rest.field_of(answer.data, "data", dict), "id", int)
        return rest.must_have(self._read(push.site, str(number)), "the copy that it says to have")

    def _bring(self, push: Push, post: Mapping[str, Any], ours: library.Terms) -> Receipt:
        """Publish this version in a post that is there, look at the public page, and remember what we saw."""
        taken, picture = self._publish(push, post, ours)
        taken = self._in_time(push, taken)
        ways = leading_home.set_beside(push, taken)
        url = rest.public(rest.field_of(taken, "link")) if posts.seen_by_readers(taken) else ""
        if not url:
            push.warn(posts.unseen(taken))
        leading_home.look(push, url, ways)
        remembered = {
            "root": push.site.root,
            "slug": posts.slug(push.story),
            "seen": posts.digest(taken),
            "terms": library.kept(ours, taken),
            "picture": picture,
            "rank_math_noindex": push.contract.noindex,
        }
        return Receipt(str(taken["id"]), url, remembered, tuple(push.warnings))

    def _publish(self, push: Push, post: Mapping[str, Any], ours: library.Terms) -> tuple[dict[str, Any], dict[str, Any]]:
        """The post as the site has it now, and its picture."""
        fields = rest.field_of(post, "meta", dict)
        told = {
            **self._text(push.story, post),
            **library.filed(push, post, ours),
            "status": "publish",
            "meta": leading_home.our_fields(push.story, push.contract),
        }
        if push.memory.get("slug") != posts.slug(push.story) or rest.field_of(post, "status") == "trash":
            told["slug"] = posts.slug(push.story)
        route, yoast = f"posts/{post['id']}", leading_home.yoast_fields(push.story, push.contract, fields)
        picture = library.picture(push, post)
        shown = {"featured_media": picture.get("id", 0)} if picture or push.memory.get("picture") else {}
        fine = {"rest_invalid_featured_media", "rest_cannot_update"}
        answer = push.site.ask("POST", route, {**told, **shown, "meta": {**told["meta"], **yoast}}, passes=fine)
        if code_of(answer) == "rest_invalid_featured_media":
            # The desk deleted it: up with it once more.
            push.memory = {**push.memory, "picture": {}}
            picture = library.picture(push, post)
            shown = {"featured_media": picture.get("id", 0)}
        if code_of(answer):
            # Where a field may be seen and not written, the rest is taken without it.
            answer = push.site.ask("POST", route, {**told, **shown})
        return posts.of(answer), picture

    def _in_time(self, push: Push, taken: dict[str, Any]) -> dict[str, Any]:
        """The post, published. Where the site's clock is slow it took what is new for something of the future."""
        if rest.field_of(taken, "status") != "future" or "seen" in push.memory:
            # Once it was out, only the desk can have given it a later time.
            return taken
        now = rest.field_of(taken, "modified_gmt")
        return posts.of(push.site.ask("POST", f"posts/{taken['id']}", {"status": "publish", "date_gmt": now}))

    def _text(self, story: Story, post: Mapping[str, Any]) -> dict[str, Any]:
        """Title, text and excerpt, all of them HTML. Our plugin shows the byline in its place, and can name the piece's home."""
        contract = self.access.contract
        with_plugin = leading_home.ID in rest.field_of(post, "meta", dict)
        body = copy.html(story, contract, byline=not with_plugin, home=contract.canonical and not with_plugin)
        excerpt = story.standfirst or story.description
        return {
            "title": escape(story.headline, quote=False),
            "content": posts.marked(story, body),
            "excerpt": escape(excerpt, quote=False),
        }

    # --- the test of the connection -------------------------------------------------------------------------------------------

    def greet(self) -> Iterator[Step]:
        """Ask who we are there, what our user may do, and whether a canonical link can be set."""
        sites: list[Site] = []

        def meet() -> rest.Answer:
            sites.append(Site(self.access))
            return sites[0].ask("GET", "users/me", query={"context": "edit"})

        step, me = rest.attempt(AUTHENTICATION, meet, self.access.secret)
        if me is None:
            yield step
            return
        name = rest.field_of(me.data, "name") or self.access.account
        yield Step(AUTHENTICATION, OK, f"WordPress knows our user, whom it calls “{name}”.", sites[0].root)
        publishing = _may_publish(rest.field_of(me.data, "capabilities", dict))
        yield publishing
        if publishing.outcome == FAILED:
            return
        offered: set[str] = set()

        def inquire() -> rest.Answer:
            offered.update(sites[0].namespaces())
            return me

        step, answer = rest.attempt(CANONICAL, inquire, self.access.secret)
        yield step if answer is None else leading_home.told_by(offered, self.access.contract)


def _may_publish(may: Mapping[str, Any]) -> Step:
    if not may:
        return Step(PUBLISHING, WARNING, "The outlet does not say what our user may do. It shows at the first push.")
    if not may.get("publish_posts"):
        sentence = "Our user there may not publish. Ask the desk to give it the role Editor, or Author at least."
        return Step(PUBLISHING, FAILED, sentence)
    if not may.get("upload_files"):
        return Step(PUBLISHING, WARNING, "Our user may publish, but not upload pictures: the pieces go without theirs.")
    if not may.get("manage_categories"):
        sentence = "Our user may publish, but not make categories: only those that the outlet has are used."
        return Step(PUBLISHING, OK, f"{sentence} The role Editor may make them.")
    return Step(PUBLISHING, OK, "Our user may publish, upload pictures and make categories.")
