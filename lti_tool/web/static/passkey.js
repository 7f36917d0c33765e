// A form whose button asks for a passkey: a new one (data-passkey="create"), or one that there is ("get"). The answer goes
// with the form. All values of bytes are base64url, in the page and in the answer.
"use strict";
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const described = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const create = async (options, name) => {
    const user = { id: bytes(options.user.id), name, displayName: name };
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user,
        excludeCredentials: described(options.excludeCredentials),
      },
    });
    return {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : [],
      credential: made,
    };
  };

  const get = async (options) => {
    const found = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: described(options.allowCredentials),
      },
    });
    return {
      clientDataJSON: text(found.response.clientDataJSON),
      authenticatorData: text(found.response.authenticatorData),
      signature: text(found.response.signature),
      userHandle: found.response.userHandle ? text(found.response.userHandle) : null,
      credential: found,
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const told = form.querySelector("[role=status]");
      told.textContent = "";
      try {
        const options = JSON.parse(form.dataset.options);
        const typed = form.elements.namedItem("name");
        const asked =
          form.dataset.passkey === "create"
            ? await create(options, form.dataset.account || (typed ? typed.value : ""))
            : await get(options);
        const { credential, ...response } = asked;
        form.elements.namedItem("answer").value = JSON.stringify({
          id: credential.id,
          rawId: text(credential.rawId),
          type: credential.type,
          response,
          clientExtensionResults: {},
        });
        form.submit();
      } catch {
        // The browser says only that it was not allowed: whoever asked may have changed their mind.
        told.textContent = form.dataset.failed;
      }
    });
  }
})();
