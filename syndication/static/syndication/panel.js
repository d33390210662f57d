// The Syndication panel, and whatever else refreshes by parts: sends what an editor asks for, and shows the answer in its place.
(() => {
  const EVERY = 2000;
  const SETTLED_ROUNDS = 10; // a look follows a delivery by a few seconds: keep showing for a while

  const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

  const complain = (panel, text) => {
    const problem = panel.querySelector(".syndication-problem");
    if (!problem) return;
    problem.textContent = text;
    problem.hidden = !text;
  };

  const said = (part) => [...part.querySelectorAll("[data-syndication-says]")].map((one) => one.dataset.syndicationSays);

  // What is open stays open and what has the focus keeps it.
  const replace = (panel, old, fresh) => {
    fresh.querySelectorAll("details[id]").forEach((details) => {
      details.open = document.getElementById(details.id)?.open ?? false;
    });
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const before = said(old);
    old.replaceWith(fresh);
    const news = said(fresh).filter((sentence) => !before.includes(sentence));
    const voice = panel.querySelector("[data-syndication-said]");
    if (news.length && voice) voice.textContent = news.join(". ");
    if (!held) return;
    const same = held.dataset.syndicationPost && fresh.querySelector(`[data-syndication-post="${held.dataset.syndicationPost}"]`);
    const summary = held.tagName === "SUMMARY" && held.parentElement.id && document.getElementById(held.parentElement.id);
    const next = same || (summary && summary.querySelector("summary")) || fresh.querySelector("a, button, summary");
    next?.focus({ preventScroll: true });
  };

  // Each part is replaced where it differs. What an editor writes in is replaced only when it was sent (`own`).
  const show = (panel, html, own = "") => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const sections = (root) => [...root.querySelectorAll("section")].map((section) => section.getAttribute("aria-labelledby")).join();
    if (sections(panel) !== sections(fresh)) {
      // Outlets came or went. Never under the hands of somebody who writes.
      if (!panel.querySelector("[data-syndication-dirty]")) panel.innerHTML = html;
      return;
    }
    fresh.querySelectorAll("[data-syndication-part]").forEach((part) => {
      const key = part.dataset.syndicationPart;
      const old = panel.querySelector(`[data-syndication-part="${key}"]`) ?? (key.startsWith("frame-") && panel.querySelector('[data-syndication-part^="frame-"]'));
      if (!old || (part.dataset.syndicationOwn && key !== own)) return;
      if (key === own) part.open = true;
      if (key === own || old.outerHTML !== part.outerHTML) replace(panel, old, document.importNode(part, true));
    });
  };

  const follow = (panel, rounds) => {
    clearTimeout(panel.syndicationTimer);
    if (rounds <= 0 || !panel.dataset.syndicationPanel) return;
    panel.syndicationTimer = setTimeout(async () => {
      let left = rounds - 1;
      try {
        const answer = document.hidden ? null : await fetch(panel.dataset.syndicationPanel, { credentials: "same-origin" });
        if (answer?.ok) show(panel, await answer.text());
        if (document.hidden || panel.querySelector('[data-under-way="yes"]')) left = SETTLED_ROUNDS;
      } catch { /* the next round tries again */ }
      follow(panel, left);
    }, EVERY);
  };

  const written = (button) => {
    const body = new FormData();
    const fields = document.querySelector(`[data-syndication-own="${button.dataset.syndicationSends}"]`);
    fields?.querySelectorAll("[name]").forEach((field) => body.append(field.name, field.value));
    return body;
  };

  const send = async (button) => {
    const panel = button.closest("[data-syndication-panel]");
    button.disabled = true;
    complain(panel, "");
    clearTimeout(panel.syndicationTimer);
    try {
      const answer = await fetch(button.dataset.syndicationPost, {
        method: "POST",
        headers: { "X-CSRFToken": token() },
        credentials: "same-origin",
        body: written(button),
      });
      button.disabled = false;
      // A button that was disabled has lost the focus; who moved on meanwhile keeps it.
      if (document.activeElement === document.body) button.focus({ preventScroll: true });
      if (answer.ok || answer.status === 422) {
        if (answer.ok) button.closest("details")?.removeAttribute("open");
        show(panel, await answer.text(), button.dataset.syndicationSends);
        panel.querySelectorAll("[data-syndication-fetch][open]").forEach(load);
      } else {
        complain(panel, answer.status === 409 ? await answer.text() : panel.dataset.failed);
      }
    } catch {
      complain(panel, panel.dataset.unreachable);
    } finally {
      button.disabled = false;
      follow(panel, SETTLED_ROUNDS);
    }
  };

  const load = async (details) => {
    const place = details.querySelector("[data-syndication-fetched]");
    const panel = details.closest("[data-syndication-panel]");
    try {
      const answer = await fetch(details.dataset.syndicationFetch, { credentials: "same-origin" });
      place.innerHTML = answer.ok ? await answer.text() : "";
      if (!answer.ok) place.textContent = panel.dataset.failed;
    } catch {
      place.textContent = panel.dataset.unreachable;
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-syndication-post]");
    if (button) send(button);
  });

  // `toggle` does not bubble, but it can be caught on its way down.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-syndication-fetch]") && event.target.open) load(event.target);
  }, true);

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-syndication-panel]").forEach((panel) => {
      // What is written here is kept by its own button: the page's form must neither count nor send it.
      ["input", "change", "keyup"].forEach((kind) => panel.addEventListener(kind, (event) => {
        event.target.closest("[data-syndication-own]")?.setAttribute("data-syndication-dirty", "");
        event.stopPropagation();
      }));
      panel.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
        event.preventDefault();
        const button = event.target.closest("[data-syndication-own]")?.querySelector("[data-syndication-sends]");
        if (button) send(button);
      });
      if (panel.querySelector('[data-under-way="yes"]')) follow(panel, SETTLED_ROUNDS);
    });
  });
})();
