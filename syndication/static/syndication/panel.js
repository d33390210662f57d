// The Syndication panel: sends what an editor asks for, and shows the table again while something is under way.
(() => {
  const EVERY = 2000;
  const SETTLED_ROUNDS = 10; // a look follows a delivery by a few seconds: keep showing for a while

  const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

  const complain = (panel, text) => {
    const problem = panel.querySelector(".syndication-problem");
    if (!problem) return;
    problem.textContent = text;
    problem.hidden = false;
  };

  const show = (panel, html) => {
    // An opened detail or a focused button must survive the refresh.
    const open = [...panel.querySelectorAll("details")].map((details) => details.open);
    const focused = panel.contains(document.activeElement) ? document.activeElement.dataset.syndicationPost : null;
    panel.innerHTML = html;
    panel.querySelectorAll("details").forEach((details, index) => { details.open = Boolean(open[index]); });
    if (focused) panel.querySelector(`[data-syndication-post="${focused}"]`)?.focus();
  };

  const follow = (panel, rounds) => {
    clearTimeout(panel.syndicationTimer);
    if (rounds <= 0 || !panel.dataset.syndicationPanel) return;
    panel.syndicationTimer = setTimeout(async () => {
      let left = rounds - 1;
      try {
        const answer = await fetch(panel.dataset.syndicationPanel, { credentials: "same-origin" });
        if (answer.ok && !document.hidden) show(panel, await answer.text());
        if (panel.querySelector('[data-under-way="yes"]')) left = SETTLED_ROUNDS;
      } catch { /* the next round tries again */ }
      follow(panel, left);
    }, EVERY);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-syndication-post]");
    if (!button) return;
    const panel = button.closest("[data-syndication-panel]");
    button.disabled = true;
    try {
      const answer = await fetch(button.dataset.syndicationPost, {
        method: "POST",
        headers: { "X-CSRFToken": token() },
        credentials: "same-origin",
      });
      if (answer.ok) {
        show(panel, await answer.text());
        follow(panel, SETTLED_ROUNDS);
      } else {
        complain(panel, answer.status === 409 ? await answer.text() : "That did not work. Reload the page and try again.");
      }
    } catch {
      complain(panel, "The site did not answer. Check your connection and try again.");
    } finally {
      button.disabled = false;
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-syndication-panel]").forEach((panel) => {
      if (panel.querySelector('[data-under-way="yes"]')) follow(panel, SETTLED_ROUNDS);
    });
  });
})();
