// Stores a value with the platform, or reads it (LTI Client Side postMessages). After five seconds without an answer the
// page goes on: the server has other ways to find out whose browser began the launch.
"use strict";
(() => {
  const page = document.getElementById("storage");
  const { frame, origin, key, value, location: next } = page.dataset;
  const form = page.querySelector("form");
  let isDone = false;

  function platformWindow() {
    const host = window.parent !== window ? window.parent : window.opener;
    if (!host || frame === "_parent") return host;
    try {
      return host.frames[frame] || host;
    } catch {
      return host;
    }
  }

  function proceed(found) {
    if (isDone) return;
    isDone = true;
    if (next) {
      window.location.replace(next);
      return;
    }
    form.elements.value.value = found || "";
    form.submit();
  }

  function send(message) {
    const platform = platformWindow();
    if (!platform) return false;
    platform.postMessage(message, origin);
    return true;
  }

  const id = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
  const subject = next ? "lti.put_data" : "lti.get_data";
  window.addEventListener("message", (event) => {
    const answer = event.data;
    if (event.origin !== origin || !answer || answer.message_id !== id) return;
    if (answer.subject !== subject + ".response") return;
    // The platform's storage is small, so a value that has been read is removed.
    if (!next) send({ subject: "lti.put_data", message_id: id + "-done", key, value: null });
    proceed(answer.error ? "" : answer.value);
  });
  const request = next ? { subject, message_id: id, key, value } : { subject, message_id: id, key };
  try {
    if (!send(request)) proceed("");
  } catch {
    proceed("");
  }
  window.setTimeout(() => proceed(""), 5000);
})();
