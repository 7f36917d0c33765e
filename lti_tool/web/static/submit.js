// Sends the page's one form at once; its button is there for whoever runs no scripts.
"use strict";
document.querySelector("form[data-submit]").submit();
