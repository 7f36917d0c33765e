// Requests the page again while nobody has answered, and shows the answer. Without scripts a link does the same.
"use strict";
(() => {
  const DELAY = 4000;

  async function look() {
    const shown = document.getElementById("state");
    try {
      const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("state");
      if (answer.ok && fresh && fresh.dataset.state !== shown.dataset.state) {
        shown.replaceWith(document.adoptNode(fresh));
        document.getElementById("said").textContent = fresh.querySelector("h1").textContent;
      }
    } catch {
      // The next attempt may succeed.
    }
    scheduleLook();
  }

  function scheduleLook() {
    if (document.getElementById("state").dataset.state === "waiting") window.setTimeout(look, DELAY);
  }

  scheduleLook();
})();
