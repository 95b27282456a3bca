// Around every page: keys held over with Shift, "/" to search, the theme button, focus on what went wrong.
const root = document.documentElement;

const pin = document.querySelector("[data-toggle=keys]");
let pinned = false;
const showKeys = (on) => { if (on) root.dataset.keys = ""; else delete root.dataset.keys; };
if (pin && !("noKeys" in document.body.dataset)) {
  pin.hidden = false;
  pin.addEventListener("click", () => {
    pinned = !pinned;
    pin.setAttribute("aria-pressed", String(pinned));
    showKeys(pinned);
  });
  addEventListener("keydown", (event) => { if (event.key === "Shift" && !typing(event.target)) showKeys(true); });
  addEventListener("keyup", (event) => { if (event.key === "Shift") showKeys(pinned); });
  addEventListener("blur", () => showKeys(pinned));
}

function typing(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]") !== null;
}

addEventListener("keydown", (event) => {
  if (event.key !== "/" || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if ("noKeys" in document.body.dataset) return;
  const search = document.querySelector("[data-search]");
  if (search && search.offsetParent !== null) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

// While the theme follows the system, the button turns to the other side of what is seen now.
const themeForm = document.querySelector("[data-theme-form]");
const dark = document.getElementById("dark");
if (themeForm) {
  themeForm.elements.theme.value = dark && matchMedia(dark.media).matches ? "light" : "dark";
}

document.querySelector("[data-focus]")?.focus();

// Without script every popover stands open.
document.querySelectorAll(".why[data-why]").forEach((why) => { why.hidden = true; });

// A popover that says why: one at a time, Escape closes it and gives the focus back.
addEventListener("click", (event) => {
  const hit = event.target.closest?.(".hit[aria-controls]");
  if (!hit) return;
  const open = hit.getAttribute("aria-expanded") === "true";
  for (const other of document.querySelectorAll(".hit[aria-expanded=true]")) close(other);
  if (!open) {
    hit.setAttribute("aria-expanded", "true");
    document.getElementById(hit.getAttribute("aria-controls")).hidden = false;
  }
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".hit[aria-expanded=true]");
  if (open) { close(open); open.focus(); }
});
function close(hit) {
  hit.setAttribute("aria-expanded", "false");
  document.getElementById(hit.getAttribute("aria-controls")).hidden = true;
}

// Selects and boxes that apply at once.
addEventListener("change", (event) => {
  const control = event.target.closest?.("[data-apply]");
  if (control) control.form.requestSubmit();
});
