// Shows the steps of an errand while a worker takes them; when they end, the page is loaded anew with what was found.
(() => {
  const EVERY = 700;
  const place = document.querySelector("[data-reading]");
  if (!place) return;

  const look = async () => {
    try {
      const answer = await fetch(place.dataset.reading, { credentials: "same-origin" });
      // Moved on, or signed out in another tab: the page itself says it best.
      if (answer.redirected || !answer.ok) return location.reload();
      const text = await answer.text();
      if (text.includes('data-under-way="no"')) return location.reload();
      // An unchanged text is not read aloud again, and an opened detail stays open.
      if (text !== place.shown) place.innerHTML = place.shown = text;
    } catch { /* the next round tries again */ }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
})();
