// Passkeys: asks the browser for one when such a form is sent, and sends the form with what it answered.
(() => {
  "use strict";
  const webauthn = globalThis.SimpleWebAuthnBrowser;
  if (!webauthn || !webauthn.browserSupportsWebAuthn()) return;

  async function ask(form) {
    const response = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!response.ok) throw new Error("The page is too old. Load it again, and try once more.");
    const options = await response.json();
    if (options.go) {
      location.assign(options.go);
      return null;
    }
    return form.dataset.passkey === "register"
      ? webauthn.startRegistration({ optionsJSON: options })
      : webauthn.startAuthentication({ optionsJSON: options });
  }

  function explain(error) {
    if (error.name === "NotAllowedError" || error.name === "AbortError") return "It was cancelled, or took too long. Nothing was changed.";
    if (error.name === "InvalidStateError") return "This device has a passkey for you already.";
    if (error.name === "SecurityError") return "Passkeys do not work at this address. They need https and a host name.";
    return error.message;
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const told = form.querySelector("[data-told]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      told.hidden = true;
      try {
        const answer = await ask(form);
        if (!answer) return;
        form.elements.credential.value = JSON.stringify(answer);
        form.submit();
      } catch (error) {
        told.textContent = explain(error);
        told.hidden = false;
        for (const button of form.querySelectorAll("button")) button.disabled = false;
      }
    });
  }
  for (const note of document.querySelectorAll("[data-passkey-missing]")) note.hidden = true;
})();
