// Requests the page again while a badge is being prepared, less and less often, and shows what has changed.
"use strict";
(() => {
  const DELAYS = [1500, 2000, 3000, 4000, 6000, 10000];
  let attempt = 0;

  async function refresh() {
    const form = document.querySelector("form[data-refresh]");
    if (!form) return;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { "X-LTI-Launch": form.elements._launch.value, Accept: "text/html" },
      });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("state");
      const shown = document.getElementById("state");
      if (!answer.ok || !fresh) return;
      // Whoever is choosing or typing something keeps it: what is new is shown once they have gone on.
      const inUse = shown.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
      if (inUse) return scheduleRefresh();
      const isNew = fresh.dataset.state !== shown.dataset.state;
      const isOver = !fresh.querySelector("form[data-refresh]");
      if (isNew || isOver) shown.replaceWith(document.adoptNode(fresh));
      if (isNew) document.getElementById("said").textContent = fresh.querySelector("h1").textContent;
      if (isOver) return;
    } catch {
      // The next attempt may succeed.
    }
    scheduleRefresh();
  }

  function scheduleRefresh() {
    if (!document.querySelector("form[data-refresh]")) return;
    window.setTimeout(refresh, DELAYS[Math.min(attempt++, DELAYS.length - 1)]);
  }

  scheduleRefresh();
})();
