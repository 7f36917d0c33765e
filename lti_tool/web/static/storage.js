// Keeps a value with the platform, or asks for it (LTI Client Side postMessages). After five seconds without an answer
// the page goes on: the server has other ways to make sure who opened the launch.
"use strict";
(() => {
  const page = document.getElementById("storage");
  const { frame, origin, key, value, location: next } = page.dataset;
  const form = page.querySelector("form");
  let gone = false;

  function target() {
    const host = window.parent !== window ? window.parent : window.opener;
    if (!host || frame === "_parent") return host;
    try {
      return host.frames[frame] || host;
    } catch {
      return host;
    }
  }

  function goOn(found) {
    if (gone) return;
    gone = true;
    if (next) {
      window.location.replace(next);
      return;
    }
    form.elements.value.value = found || "";
    form.submit();
  }

  function send(message) {
    const to = target();
    if (!to) return false;
    to.postMessage(message, origin);
    return true;
  }

  const id = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
  const subject = next ? "lti.put_data" : "lti.get_data";
  window.addEventListener("message", (event) => {
    const answer = event.data;
    if (event.origin !== origin || !answer || answer.message_id !== id) return;
    if (answer.subject !== subject + ".response") return;
    // The platform's storage is small: what was asked for once is not kept.
    if (!next) send({ subject: "lti.put_data", message_id: id + "-done", key, value: null });
    goOn(answer.error ? "" : answer.value);
  });
  const asked = next ? { subject, message_id: id, key, value } : { subject, message_id: id, key };
  try {
    if (!send(asked)) goOn("");
  } catch {
    goOn("");
  }
  window.setTimeout(() => goOn(""), 5000);
})();
