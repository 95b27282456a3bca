// The bulk bar counts what is chosen; keys (review_app/keys.py) give the tag to the chosen rows; filters apply at once.
const form = document.querySelector("[data-bulk]");
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
  document.addEventListener("key-act", (event) => {
    const { act, value, target } = event.detail;
    if (act === "close") {
      if (!target.closest?.("input:not([type=checkbox]),textarea,select")) set(false);
    } else if (act === "undo") {
      const toast = document.querySelector("[data-toast]");
      const undo = toast?.querySelector("[data-undo]");
      if (!undo || event.defaultPrevented) return;
      event.preventDefault();
      if (!undo.hidden) { undo.requestSubmit(); return; }
      toast.classList.remove("off");
      toast.querySelector("[data-toast-text]").textContent = toast.dataset.nothing;
    } else if (act === "next" || act === "previous") {
      event.preventDefault();
      const at = boxes.indexOf(document.activeElement);
      boxes[Math.min(boxes.length - 1, Math.max(0, at + (act === "next" ? 1 : -1)))]?.focus();
    } else if (act === "open") {
      const link = boxes.includes(target) && target.closest("[data-row]").querySelector("h3 a");
      if (link) { event.preventDefault(); link.click(); }
    } else if (act === "tag") {
      const button = form.querySelector(`[data-key="${value}"]`);
      if (button && chosen().length) { event.preventDefault(); button.click(); }
    }
  });
}
