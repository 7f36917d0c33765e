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
  // A photo is sent smaller than phones take it: only the code in it is read. Files with a badge are never touched.
  const photo = zone.querySelector("[data-photo]");
  const shrunk = async (file) => {
    const drawn = await createImageBitmap(file);
    const scale = Math.min(1, 2000 / Math.max(drawn.width, drawn.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(drawn.width * scale);
    canvas.height = Math.round(drawn.height * scale);
    canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
    return new File([blob], "photo.jpg", { type: blob.type });
  };
  photo.addEventListener("change", async () => {
    if (!photo.files.length) return;
    input.value = "";
    try {
      const transfer = new DataTransfer();
      transfer.items.add(await shrunk(photo.files[0]));
      photo.files = transfer.files;
    } catch {
      // As it is: the server says what is wrong with it.
    }
    form.requestSubmit();
  });
  document.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    input.files = event.clipboardData.files;
    form.requestSubmit();
  });
})();
