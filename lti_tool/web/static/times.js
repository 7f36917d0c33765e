// Says times in the zone of the browser, where the platform did not tell it to the server.
"use strict";
(() => {
  // English as Europe writes it, as on the server.
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
  const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const exact = (time) => `${day.format(time)}, ${hour.format(time)}`;
  const rewrite = () => {
    for (const element of document.querySelectorAll("time[data-show]")) {
      const shown = element.dataset.show;
      const time = new Date(element.dateTime);
      delete element.dataset.show;
      element.title = exact(time);
      if (shown === "day") element.textContent = day.format(time);
      if (shown === "moment") element.textContent = exact(time);
    }
  };
  rewrite();
  // Other scripts replace parts of the page.
  new MutationObserver(rewrite).observe(document.body, { childList: true, subtree: true });
})();
