// Shows the print button where script runs: printing needs it, everything else does not.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}
