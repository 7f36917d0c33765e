// Saves a step while somebody types and shows the answer beside it; searches a vocabulary while somebody types words.
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  const status = document.getElementById("said");
  // Milliseconds after the last key: most people do not pause for so long within a word. What is chosen is saved at once.
  const SAVE_DELAY = 600;
  // Not 0 while something was typed that no request carries yet.
  let timer = 0;
  let isSaving = false;
  let changedWhileSaving = false;
  // Aborted when the page is left: an answer that comes later has no place to be shown.
  const leaving = new AbortController();

  const showStatus = (name) => (status.textContent = status.dataset[name]);

  async function post(address, body) {
    const headers = { Accept: "text/html" };
    const answer = await fetch(address, { method: "POST", body, headers, signal: leaving.signal });
    if (!answer.ok) throw new Error(answer.status === 403 ? "over" : "failed");
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // Saving

  // Takes from the saved page what has changed, field by field, so that the cursor stays. Gives the number of problems.
  function show(page) {
    const open = [...document.querySelectorAll("#beside details")].map((one) => one.open);
    for (const id of ["looks", "beside", "previews"]) {
      const shown = document.getElementById(id);
      const fresh = page.getElementById(id);
      if (shown && fresh && !shown.contains(document.activeElement)) shown.replaceWith(document.adoptNode(fresh));
    }
    document.querySelectorAll("#beside details").forEach((one, index) => (one.open = open[index]));
    document.querySelector("h1").replaceChildren(...page.querySelector("h1").childNodes);
    let problems = 0;
    for (const shown of form.querySelectorAll("[data-problem]")) {
      const fresh = page.getElementById(shown.id);
      const text = fresh && !fresh.hidden ? fresh.textContent : "";
      if (text) problems += 1;
      if (shown.textContent !== text) shown.textContent = text;
      shown.hidden = !text;
      const control = document.getElementById(shown.id.replace("wrong:", ""));
      if (control && text) control.setAttribute("aria-invalid", "true");
      else if (control) control.removeAttribute("aria-invalid");
    }
    return problems;
  }

  // One request at a time: an older one that arrives late must not undo a newer one.
  async function save() {
    if (isSaving) {
      changedWhileSaving = true;
      return;
    }
    isSaving = true;
    timer = 0;
    showStatus("saving");
    try {
      const page = await post(form.action, new FormData(form));
      const problems = show(page);
      if (!timer) showStatus(problems ? "partly" : "saved");
    } catch (error) {
      if (leaving.signal.aborted) return;
      showStatus(error.message === "over" ? "over" : "failed");
    }
    isSaving = false;
    if (changedWhileSaving) {
      changedWhileSaving = false;
      save();
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "search") return;
    status.textContent = "";
    window.clearTimeout(timer);
    const isTyped = event.target.matches("textarea, input:not([type=checkbox], [type=radio])");
    timer = window.setTimeout(save, isTyped ? SAVE_DELAY : 0);
  });
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    leaving.abort();
  });

  // Searching

  const searching = new Map();

  // Entries that were chosen from the last answer stay, above the search box.
  function replace(box, fresh) {
    const found = box.querySelector("[data-found]");
    for (const chosen of found.querySelectorAll("label:has(:checked)")) box.querySelector(".search-box").before(chosen);
    found.replaceChildren(...fresh);
    const chosenValues = [...box.querySelectorAll(":scope > label input")].map((one) => one.value);
    for (const one of found.querySelectorAll("input")) if (chosenValues.includes(one.value)) one.closest("label").remove();
  }

  async function search(box, field) {
    const request = searching.get(box);
    const body = new FormData();
    body.set("_launch", form.elements._launch.value);
    body.set("vocabulary", box.dataset.search);
    body.set("pointer", box.dataset.pointer);
    body.set("words", field.value);
    try {
      const page = await post("/lti/app/search", body);
      if (request !== searching.get(box)) return;
      replace(box, page.body.childNodes);
    } catch {
      // The button beside the words searches without this script.
    }
  }

  form.addEventListener("input", (event) => {
    const box = event.target.closest("[data-search]");
    if (!box || event.target.type !== "search") return;
    window.clearTimeout(searching.get(box));
    if (!event.target.value.trim()) return replace(box, []);
    searching.set(box, window.setTimeout(() => search(box, event.target), 250));
  });

  // A link to a field moves the focus into it and opens the closed parts around it. It waits for the load event, because
  // the browser's own jump to the fragment takes the focus away.

  function focusTarget() {
    const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    if (!target) return;
    for (let around = target; around; around = around.parentElement) {
      if (around.tagName === "DETAILS") around.open = true;
    }
    const controls = "input:not([type=hidden]), select, textarea";
    target.scrollIntoView({ block: "start" });
    (target.matches(controls) ? target : target.querySelector(controls))?.focus({ preventScroll: true });
  }

  window.addEventListener("load", () => window.setTimeout(focusTarget));
})();
