// A form that gives a file leaves its page where it is: after a moment it may be sent again, as a new one.
for (const form of document.querySelectorAll("form[data-download]")) {
  form.addEventListener("submit", () => setTimeout(() => {
    const key = form.elements.form_key;
    key.value = key.value.replace(/-\d+$/, "") + "-" + Date.now();
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }, 2000));
}
