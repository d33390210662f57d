// A test under way: shows each step as it is found, until the last one.
(() => {
  const EVERY = 1000;
  const ROUNDS = 900;

  const show = (place, html) => {
    // An opened detail must survive the refresh.
    const open = [...place.querySelectorAll("details")].map((details) => details.open);
    if (place.dataset.shown === html) return;
    place.dataset.shown = html;
    place.innerHTML = html;
    place.querySelectorAll("details").forEach((details, index) => { details.open = Boolean(open[index]); });
    const summary = document.querySelector("[data-syndication-summary]");
    const { sentence } = place.firstElementChild.dataset;
    // Read aloud only when it changes.
    if (summary && summary.textContent !== sentence) summary.textContent = sentence;
  };

  const follow = (place, rounds) => {
    if (rounds <= 0 || !place.querySelector('[data-under-way="yes"]')) return;
    setTimeout(async () => {
      try {
        const answer = await fetch(place.dataset.syndicationSteps, { credentials: "same-origin" });
        if (answer.ok && !answer.redirected) show(place, await answer.text());
      } catch { /* the next round tries again */ }
      follow(place, rounds - 1);
    }, EVERY);
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-syndication-steps]").forEach((place) => follow(place, ROUNDS));
  });
})();
