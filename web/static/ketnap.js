/* Small comforts; every page works without them. */

// Fields that only some outcomes need step aside while another outcome is chosen. What was typed stays.
for (const form of document.querySelectorAll("form")) {
  const outcomes = form.querySelectorAll("input[name=outcome][type=radio]");
  const fit = () => {
    const chosen = form.querySelector("input[name=outcome]:checked");
    for (const part of form.querySelectorAll("[data-when]")) {
      part.hidden = Boolean(chosen) && !part.dataset.when.split(" ").includes(chosen.value);
    }
  };
  outcomes.forEach((one) => one.addEventListener("change", fit));
  if (outcomes.length) fit();
  // A second click on the button while the first is under way sends nothing.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent && form.method === "post") event.preventDefault();
    form.dataset.sent = "1";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// An open menu closes with Escape or a click beside it.
const menus = document.querySelectorAll("header details");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") menus.forEach((menu) => (menu.open = false));
});
document.addEventListener("click", (event) => {
  menus.forEach((menu) => menu.contains(event.target) || (menu.open = false));
});

// Ticks of a list: one for all on the page, and a bar that says how many.
for (const bar of document.querySelectorAll("[data-picked]")) {
  const form = bar.closest("form");
  const ticks = [...form.elements].filter((one) => one.name === bar.dataset.picked && one.type === "checkbox" && !one.disabled);
  const all = form.querySelector(`[data-pick-all="${bar.dataset.picked}"]`);
  const words = bar.querySelector(".bulk-count");
  const count = () => {
    const picked = ticks.filter((one) => one.checked).length;
    bar.querySelector("[data-count]").textContent = picked;
    words.hidden = false;
    if (all) all.firstElementChild.checked = picked > 0 && picked === ticks.length;
    if (all) all.firstElementChild.indeterminate = picked > 0 && picked < ticks.length;
  };
  if (all && ticks.length) {
    all.hidden = false;
    all.firstElementChild.addEventListener("change", (event) => {
      for (const one of ticks) one.checked = event.target.checked;
      count();
    });
  }
  ticks.forEach((one) => one.addEventListener("change", count));
  count();
  window.addEventListener("pageshow", count);
}

// The button that prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Signed in again: the form that was typed before opens by itself.
document.querySelector("form[data-go-on]")?.requestSubmit();
