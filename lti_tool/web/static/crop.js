// Shows the chosen part of an own picture before it is sent, and lets it be dragged. The sliders are what is sent.
"use strict";
(() => {
  const box = document.querySelector("[data-crop]");
  const file = document.getElementById("picture");
  if (!box || !file) return;
  const form = box.closest("form");
  const canvas = box.querySelector("canvas");
  const sliders = { across: form.elements.across, down: form.elements.down, zoom: form.elements.zoom };
  let picture = null;
  let drag = null;

  // The square as badges.pictures cuts it out: its left, its top and its side, in pixels of the picture.
  function square() {
    const side = (Math.min(picture.width, picture.height) / sliders.zoom.value) * 100;
    return {
      left: ((picture.width - side) * sliders.across.value) / 100,
      top: ((picture.height - side) * sliders.down.value) / 100,
      side,
    };
  }

  function show() {
    canvas.hidden = !picture;
    box.querySelector("[data-drag]").hidden = !picture;
    if (!picture) return;
    const paper = canvas.getContext("2d");
    paper.clearRect(0, 0, canvas.width, canvas.height);
    if (form.elements.part.value === "square") {
      const { left, top, side } = square();
      paper.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
    } else {
      const scale = canvas.width / Math.max(picture.width, picture.height);
      const [width, height] = [picture.width * scale, picture.height * scale];
      paper.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    }
  }

  // A data URL, because pages may show no other pictures than theirs and such.
  function read() {
    picture = null;
    show();
    const chosen = file.files[0];
    if (!chosen) return;
    if (chosen.type === "image/svg+xml") {
      chosen.text().then((text) => load("data:image/svg+xml," + encodeURIComponent(sized(text))));
    } else if (["image/png", "image/jpeg"].includes(chosen.type)) {
      const reader = new FileReader();
      reader.addEventListener("load", () => load(reader.result));
      reader.readAsDataURL(chosen);
    }
  }

  function load(address) {
    const image = new Image();
    image.addEventListener("load", () => {
      picture = image.width && image.height ? image : null;
      show();
    });
    image.src = address;
  }

  // An SVG in the size of its view box, as badges.rebuilt_svg reads it, large enough to stay sharp. As a picture it runs
  // no programs and loads nothing.
  function sized(text) {
    const drawing = new DOMParser().parseFromString(text, "image/svg+xml");
    const box = (drawing.documentElement.getAttribute("viewBox") || "").trim().split(/[\s,]+/).map(Number);
    if (box.length !== 4 || !(box[2] > 0 && box[3] > 0)) return text;
    const scale = 2000 / Math.max(box[2], box[3]);
    drawing.documentElement.setAttribute("width", box[2] * scale);
    drawing.documentElement.setAttribute("height", box[3] * scale);
    return new XMLSerializer().serializeToString(drawing);
  }

  function choose(slider, value) {
    slider.value = Math.min(100, Math.max(0, Math.round(value)));
  }

  function move(event) {
    const perPixel = square().side / canvas.clientWidth;
    const room = { across: picture.width - square().side, down: picture.height - square().side };
    const moved = { across: event.clientX - drag.x, down: event.clientY - drag.y };
    for (const name of ["across", "down"]) {
      if (room[name] >= 1) choose(sliders[name], drag[name] - (moved[name] * perPixel * 100) / room[name]);
    }
    show();
  }

  file.addEventListener("change", read);
  // What moves a slider means a square.
  box.addEventListener("input", (event) => {
    if (event.target.type === "range") form.elements.part.value = "square";
    show();
  });
  canvas.addEventListener("pointerdown", (event) => {
    form.elements.part.value = "square";
    drag = { x: event.clientX, y: event.clientY, across: Number(sliders.across.value), down: Number(sliders.down.value) };
    canvas.setPointerCapture(event.pointerId);
    show();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (drag) move(event);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (drag = null));
  read();
})();
