// Leaves of the signs those that are found by the typed words. Without this script the button beside them does.
"use strict";
(() => {
  // A shorter word is looked for at the beginning of words alone, as the server does.
  const SHORTEST_WITHIN = 4;

  function plain(text) {
    return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  }

  function isFound(label, words) {
    const text = ` ${label.dataset.words}`;
    return words.every((word) => text.includes(` ${word}`) || (word.length >= SHORTEST_WITHIN && text.includes(word)));
  }

  for (const field of document.querySelectorAll("[data-filter]")) {
    const labels = field.closest("fieldset").querySelectorAll("[data-words]");
    const none = document.querySelector(`[data-none="${field.dataset.filter}"]`);
    const filter = () => {
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      let found = 0;
      for (const label of labels) {
        const matches = isFound(label, words);
        found += matches;
        label.hidden = !matches && !label.querySelector(":checked");
      }
      none.hidden = found > 0;
    };
    field.addEventListener("input", filter);
    // The page of the answer would begin at its top.
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }
})();
