// Saves a step while somebody writes, shows what the answer says of it, and searches while somebody types.
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  const said = document.getElementById("said");
  const PAUSE = 900;
  let timer = 0;
  let saving = false;
  let again = false;
  const leaving = new AbortController();

  const say = (what) => (said.textContent = said.dataset[what]);

  async function ask(address, body) {
    const headers = { Accept: "text/html" };
    const answer = await fetch(address, { method: "POST", body, headers, signal: leaving.signal });
    if (!answer.ok) throw new Error(answer.status === 403 ? "over" : "failed");
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // Saving

  function show(page) {
    const open = [...document.querySelectorAll("#beside details")].map((one) => one.open);
    const beside = page.getElementById("beside");
    const focused = document.getElementById("beside").contains(document.activeElement);
    if (!focused) document.getElementById("beside").replaceWith(document.adoptNode(beside));
    document.querySelectorAll("#beside details").forEach((one, place) => (one.open = open[place]));
    document.querySelector("h1").replaceChildren(...page.querySelector("h1").childNodes);
    let wrong = 0;
    for (const place of form.querySelectorAll("[data-problem]")) {
      const fresh = page.getElementById(place.id);
      const text = fresh && !fresh.hidden ? fresh.textContent : "";
      if (text) wrong += 1;
      if (place.textContent !== text) place.textContent = text;
      place.hidden = !text;
      const control = document.getElementById(place.id.replace("wrong:", ""));
      if (control && text) control.setAttribute("aria-invalid", "true");
      else if (control) control.removeAttribute("aria-invalid");
    }
    return wrong;
  }

  // One at a time: an older one that comes late must not undo a newer one.
  async function save() {
    if (saving) {
      again = true;
      return;
    }
    saving = true;
    say("saving");
    try {
      const page = await ask(form.action, new FormData(form));
      say(show(page) ? "partly" : "saved");
    } catch (error) {
      if (leaving.signal.aborted) return;
      say(error.message === "over" ? "over" : "failed");
    }
    saving = false;
    if (again) {
      again = false;
      save();
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "search") return;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    leaving.abort();
  });

  // Searching

  const searching = new Map();

  // What was chosen of the last answer stays, above the words.
  function replace(box, fresh) {
    const found = box.querySelector("[data-found]");
    for (const chosen of found.querySelectorAll("label:has(:checked)")) box.querySelector(".asking").before(chosen);
    found.replaceChildren(...fresh);
    const kept = [...box.querySelectorAll(":scope > label input")].map((one) => one.value);
    for (const one of found.querySelectorAll("input")) if (kept.includes(one.value)) one.closest("label").remove();
  }

  async function search(box, field) {
    const mine = searching.get(box);
    const body = new FormData();
    body.set("_launch", form.elements._launch.value);
    body.set("vocabulary", box.dataset.search);
    body.set("pointer", box.dataset.pointer);
    body.set("words", field.value);
    try {
      const page = await ask("/lti/app/search", body);
      if (mine !== searching.get(box)) return;
      replace(box, page.body.childNodes);
    } catch {
      // The button beside the words asks as well.
    }
  }

  form.addEventListener("input", (event) => {
    const box = event.target.closest("[data-search]");
    if (!box || event.target.type !== "search") return;
    window.clearTimeout(searching.get(box));
    if (!event.target.value.trim()) return replace(box, []);
    searching.set(box, window.setTimeout(() => search(box, event.target), 250));
  });

  // Where a jump led: the thing to write there gets the keyboard, and what folds it away is opened. After the browser's
  // own way there, which takes the keyboard to the page.

  function arrive() {
    const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    if (!target) return;
    for (let around = target; around; around = around.parentElement) {
      if (around.tagName === "DETAILS") around.open = true;
    }
    const writes = "input:not([type=hidden]), select, textarea";
    target.scrollIntoView({ block: "start" });
    (target.matches(writes) ? target : target.querySelector(writes))?.focus({ preventScroll: true });
  }

  window.addEventListener("load", () => window.setTimeout(arrive));
})();
