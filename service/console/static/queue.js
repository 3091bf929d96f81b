// The queue: choosing several cases, the keys n, p and ?, and numbers of people kept out of addresses.
// Everything here works without it; the page is then only less handy.

const bulk = document.querySelector("form[data-bulk]");
if (bulk) {
  const boxes = () => [...bulk.querySelectorAll("input[name=case]")];
  const bar = bulk.querySelector(".bulk");
  const all = bulk.querySelector("[data-all]");
  const count = bulk.querySelector("[data-count]");
  const until = bulk.querySelector("[data-until]");
  const state = bulk.querySelector("select[name=state]");
  const show = () => {
    const chosen = boxes().filter((box) => box.checked);
    for (const box of boxes()) box.closest("tr").classList.toggle("chosen", box.checked);
    if (bar) bar.classList.toggle("closed", chosen.length === 0);
    if (count) count.textContent = chosen.length || "";
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes().length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
    // Only a case that is held takes a day.
    if (until && state) until.hidden = state.value !== "held";
  };
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes()) box.checked = all.checked;
      show();
    });
  }
  // With shift, everything between the last two is chosen alike.
  let last = null;
  bulk.addEventListener("click", (event) => {
    const box = event.target.closest("input[name=case]");
    if (!box) return;
    if (event.shiftKey && last && last !== box) {
      const row = boxes();
      const [from, to] = [row.indexOf(last), row.indexOf(box)].sort((a, b) => a - b);
      for (const one of row.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
    show();
  });
  bulk.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const pager = document.querySelector("nav.pager");
  if (event.key === "?") {
    const help = document.getElementById("keyboard");
    if (!help) return;
    help.open = !help.open;
    if (help.open) help.scrollIntoView({ block: "nearest" });
  } else if (pager && event.key === "n") {
    const next = pager.querySelector("a[rel=next]");
    if (next) location.href = next.href;
  } else if (pager && event.key === "p") {
    const first = pager.querySelector("a:not([rel])");
    if (first) location.href = first.href;
  }
});

// An identity number, a card or a phone typed into the search by words would stand in the address, and in every list of
// addresses after it: it is handed to the form that sends it in its body instead.
const words = document.querySelector("form[data-words]");
const numbers = document.querySelector("form[data-numbers]");
if (words && numbers) {
  words.addEventListener("submit", (event) => {
    const typed = words.elements.q.value.trim();
    const phone = /(^|\D)1[3-9]\d{9}(\D|$)/.test(typed);
    const person = /\d{17}[\dXx]/.test(typed);
    if (!phone && !person && !/\d{15,19}/.test(typed)) return;
    event.preventDefault();
    words.elements.q.value = "";
    numbers.elements.kind.value = phone ? "phone" : person ? "person" : "card";
    numbers.elements.value.value = typed;
    const around = numbers.closest("details");
    if (around) around.open = true;
    numbers.elements.value.focus();
  }, true);
}
if (words) {
  // Only what is chosen stands in the address.
  const given = (off) => {
    for (const one of words.elements) if (one.name) one.disabled = off && !one.value;
  };
  words.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) given(true);
  });
  window.addEventListener("pageshow", () => given(false));
}
