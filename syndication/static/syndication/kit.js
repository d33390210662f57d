// Copies what is to be pasted elsewhere: a field as it is, or the text with its formats. Without a clipboard the field is marked,
// so that the keyboard copies it.
(() => {
  const say = (button, done) => {
    const place = document.querySelector("[data-kit-said]");
    const words = done ? place.dataset.copied : place.dataset.failed;
    place.textContent = "";
    requestAnimationFrame(() => { place.textContent = words; });
    button.dataset.kitState = done ? "copied" : "failed";
    button.title = words;
    setTimeout(() => { delete button.dataset.kitState; button.removeAttribute("title"); }, 3000);
  };

  const copyField = async (field) => {
    field.focus();
    field.select();
    await navigator.clipboard.writeText(field.value);
  };

  const copyRich = async (body) => {
    const kinds = { "text/html": body.innerHTML.trim(), "text/plain": document.getElementById("kit-plain").value };
    const parts = Object.entries(kinds).map(([kind, text]) => [kind, new Blob([text], { type: kind })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(parts))]);
  };

  const mark = (body) => {
    body.closest("details").open = true;
    getSelection().selectAllChildren(body);
  };

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-kit-copy], [data-kit-rich]");
    if (!button) return;
    const field = document.getElementById(button.dataset.kitCopy ?? button.dataset.kitRich);
    try {
      await (button.dataset.kitCopy ? copyField(field) : copyRich(field));
      if (button.dataset.kitCopy) button.focus();
      say(button, true);
    } catch {
      if (button.dataset.kitRich) mark(field);
      say(button, false);
    }
  });
})();
