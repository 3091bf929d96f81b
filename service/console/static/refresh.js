// An element marked data-refresh (seconds) is looked at again by itself, and with it those marked data-refreshed; each
// has an id. When the mark is gone from the page, what was
// waited for is there: the whole page is loaded.
const waits = document.querySelector("[data-refresh]");
if (waits) {
  const every = Math.max(1, Number(waits.dataset.refresh) || 3) * 1000;
  let pause = every;
  const look = async () => {
    if (document.hidden) return void setTimeout(look, every);
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) throw new Error(String(answer.status));
      const made = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = made.getElementById(waits.id);
      if (!now || !now.dataset.refresh) return void location.reload();
      for (const one of document.querySelectorAll("[data-refreshed]")) {
        const other = made.getElementById(one.id);
        if (other && other.textContent !== one.textContent) one.replaceChildren(...other.childNodes);
      }
      // The same words again are not read out again.
      if (now.textContent.trim() !== waits.textContent.trim()) waits.replaceChildren(...now.childNodes);
      pause = every;
    } catch {
      pause = Math.min(60000, pause * 2);
    }
    setTimeout(look, pause);
  };
  setTimeout(look, every);
}
