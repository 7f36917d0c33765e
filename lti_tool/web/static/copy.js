// A button that copies an address, where the browser lets it.
"use strict";
if (navigator.clipboard) document.documentElement.classList.add("can-copy");
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.getElementById("said").textContent = button.dataset.done;
    button.textContent = button.dataset.done;
  } catch {
    document.documentElement.classList.remove("can-copy");
  }
});
