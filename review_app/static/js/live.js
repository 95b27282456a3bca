// A part of the page that looks again while something moves. Without script the page itself is loaded again (noscript in its head).
const EVERY = 2000;

async function look(part) {
  if (document.hidden) return later(part);
  let fresh;
  try {
    const answer = await fetch(part.dataset.live, { redirect: "error" });
    if (!answer.ok) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
  } catch {
    return later(part);
  }
  if (!fresh) return;
  // A button that has the focus keeps it, or a press of the space bar would go nowhere.
  const held = part.contains(document.activeElement) ? document.activeElement.dataset.hold : "";
  part.replaceWith(fresh);
  if (held) fresh.querySelector(`[data-hold="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  later(fresh);
}

function later(part) {
  if ("moving" in part.dataset) setTimeout(look, EVERY, part);
}

document.querySelectorAll("[data-live]").forEach(later);
