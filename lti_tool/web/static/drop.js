// A file, or a link to a badge, may be dropped on the form, and is checked at once.
"use strict";
(() => {
  const zone = document.querySelector("[data-drop]");
  const input = zone.querySelector("input[type=file]");
  const details = zone.querySelector("[data-drop-text]");
  const text = details.querySelector("textarea");
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
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
    } else {
      const link = event.dataTransfer.getData("URL");
      if (!link) return;
      input.value = "";
      text.value = link;
      details.open = true;
    }
    form.requestSubmit();
  });
  document.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    input.files = event.clipboardData.files;
    form.requestSubmit();
  });
})();
