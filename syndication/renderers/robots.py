"""The policy as robots.txt (RFC 9309), and as the reservation of text and data mining (TDMRep)."""

from collections.abc import Sequence
from typing import Any

from syndication.rights import Policy

# Crawlers by the choices of the policy they need: each of them. Names change; check them against the operators' own pages from
# time to time. A new crawler is a new line.
BOTS: dict[str, tuple[str, ...]] = {
    # to train models
    "AI2Bot": ("ai_train",),
    "Amazonbot": ("ai_train", "ai_input"),
    "Applebot-Extended": ("ai_train",),
    "Bytespider": ("ai_train",),
    "CCBot": ("ai_train",),
    "ClaudeBot": ("ai_train",),
    "cohere-training-data-crawler": ("ai_train",),
    "Google-CloudVertexBot": ("ai_input",),
    "Google-Extended": ("ai_train", "ai_input"),
    "GPTBot": ("ai_train",),
    "Meta-ExternalAgent": ("ai_train", "ai_input"),
    "PanguBot": ("ai_train",),
    # to answer with
    "ChatGPT-User": ("ai_input",),
    "Claude-SearchBot": ("ai_input",),
    "Claude-User": ("ai_input",),
    "DuckAssistBot": ("ai_input",),
    "Meta-ExternalFetcher": ("ai_input",),
    "Meta-WebIndexer": ("ai_input",),
    "MistralAI-User": ("ai_input",),
    "OAI-SearchBot": ("ai_input",),
    "Perplexity-User": ("ai_input",),
    "PerplexityBot": ("ai_input",),
    "YouBot": ("ai_input",),
}
# What any crawler may read: the terms themselves.
TERMS = ("Allow: /rsl.xml", "Allow: /.well-known/")
# Lines that state the choices for whoever reads them, by their vocabulary and their words for yes and no.
SIGNALS: dict[str, tuple[dict[str, str], str, str, str]] = {
    "Content-Signal": ({"search": "search", "ai-input": "ai_input", "ai-train": "ai_train"}, "yes", "no", ", "),
    "Content-Usage": ({"search": "search", "train-ai": "ai_train"}, "y", "n", ", "),
}
# Content-Usage is an IETF draft (draft-ietf-aipref-attach) whose words still move: named here when it is an RFC.
SENT = ("Content-Signal",)


def text(policy: Policy, sitemaps: Sequence[str]) -> str:
    """robots.txt: the terms first, for they belong to no group; then everybody's group; then that of the crawlers shut out."""
    shut = [bot for bot, needs in BOTS.items() if not all(getattr(policy, choice) for choice in needs)]
    open_to = [bot for bot in BOTS if bot not in shut]
    everybody = ["Disallow: /admin/", "Disallow: /_util/", "Allow: /"]
    groups = [
        [f"License: {policy.root}/rsl.xml"],
        ["User-agent: *", *(signal(policy, name) for name in SENT), *(everybody if policy.search else _nothing())],
        [*_agents(shut), *_nothing()] if shut else [],
        # Who has a group of its own does not read everybody's.
        [*_agents(open_to), *everybody] if open_to and not policy.search else [],
        [f"Sitemap: {address}" for address in sitemaps] if policy.search else [],
    ]
    return "\n\n".join("\n".join(group) for group in groups if group) + "\n"


def signal(policy: Policy, name: str) -> str:
    """One line of SIGNALS, as in `Content-Signal: search=yes, ai-input=no, ai-train=no`."""
    words, yes, no, comma = SIGNALS[name]
    told = (f"{word}={yes if getattr(policy, choice) else no}" for word, choice in words.items())
    return f"{name}: {comma.join(told)}"


def tdmrep(policy: Policy) -> list[dict[str, Any]]:
    """`/.well-known/tdmrep.json` (TDM Reservation Protocol): one rule for the whole site; a policy only beside a reservation."""
    rule: dict[str, Any] = {"location": "/", "tdm-reservation": int(policy.reserved)}
    if policy.reserved and policy.contact:
        rule["tdm-policy"] = policy.contact
    return [rule]


def _agents(bots: Sequence[str]) -> list[str]:
    return [f"User-agent: {bot}" for bot in bots]


def _nothing() -> list[str]:
    return [*TERMS, "Disallow: /"]
