// An outlet's form: asks for what the chosen way of pushing needs, in its own words, and shows what it can do.
(() => {
  const speak = (name, [label, help]) => {
    const input = document.getElementById(`id_${name}`);
    const place = input?.closest(".w-panel__wrapper");
    if (!place) return;
    place.hidden = label === "";
    if (label === "") return;
    const title = document.getElementById(`id_${name}-label`);
    if (title) title.firstChild.textContent = label;
    const kept = place.dataset.syndicationKept ?? "";
    place.querySelector("[data-field-help]").innerHTML = "";
    const text = [kept, help].filter(Boolean).join(" ");
    if (!text) return;
    const said = document.createElement("div");
    said.className = "help";
    said.textContent = text;
    place.querySelector("[data-field-help]").append(said);
  };

  const show = () => {
    const kind = document.getElementById("id_kind");
    const asked = JSON.parse(document.getElementById("syndication-asked").textContent);
    document.querySelectorAll("[data-syndication-kind]").forEach((section) => {
      section.hidden = section.dataset.syndicationKind !== kind.value;
    });
    const told = asked[kind.value] ?? { endpoint: ["", ""], account: ["", ""], new_secret: ["", ""] };
    Object.entries(told).forEach(([name, words]) => speak(name, words));
    const before = document.getElementById("id_keep_old_for")?.closest(".w-panel__wrapper");
    if (before) before.hidden = told.new_secret[0] === "";
  };

  document.addEventListener("DOMContentLoaded", () => {
    const kind = document.getElementById("id_kind");
    if (!kind || !document.getElementById("syndication-asked")) return;
    // What is kept already is said by the server, before the help of the kind.
    const secret = document.getElementById("id_new_secret")?.closest(".w-panel__wrapper");
    const saved = kind.dataset.syndicationKept;
    if (secret && saved) secret.dataset.syndicationKept = saved;
    kind.addEventListener("change", show);
    show();
  });
})();
