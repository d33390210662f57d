"""A search engine that knows our key, and keeps the addresses of pieces that it was told."""

from syndication.errors import Uncertain
from syndication.story import Story
from tests.connectors.fakes.base import Copy, FakeOutlet, Reply
from tests.fakes.partner import Request


class FakeIndexNow(FakeOutlet):
    kind = "indexnow"
    account = "0d1f8a5c-harbour"
    path = "/indexnow"
    # Any 2xx is its yes, whatever JSON comes with it.
    ends = {"garbage": (None, Uncertain)}

    def handle(self, request: Request) -> Reply:
        if request.method != "POST":
            return Reply(405)
        told = request.json()
        if told["key"] != self.account:
            return Reply(403)
        known = {copy.url for copy in self.copies}
        self.copies += [Copy(url, url=url) for url in told["urlList"] if url.count("/") > 3 and url not in known]
        return Reply(200)

    def shows(self, copy: Copy, story: Story) -> bool:
        return copy.url == story.url
