// Only the fields of the chosen way are shown; what is hidden keeps what was typed. A file that is too large is put back at once.
const form = document.querySelector("[data-intake]");
if (form) {
  const show = () => {
    const way = form.elements.kind.value;
    for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(way);
  };
  const file = form.querySelector("[data-limit]");
  const big = form.querySelector("[data-too-big]");
  form.addEventListener("change", show);
  file?.addEventListener("change", () => {
    const over = file.files.length > 0 && file.files[0].size > Number(file.dataset.limit);
    if (over) file.value = "";
    big.hidden = !over;
  });
  show();
}
