"""A receiver of Standard Webhooks that checks signatures and knows a repeated id."""

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from syndication.errors import OutletGone, Permanent
from tests import factories as make
from tests.connectors.fakes.base import Copy, FakeOutlet, Reply
from tests.fakes.partner import Request


class FakeWebhook(FakeOutlet):
    kind = "webhook"
    secret = make.SECRET
    path = "/hook"
    # The specification takes any 2xx for an answer, whatever its body; and there is one address for all pieces.
    ends = {"garbage": (None,), "404 on update": (Permanent,), "410 on update": (OutletGone,)}

    def __init__(self, *args, **facts):
        super().__init__(*args, **facts)
        self.seen: set[str] = set()

    def handle(self, request: Request) -> Reply:
        if request.method != "POST":
            return Reply(405)
        try:
            message = Webhook(self.secret).verify(request.body, request.headers)
        except WebhookVerificationError:
            return Reply(401)
        if message["type"] == "outlet.test":
            return Reply(data={"may_publish": True, "canonical": True})
        story = message["data"]["story"]
        known = [copy for copy in self.copies if copy.id == story["uid"]]
        if request.headers["webhook-id"] not in self.seen:
            self.seen.add(request.headers["webhook-id"])
            if not known:
                known = [Copy(story["uid"], url=self.partner.url(f"/page/{story['uid']}"))]
                self.copies += known
            self._take(known[0], message["type"], story, message["data"]["contract"])
        return Reply(data={"id": known[0].id, "url": known[0].url})

    def _take(self, copy: Copy, event: str, story: dict, contract: dict) -> None:
        copy.live = event != "article.withdrawn"
        corrections = [one["text"] for one in story["corrections"]]
        copy.text = " ".join([story["headline"], story["body_html"], story["excerpt_html"], *corrections])
        copy.canonical = story["canonical"]["url"] if contract["canonical"] else ""
        copy.noindex = contract["noindex"]
        copy.image = (story["lead_image"] or {}).get("url", "")
