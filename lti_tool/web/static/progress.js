// Asks how far the work in a course is, less and less often, and shows the course when it is over. Without scripts a
// button does the same.
"use strict";
(() => {
  const DELAYS = [1000, 1500, 2000, 3000, 4000, 6000, 10000];
  // Some ten minutes: what takes longer waits for somebody, and the button stays.
  const MOST = 60;
  let attempt = 0;

  async function ask(form, address) {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(address, { method: "POST", headers: { Accept: "text/html" }, body });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  async function look() {
    const shown = document.getElementById("work");
    try {
      const fresh = (await ask(shown, shown.dataset.work))?.getElementById("work");
      if (!fresh) return;
      const hadFocus = shown.contains(document.activeElement);
      const isOver = !fresh.dataset.work;
      const over = isOver && fresh.querySelector("p");
      if (over) over.remove();
      if (!isOver || isInUse(shown) || !(await showCourse(shown))) {
        shown.replaceWith(document.adoptNode(fresh));
        if (hadFocus) fresh.querySelector("button").focus();
      }
      if (isOver) return say(over);
    } catch {
      // The next attempt may succeed.
    }
    scheduleLook();
  }

  // Whoever chooses, types or reads something that is unfolded keeps it, and shows the course with the button.
  function isInUse(work) {
    const main = document.getElementById("main");
    const focused = document.activeElement;
    const chosen = [...main.querySelectorAll("input, select, textarea")].some(
      (one) => one.checked !== one.defaultChecked || (one.value !== one.defaultValue && one.matches("input, textarea")),
    );
    return chosen || (main.contains(focused) && focused !== main && !work.contains(focused));
  }

  async function showCourse(form) {
    const fresh = (await ask(form, form.action))?.getElementById("main");
    if (!fresh) return false;
    const main = document.getElementById("main");
    const open = new Set([...main.querySelectorAll("details[open] > summary")].map((one) => one.textContent));
    main.replaceChildren(...document.adoptNode(fresh).childNodes);
    for (const one of main.querySelectorAll("summary")) {
      if (open.has(one.textContent)) one.parentElement.open = true;
    }
    return true;
  }

  function say(sentence) {
    const notice = document.createElement("div");
    notice.className = "notice yes";
    notice.append(document.adoptNode(sentence));
    // A screen reader tells what comes into a part that it knows already, and this one may be new.
    window.setTimeout(() => document.getElementById("said").replaceChildren(notice), 200);
  }

  function scheduleLook() {
    if (attempt < MOST) window.setTimeout(look, DELAYS[Math.min(attempt++, DELAYS.length - 1)]);
  }

  scheduleLook();
})();
