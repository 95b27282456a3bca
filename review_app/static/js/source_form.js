// Choosing another kind of source asks for its settings at once; without script a button does. What was typed comes along.
const form = document.querySelector("[data-source-form]");
const button = form?.querySelector("[data-kind-button]");
if (form && button) {
  button.parentElement.hidden = true;
  form.elements.kind.addEventListener("change", () => form.requestSubmit(button));
}
