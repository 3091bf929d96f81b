// The case page: fields that belong to one choice alone, files that are too large before they are sent, and where on
// the page one is. Everything works without it.

for (const part of document.querySelectorAll("[data-when]")) {
  const choice = part.closest("form").elements[part.dataset.when];
  const show = () => {
    part.hidden = choice.value !== part.dataset.is;
    for (const field of part.querySelectorAll("input, select, textarea")) field.required = !part.hidden && part.dataset.optional === undefined;
  };
  choice.addEventListener("change", show);
  show();
}

for (const form of document.querySelectorAll("form[data-most]")) {
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    const file = input.files[0];
    input.setCustomValidity(file && file.size > Number(form.dataset.most) ? form.dataset.tooLarge : "");
    input.reportValidity();
  });
}

// Mark where on the page one reads.
const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.getAttribute("href").slice(1), a]));
if ("IntersectionObserver" in window && links.size) {
  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id);
    const first = [...links.keys()].find((id) => seen.has(id));
    for (const [id, a] of links) id === first ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current");
  }, { rootMargin: "-10% 0px -70% 0px" });
  for (const id of links.keys()) {
    const part = document.getElementById(id);
    if (part && id !== "doing") watcher.observe(part);
  }
}

// Ties, timeline and peers come from a page of their own, after this one stands: the history may be slow or away.
const drawings = document.querySelector("[data-drawings]");
if (drawings && window.fetch && window.DOMParser) {
  const slots = [...document.querySelectorAll("[data-drawn]")];
  const say = (text) => {
    for (const slot of slots) {
      const later = slot.querySelector(".later:not(.stays)");
      if (later) later.firstElementChild.before(`${text} `);
    }
  };
  for (const slot of slots) {
    slot.setAttribute("aria-busy", "true");
    const later = slot.querySelector(".later:not(.stays)");
    if (later) later.dataset.text = drawings.dataset.loading;
  }
  const put = (there) => {
    for (const slot of slots) {
      const found = there.getElementById(slot.dataset.drawn);
      if (!found) throw new Error("another page came back");
      // What stands there stays where the history has nothing to add.
      if (found.querySelector(".nothing") && slot.querySelector(".stays")) continue;
      slot.querySelector(".later").replaceWith(...[...found.childNodes].map((one) => document.importNode(one, true)));
    }
    for (const address of drawings.dataset.scripts.split(" ")) {
      const script = document.createElement("script");
      script.async = false;
      script.src = address;
      document.head.append(script);
    }
    // What the address points at has moved down.
    if (location.hash.length > 1) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  };
  fetch(drawings.dataset.drawings, { headers: { accept: "text/html" }, credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error("refused"))))
    .then((text) => put(new DOMParser().parseFromString(text, "text/html")))
    .catch(() => say(drawings.dataset.failed))
    .finally(() => {
      for (const slot of slots) {
        slot.removeAttribute("aria-busy");
        const later = slot.querySelector(".later");
        if (later) delete later.dataset.text;
      }
    });
}
