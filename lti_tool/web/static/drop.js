// A file may be dropped on the form, and is checked at once.
"use strict";
(() => {
  const zone = document.querySelector("[data-drop]");
  const input = zone.querySelector("input[type=file]");
  const form = zone.closest("form");
  const highlight = (isOver) => zone.classList.toggle("over", isOver);
  zone.querySelector("[data-drop-hint]").hidden = false;
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      highlight(true);
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) highlight(false);
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    highlight(false);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  document.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    input.files = event.clipboardData.files;
    form.requestSubmit();
  });
})();
