// Adds what needs a script: buttons that copy a field. Without the clipboard the field is marked, so that the keyboard copies it.
(() => {
  const said = document.querySelector("[data-said]");
  let silence;
  const say = (words) => {
    said.textContent = "";
    requestAnimationFrame(() => { said.textContent = words; });
    clearTimeout(silence);
    silence = setTimeout(() => { said.textContent = ""; }, 6000);
  };

  const copy = async (field) => {
    field.select();
    await navigator.clipboard.writeText(field.value);
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await copy(field);
        button.dataset.done = "";
        setTimeout(() => { delete button.dataset.done; }, 3000);
        say(said.dataset.copied);
      } catch {
        field.focus();
        field.select();
        say(said.dataset.failed);
      }
    });
  }
})();
