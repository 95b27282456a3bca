// The triage loop: one row open at a time, tags, the next row and taking back by key (review_app/keys.py), focus to the next row.
// Everything here has a plain form behind it; when a request fails the form is sent the plain way or the reason is shown in the row.
const body = document.body;
const keysOn = !("noKeys" in body.dataset);
const list = document.querySelector("[data-rows]");
const rows = () => (list ? [...list.querySelectorAll("[data-story].story")] : []);
const toast = document.querySelector("[data-toast]");

function current() {
  return list ? list.querySelector("[data-story][aria-current]") : document.querySelector(".tagbar[data-story]");
}

function open(row, focus = true) {
  if (!row) return;
  // Folded on a phone: what is to be looked at next unfolds the rest.
  const fold = list?.parentElement.querySelector(".more-box");
  if (fold && row.offsetParent === null) fold.checked = true;
  for (const other of rows()) if (other !== row) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  if (focus) {
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

function beside(row, step) {
  const all = rows();
  let at = all.indexOf(row) + step;
  return all[at] || null;
}

function nextOpen(row) {
  const all = rows();
  const at = all.indexOf(row);
  return [...all.slice(at + 1), ...all.slice(0, at)].find((other) => !other.classList.contains("done")) || null;
}

function say(text, events, more) {
  if (!toast) return;
  toast.classList.remove("off");
  toast.querySelector("[data-toast-text]").textContent = text;
  const form = toast.querySelector("[data-undo]");
  form.hidden = !events || events.length === 0;
  form.setAttribute("action", form.dataset.undoTags);
  form.elements.events.value = (events || []).join(",");
  const link = toast.querySelector("[data-toast-more]");
  link.hidden = !more;
  link.textContent = more ? more.text : "";
  if (more) link.href = more.address;
}

function problem(row, error) {
  const slot = row.querySelector("[data-slot]") || document.querySelector("[data-slot]");
  const note = document.createElement("div");
  note.className = "notice bad";
  note.setAttribute("role", "alert");
  const words = document.createElement("p");
  const strong = document.createElement("b");
  strong.textContent = error.error || "";
  words.append(strong, " ", error.advice || "");
  note.append(document.createElement("span"), words);
  slot.replaceChildren(note);
}

function count(step) {
  const progress = document.querySelector("[data-progress]");
  if (!progress) return;
  const done = Math.max(0, Number(progress.dataset.done) + step);
  progress.dataset.done = String(done);
  const goal = Number(progress.dataset.goal);
  progress.querySelector("[data-progress-done]").textContent = String(Math.min(done, goal));
  const left = progress.querySelector("[data-progress-left]");
  if (left) {
    left.hidden = done >= goal;
    left.textContent = ` · ${left.dataset.words.replace("{minutes}", String(Math.max(0, goal - done)))}`;
  }
  const bar = progress.querySelectorAll("rect")[1];
  if (bar) bar.setAttribute("width", String(Math.round((200 * Math.min(done, goal)) / goal)));
}

async function send(form, data) {
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "error" });
  const words = await answer.json();
  return { ok: answer.ok, words };
}

let last = null;

async function tag(form, button) {
  const row = form.closest("[data-story]");
  if (!list || !list.contains(row)) return false;
  const data = new FormData(form);
  data.set("tag", button.value);
  let result;
  try {
    result = await send(form, data);
  } catch {
    return false;
  }
  if (!result.ok) {
    problem(row, result.words);
    return true;
  }
  row.querySelector("[data-slot]")?.replaceChildren();
  form.elements.version.value = result.words.version;
  for (const each of form.querySelectorAll("button")) each.removeAttribute("aria-pressed");
  button.setAttribute("aria-pressed", "true");
  const chip = row.querySelector("[data-chip]");
  last = { row, before: chip ? [...chip.childNodes].map((node) => node.cloneNode(true)) : [], was: row.classList.contains("done"), form };
  if (chip) {
    const mark = document.createElement("span");
    mark.className = `verdict ${result.words.css}`;
    const icon = button.querySelector("svg").cloneNode(true);
    mark.append(icon, result.words.label);
    chip.replaceChildren(mark);
  }
  if (!last.was) count(1);
  row.classList.add("done");
  say(result.words.text, result.words.events, result.words.more);
  open(nextOpen(row) || row);
  return true;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches("[data-triage]") && event.submitter && event.submitter.name === "tag" && list && list.contains(form)) {
    event.preventDefault();
    if (!(await tag(form, event.submitter))) plain(form, event.submitter);
  } else if (form.matches("[data-undo]") && last) {
    event.preventDefault();
    await undo(form);
  }
});

function plain(form, button) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = button.name;
  field.value = button.value;
  form.append(field);
  form.submit();
}

async function undo(form) {
  let result;
  try {
    result = await send(form, new FormData(form));
  } catch {
    form.submit();
    return;
  }
  if (!result.ok) {
    say(`${result.words.error} ${result.words.advice || ""}`, []);
    return;
  }
  const { row, before, was } = last;
  row.querySelector("[data-chip]")?.replaceChildren(...before);
  row.classList.toggle("done", was);
  if (!was) count(-1);
  for (const each of last.form.querySelectorAll("button")) each.removeAttribute("aria-pressed");
  if (result.words.versions[0]) last.form.elements.version.value = result.words.versions[0];
  last = null;
  say(result.words.text, []);
  open(row);
}

// A click into a row makes it the current one; links and buttons keep their own work.
list?.addEventListener("click", (event) => {
  const row = event.target.closest("[data-story]");
  if (row && !row.hasAttribute("aria-current") && !event.target.closest("a,button,input,label,summary")) open(row);
});
list?.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-story]");
  if (row && !row.hasAttribute("aria-current")) open(row, false);
});

// Nghi sai lệch…: the quote form opens under the row and never covers the list.
async function openClaim(link) {
  const row = link.closest("[data-story]");
  const slot = row?.querySelector("[data-slot]") || document.querySelector("[data-slot]");
  if (!slot) return false;
  let answer;
  try {
    answer = await fetch(link.href, { headers: { "X-Fragment": "1" }, redirect: "error" });
  } catch {
    return false;
  }
  if (!answer.ok) return false;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = parsed.querySelector("[data-claim-form]");
  if (!form) return false;
  form.classList.add("sheet", "pad");
  slot.replaceChildren(document.adoptNode(form));
  form.elements.quote.focus();
  form.elements.quote.select();
  return true;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-claim]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    if (!(await openClaim(link))) location.assign(link.href);
    return;
  }
  const pick = event.target.closest("[data-pick]");
  if (pick) {
    event.preventDefault();
    pick.form.elements.quote.value = pick.textContent;
    const said = pick.form.querySelector("[data-quote-words]");
    if (said && pick.nextElementSibling) said.textContent = pick.nextElementSibling.textContent;
    pick.closest("details").open = false;
    pick.form.elements.quote.focus();
    return;
  }
  const close = event.target.closest("[data-close]");
  if (close && close.closest("[data-slot]")) {
    event.preventDefault();
    closeClaim(close.closest("[data-slot]"));
  }
});

// The known words under a foreign quote follow it as it is edited: the server is asked for them once the typing pauses.
let asking = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("[data-claim-form]");
  if (!form || event.target !== form.elements.quote || !form.querySelector("[data-quote-words]")) return;
  const turn = ++asking;
  setTimeout(async () => {
    if (turn !== asking) return;
    const data = new FormData(form);
    data.set("reload", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Fragment": "1" }, redirect: "error" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-quote-words]");
      const said = form.querySelector("[data-quote-words]");
      if (turn === asking && fresh && said) said.textContent = fresh.textContent;
    } catch {
      // the words of before stay, as they do without script
    }
  }, 400);
});

function closeClaim(slot) {
  const row = slot.closest("[data-story]");
  slot.replaceChildren();
  (row || document.querySelector("[data-claim]"))?.focus();
}

document.addEventListener("key-act", (event) => {
  const { act, value, target } = event.detail;
  if (act === "close") {
    const slot = [...document.querySelectorAll("[data-slot]")].find((each) => each.querySelector("[data-claim-form]"));
    if (slot) { event.preventDefault(); closeClaim(slot); }
  } else if (act === "undo") {
    const form = toast?.querySelector("[data-undo]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    if (form.hidden) say(toast.dataset.nothing, []);
    else form.requestSubmit();
  } else if (act === "next" || act === "previous") {
    event.preventDefault();
    if (list) open(beside(current() || rows()[0], act === "next" ? 1 : -1));
    else document.querySelector(act === "next" ? "[data-next]" : "[data-previous]")?.click();
  } else if (act === "open") {
    if (list && target === current()) { event.preventDefault(); current().querySelector("h3 a").click(); }
  } else if (act === "tag") {
    const button = [...(current()?.querySelectorAll("[data-key]") || [])].find((each) => each.dataset.key === value);
    if (button) { event.preventDefault(); button.click(); }
  }
});
