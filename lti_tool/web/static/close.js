// Tells the platform that registration is done: when the button is pressed, or after a time unless “stay” is pressed.
"use strict";
(() => {
  const close = () =>
    (window.opener || window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");
  const box = document.getElementById("closing");
  box.hidden = false;
  let timer = window.setTimeout(close, Number(box.dataset.seconds) * 1000);
  document.getElementById("finish").addEventListener("click", close);
  document.getElementById("stay").addEventListener("click", (event) => {
    window.clearTimeout(timer);
    event.target.hidden = true;
    document.getElementById("soon").hidden = true;
  });
})();
