// Buttons that hand an address to the browser's own list of ways to share, where it has one.
"use strict";
(() => {
  // It is refused in the frames of some platforms, and canShare says so.
  if (!navigator.canShare || !navigator.canShare({ url: location.origin })) return;
  const reveal = () => document.querySelectorAll("[data-share]").forEach((button) => { button.hidden = false; });
  reveal();
  // The page of a badge that is being prepared puts its new state in the place of the old one.
  new MutationObserver(reveal).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-share]");
    if (!button) return;
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {});
  });
})();
