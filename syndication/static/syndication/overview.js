// The overview refreshes its inner part while somebody can see it; focus and the place in the table survive.
(() => {
  const EVERY = 5000;

  const show = (place, html) => {
    const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
    const across = place.querySelector(".syndication-scroll")?.scrollLeft ?? 0;
    place.innerHTML = html;
    const table = place.querySelector(".syndication-scroll");
    if (table) table.scrollLeft = across;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  const follow = (place) => {
    setTimeout(async () => {
      try {
        if (!document.hidden) {
          const answer = await fetch(place.dataset.syndicationRefresh, { credentials: "same-origin" });
          // Somebody logged out is sent to the login page: that must not land in here.
          if (answer.ok && !answer.redirected) show(place, await answer.text());
        }
      } catch { /* the next round tries again */ }
      follow(place);
    }, EVERY);
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-syndication-refresh]").forEach(follow));
})();
