// Review by keyboard: an element marked data-key is pressed by that key. Everything works without it.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (!/^[0-9]$/.test(event.key)) return;
  const one = document.querySelector('[data-key="' + event.key + '"]');
  if (!one) return;
  event.preventDefault();
  one.click();
});
