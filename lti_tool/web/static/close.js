// Tells the platform that registration is done: at the press of the button, or by itself unless told to stay.
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
