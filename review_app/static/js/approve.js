// The number on "Duyệt N bản" follows the ticks. Without script it is the number ticked when the page was made.
const form = document.querySelector('[data-approve]')
const button = form?.querySelector('[data-count]')
if (button && button.getAttribute('aria-disabled') !== 'true') {
  const words = button.querySelector('span')
  form.addEventListener('change', () => {
    const count = form.querySelectorAll('input[name=document]:checked').length
    words.textContent = button.dataset.count.replace('{count}', String(count))
  })
}
