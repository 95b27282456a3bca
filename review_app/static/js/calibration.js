// Twenty questions by key: J is yes, K is no, Z takes the last answer back. Which key is which act stands in review_app/keys.py.
const form = document.querySelector("[data-calibration]");
const back = document.querySelector("[data-calibration-undo]");
let sent = false;
document.addEventListener("submit", () => { sent = true; });
document.addEventListener("key-act", (event) => {
  const { act } = event.detail;
  // A key that is pressed twice would answer for a question that is not on screen yet.
  if (sent) return;
  if ((act === "next" || act === "previous") && form) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(act === "next" ? "[value=yes]" : "[value=no]"));
  } else if (act === "undo" && back) {
    event.preventDefault();
    back.requestSubmit();
  }
});
