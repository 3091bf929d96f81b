// What every page of staff gets. Everything works without it; with it a form is sent once and keys move through lists.

// A form that is on its way is not sent again. The server knows too: each form has a key.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post" && !event.defaultPrevented) {
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  }
});
// Coming back by the back button finds the page as it was left: its forms may be sent.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// j and k (or arrows) move through the rows of a list marked data-rows, Enter opens, x chooses, / goes to the search.
const rows = () => [...document.querySelectorAll("[data-rows] > [data-href]")];
let at = -1;
const move = (to) => {
  const all = rows();
  if (!all.length) return;
  at = Math.max(0, Math.min(all.length - 1, to));
  all.forEach((row, n) => row.setAttribute("aria-selected", n === at ? "true" : "false"));
  all[at].scrollIntoView({ block: "nearest" });
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, button, [contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const all = rows();
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); }
  } else if (all.length && (event.key === "j" || event.key === "ArrowDown")) {
    event.preventDefault();
    move(at + 1);
  } else if (all.length && (event.key === "k" || event.key === "ArrowUp")) {
    event.preventDefault();
    move(at - 1);
  } else if (all[at] && event.key === "Enter" && !event.target.closest("a")) {
    location.href = all[at].dataset.href;
  } else if (all[at] && event.key === "x") {
    const box = all[at].querySelector("input[type=checkbox]");
    if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); }
  }
});

// A form marked data-self sends itself when a choice changes.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-self]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
});

// What is wider than the screen is scrolled by keys too.
for (const box of document.querySelectorAll(".scroll:not([tabindex])")) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
    if (!box.hasAttribute("role")) box.setAttribute("role", "group");
    const heading = box.querySelector("caption, th");
    if (!box.hasAttribute("aria-label") && heading) box.setAttribute("aria-label", heading.textContent.trim());
  }
}

// Buttons marked data-print print the page.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
