// Forms marked data-upload show how much of their file has been sent, and keep what was chosen when it is refused.
// Without this the browser sends them as any other form.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const box = form.querySelector("[data-progress]");
  const problem = form.querySelector("[data-problem]");
  const file = form.querySelector("input[type=file]");
  const button = form.querySelector("button");
  const size = (bytes) => (bytes < 1e6 ? Math.round(bytes / 1e3) + " kB" : (bytes / 1e6).toFixed(1) + " MB");
  const over = (text) => {
    box.hidden = true;
    button.disabled = false;
    problem.hidden = !text;
    problem.textContent = text || "";
    if (text) problem.scrollIntoView({ block: "center" });
  };
  // What the answer says went wrong: a page of ours, a problem of the service, or nothing that can be read.
  const said = (request) => {
    const kind = request.getResponseHeader("content-type") || "";
    try {
      if (kind.includes("json")) {
        const told = JSON.parse(request.responseText);
        return (document.documentElement.lang.startsWith("zh") && told.detail_zh) || told.detail;
      }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const found = [...page.querySelectorAll("main .notice.problem:not([hidden])")].map((one) => one.textContent.trim());
      return found.filter(Boolean).join(" ") || page.querySelector("h1").textContent;
    } catch {
      return "";
    }
  };
  form.addEventListener("submit", (event) => {
    if (!file.files.length || !window.XMLHttpRequest) return;
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    problem.hidden = true;
    box.hidden = false;
    const bar = box.querySelector("progress");
    const text = box.querySelector("p");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    request.upload.addEventListener("progress", (sent) => {
      if (!sent.lengthComputable) return;
      bar.value = (sent.loaded / sent.total) * 100;
      text.textContent = form.dataset.sending + " " + size(sent.loaded) + " / " + size(sent.total);
    });
    request.upload.addEventListener("load", () => { text.textContent = form.dataset.taken; });
    request.addEventListener("load", () => {
      // A run that was taken in leads to its page; so does one that was sent before.
      if (request.status < 400) location.assign(request.responseURL || "/runs");
      else over(said(request) || form.dataset.broken);
    });
    request.addEventListener("error", () => over(form.dataset.broken));
    request.addEventListener("abort", () => over(""));
    request.send(new FormData(form));
  });
}
