// Asks again how far a self-test is, less and less often, and shows what it has found. Without scripts a link does it.
"use strict";
(() => {
  const DELAYS = [1000, 1500, 2000, 3000, 4000, 6000, 10000];
  // Some ten minutes: what takes longer waits for somebody, and the link stays.
  const MOST = 60;
  // What a self-test changes on the page.
  const PARTS = ["standing", "tested", "permitted"];
  let attempt = 0;

  async function look() {
    const shown = document.getElementById("tested");
    try {
      const answer = await fetch(shown.querySelector("a").href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("tested");
      if (!answer.ok || !fresh) return;
      if (!fresh.dataset.goesOn) {
        const hadFocus = shown.contains(document.activeElement);
        for (const name of PARTS) {
          const old = document.getElementById(name);
          const part = page.getElementById(name);
          if (old && part) old.replaceWith(document.adoptNode(part));
        }
        document.getElementById("said").textContent = fresh.dataset.said;
        if (hadFocus) document.getElementById("self-test").focus();
        return;
      }
    } catch {
      // The next attempt may succeed.
    }
    schedule();
  }

  function schedule() {
    if (attempt < MOST) window.setTimeout(look, DELAYS[Math.min(attempt++, DELAYS.length - 1)]);
  }

  if (document.getElementById("tested")?.dataset.goesOn) schedule();
})();
