// An outlet's rules: finds a choice among many, and counts what is chosen in each fold.
(() => {
  const plain = (text) => text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLocaleLowerCase();

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-syndication-find]")) return;
    event.stopPropagation();
    const wanted = plain(event.target.value.trim());
    event.target.closest("details").querySelectorAll("li").forEach((row) => {
      row.hidden = wanted !== "" && !plain(row.textContent).includes(wanted);
    });
  });

  document.addEventListener("keydown", (event) => {
    // Enter finds; it must not save the form.
    if (event.key === "Enter" && event.target.matches("[data-syndication-find]")) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    const fold = event.target.closest(".syndication-fold");
    if (!fold) return;
    const number = fold.querySelectorAll("input[type=checkbox]:checked").length;
    const { none } = fold.closest("[data-syndication-rules]").dataset;
    fold.querySelector("[data-syndication-count]").textContent = number || none;
  });
})();
