// A button with data-copy copies the field it names, and says so; without a clipboard the field stays marked for the keyboard.
(() => {
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    const field = document.querySelector(button.dataset.copy);
    const place = button.parentElement.querySelector("[data-copy-said]");
    place.textContent = "";
    field.focus();
    field.select();
    let words = button.dataset.copied;
    try {
      await navigator.clipboard.writeText(field.value);
      button.focus();
    } catch {
      words = button.dataset.failed;
    }
    requestAnimationFrame(() => { place.textContent = words; });
  });
})();
