// Sends the page's one form at once; its button is for browsers without scripts.
"use strict";
document.querySelector("form[data-submit]").submit();
