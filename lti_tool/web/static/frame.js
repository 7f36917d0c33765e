// In a frame: tells the platform how high the page is (Canvas's lti.frameResize). Outside: hides the way to a new tab.
"use strict";
(() => {
  if (window.parent === window) {
    document.documentElement.classList.add("top-level");
    return;
  }
  const main = document.getElementById("main");
  let told = 0;
  const observer = new ResizeObserver(() => {
    // Not the height of the document: that is never less than the frame's, so the frame could only grow.
    const height = Math.ceil(main.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    // To whatever page is around: which one that is the platform knows, and a height is no secret.
    window.parent.postMessage({ subject: "lti.frameResize", height }, "*");
  });
  // With the page's own font, or the frame would change twice under the reader's hand.
  document.fonts.ready.then(() => observer.observe(main));
})();
