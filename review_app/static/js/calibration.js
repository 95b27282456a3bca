// Twenty questions by key: J is yes, K is no, Z takes the last answer back. Which key is which act stands in review_app/keys.py.
// What is pressed while an answer is on its way waits its turn, so that nobody has to press slowly; each press answers one question.
// Every press is a form of the page sent by fetch, and the page that comes back takes the place of this one; when that fails, the form is
// sent the plain way.
const main = document.getElementById("main");
const waiting = [];
let busy = false;

const form = (act) => main.querySelector(act === "undo" ? "[data-calibration-undo]" : "[data-calibration]");

async function work() {
  if (busy) return;
  busy = true;
  while (waiting.length) {
    const act = waiting.shift();
    const sent = form(act);
    if (!sent) continue;
    const button = act === "undo" ? null : sent.querySelector(`[value=${act}]`);
    const data = new FormData(sent);
    if (button) data.set(button.name, button.value);
    if (!(await show(sent.action, data))) {
      waiting.length = 0;
      plain(sent, button);
    }
  }
  busy = false;
}

async function show(address, data) {
  let answer;
  let page;
  try {
    answer = await fetch(address, { method: "POST", body: data });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return false;
  }
  const next = page.querySelector("[data-calibration-page]") && page.getElementById("main");
  if (!answer.ok || !next) return false;
  main.replaceChildren(...next.childNodes);
  document.title = page.title;
  const toast = document.querySelector("[data-toast]");
  const said = page.querySelector("[data-toast]");
  if (toast && said) toast.replaceWith(said);
  main.querySelector("[data-calibration-page]").focus({ preventScroll: true });
  return true;
}

function plain(sent, button) {
  if (button) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = button.name;
    field.value = button.value;
    sent.append(field);
  }
  sent.submit();
}

function ask(act) {
  waiting.push(act);
  work();
}

main.addEventListener("submit", (event) => {
  const own = event.target.matches("[data-calibration],[data-calibration-undo]");
  if (!own) return;
  event.preventDefault();
  ask(event.target.matches("[data-calibration-undo]") ? "undo" : event.submitter?.value || "yes");
});
document.addEventListener("key-act", (event) => {
  const { act, held } = event.detail;
  if (act !== "next" && act !== "previous" && act !== "undo") return;
  event.preventDefault();
  // A key that is held down is one press.
  if (held) return;
  ask(act === "undo" ? "undo" : act === "next" ? "yes" : "no");
});
