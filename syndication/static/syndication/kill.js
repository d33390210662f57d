document.querySelector("[data-syndication-print]")?.addEventListener("click", () => window.print());
