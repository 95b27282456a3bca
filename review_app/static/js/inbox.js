// The bulk bar counts what is chosen; keys give the tag to the chosen rows; filters apply at once.
const form = document.querySelector("[data-bulk]");
const keysOn = !("noKeys" in document.body.dataset);
document.querySelector("[data-apply-button]")?.setAttribute("hidden", "");
if (form) {
  const boxes = [...form.querySelectorAll("input[name=story]")];
  const count = form.querySelector("[data-bulk-count]");
  const all = form.querySelector("[data-bulk-all]");
  const none = form.querySelector("[data-bulk-none]");
  const chosen = () => boxes.filter((box) => box.checked);
  const show = () => {
    const n = chosen().length;
    if (count) count.textContent = n ? count.dataset.some.replace("{n}", n) : count.dataset.none;
    for (const box of boxes) box.closest("[data-row]").classList.toggle("picked", box.checked);
    if (all) all.hidden = n === boxes.length || n === 0;
    if (none) none.hidden = n === 0;
    form.querySelector("[data-bulk-bar]")?.classList.toggle("idle", n === 0);
  };
  const set = (on) => { for (const box of boxes) box.checked = on; show(); };
  form.addEventListener("change", show);
  all?.addEventListener("click", () => set(true));
  none?.addEventListener("click", () => set(false));
  show();
  addEventListener("keydown", (event) => {
    if (event.target.closest?.("input:not([type=checkbox]),textarea,select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return set(false);
    if (!keysOn) return;
    const key = event.key.toLowerCase();
    if (key === "z") {
      const undo = document.querySelector("[data-undo]");
      if (undo && !undo.hidden) { event.preventDefault(); undo.requestSubmit(); }
      return;
    }
    if (key === "j" || key === "k") {
      event.preventDefault();
      const at = boxes.indexOf(document.activeElement);
      boxes[Math.min(boxes.length - 1, Math.max(0, at + (key === "j" ? 1 : -1)))]?.focus();
      return;
    }
    const button = /^[a-z]$/.test(key) ? form.querySelector(`[data-key="${key.toUpperCase()}"]`) : null;
    if (button && chosen().length) { event.preventDefault(); button.click(); }
  });
}
