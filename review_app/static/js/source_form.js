// Choosing another kind of source asks for its settings at once; without script a button does. What was typed comes along.
const form = document.querySelector("[data-source-form]");
const button = form?.querySelector("[data-kind-button]");
if (form && button) {
  button.parentElement.hidden = true;
  form.elements.kind.addEventListener("change", () => form.requestSubmit(button));
}

// The name that a try found goes into the empty field at once.
document.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-use-name]");
  const field = form?.elements.namedItem("name");
  if (!offer || !field) return;
  event.preventDefault();
  if (!field.value.trim()) field.value = offer.dataset.useName;
  field.focus();
});
