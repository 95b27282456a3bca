// Only the fields of the chosen way are shown; what is hidden keeps what was typed.
const form = document.querySelector("[data-intake]");
const part = form?.querySelector("[data-for=text]");
if (form && part) {
  const show = () => { part.hidden = form.elements.kind.value !== "text"; };
  form.addEventListener("change", show);
  show();
}
