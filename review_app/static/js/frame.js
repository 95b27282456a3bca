// Around every page: keys and their list, the theme button, focus on what went wrong.
const root = document.documentElement;

// Keys. What each does stands in the list of keys on the page (review_app/keys.py); here and in the page's own scripts stand only the
// acts. A key is told to them as an event "key-act": whoever did something with it says so by preventDefault.
const keymap = new Map();
for (const row of document.querySelectorAll("[data-keys-dialog] [data-act]")) {
  for (const key of row.dataset.keys.split(" ")) keymap.set(key, { act: row.dataset.act, value: row.dataset.value || "", always: "always" in row.dataset });
}
const dialog = document.querySelector("[data-keys-dialog]");
const singles = !("noKeys" in document.body.dataset);

function typing(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]") !== null;
}

addEventListener("keydown", (event) => {
  const known = keymap.get(event.key.toLowerCase());
  if (!known || event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
  if (!known.always && (!singles || typing(event.target))) return;
  if (!tell(known, event.target, event.repeat)) event.preventDefault();
});
addEventListener("keyup", (event) => { if (keymap.get(event.key.toLowerCase())?.act === "hints") showKeys(pinned); });

function tell({ act, value }, target, held = false) {
  return document.dispatchEvent(new CustomEvent("key-act", { detail: { act, value, target, held }, cancelable: true }));
}

// Keys over the buttons while Shift is held, or until the button in the list is pressed again.
const pin = document.querySelector("[data-toggle=keys]");
let pinned = false;
const showKeys = (on) => { if (on && singles) root.dataset.keys = ""; else delete root.dataset.keys; };
if (pin) pin.parentElement.hidden = !singles;
pin?.addEventListener("click", () => {
  pinned = !pinned;
  pin.setAttribute("aria-pressed", String(pinned));
  showKeys(pinned);
});
addEventListener("blur", () => showKeys(pinned));

// The list of keys: a dialog of the browser's own, which Escape closes and which gives the focus back.
const openList = () => { showKeys(pinned); dialog.showModal(); };
document.querySelector("[data-keys-open]")?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !dialog?.showModal) return;
  event.preventDefault();
  openList();
});

document.addEventListener("key-act", (event) => {
  const { act, target } = event.detail;
  if (act === "hints") {
    if (!typing(target)) showKeys(true);
  } else if (act === "list") {
    event.preventDefault();
    openList();
  } else if (act === "search") {
    const search = document.querySelector("[data-search]");
    if (search && search.offsetParent !== null) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (act === "close") {
    const open = document.querySelector(".hit[aria-expanded=true]");
    if (open) { close(open); open.focus(); }
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
function close(hit) {
  hit.setAttribute("aria-expanded", "false");
  document.getElementById(hit.getAttribute("aria-controls")).hidden = true;
}

// Selects and boxes that apply at once.
addEventListener("change", (event) => {
  const control = event.target.closest?.("[data-apply]");
  if (control) control.form.requestSubmit();
});
