// A button that copies an address. Where the browser does not let it, the address is selected and the page says how it
// is copied.
"use strict";
document.documentElement.classList.add("can-copy");
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.focus();
  field.select();
  // First the old way: it needs no permission of the page around a frame, which learning platforms do not give.
  let isCopied = document.execCommand("copy");
  if (!isCopied && window.parent === window && navigator.clipboard) {
    isCopied = await navigator.clipboard.writeText(field.value).then(
      () => true,
      () => false,
    );
  }
  document.getElementById("copied").textContent = isCopied ? button.dataset.done : button.dataset.selected;
});
