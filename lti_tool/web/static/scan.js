// Reads a QR code with the camera, and hands its address in as if it had been pasted. A browser that cannot read codes
// itself sends single pictures to this site, one at a time. The camera is on only while somebody looks at the page.
"use strict";
(() => {
  const EVERY = 700; // milliseconds
  const LONGEST = 60_000;
  const SIDE = 960; // pixels
  const MOST_FAILURES = 5;
  const box = document.querySelector("[data-scan]");
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
  const [start, stop, view, said] = ["start", "stop", "view", "said"].map((one) => box.querySelector(`[data-scan-${one}]`));
  const video = box.querySelector("video");
  const form = start.form;
  const text = form.querySelector("[data-drop-text]");
  // What is being scanned: {stream, timer}. An end makes it null, and whatever still waits for an answer then stops.
  let scan = null;
  box.hidden = false;

  const say = (what) => {
    const words = what ? box.dataset[what] : "";
    if (said.textContent !== words) said.textContent = words;
  };
  const pause = (milliseconds) => new Promise((resolve) => window.setTimeout(resolve, milliseconds));
  const switchOff = (stream) => stream.getTracks().forEach((track) => track.stop());

  function end(why) {
    if (!scan) return;
    window.clearTimeout(scan.timer);
    if (scan.stream) switchOff(scan.stream);
    scan = null;
    video.srcObject = null;
    const hadFocus = view.contains(document.activeElement);
    view.hidden = true;
    start.hidden = false;
    if (hadFocus) start.focus();
    say(why);
    // The other way, for whoever could not be helped by this one.
    if (!["found", "stopped", "left"].includes(why)) form.querySelector("[data-photo-text]").open = true;
  }

  async function begin() {
    if (scan) return;
    const mine = (scan = {});
    say("starting");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1280 } },
      });
    } catch (error) {
      if (scan === mine) end(error.name === "NotAllowedError" ? "refused" : "noCamera");
      return;
    }
    if (scan !== mine) {
      switchOff(stream); // the page was left meanwhile
      return;
    }
    scan.stream = stream;
    scan.timer = window.setTimeout(end, LONGEST, "nothing");
    // As when it is unplugged, or taken back in the browser's bar.
    stream.getVideoTracks()[0].addEventListener("ended", () => scan === mine && end("noCamera"));
    video.srcObject = stream;
    view.hidden = false;
    start.hidden = true;
    stop.focus();
    say("looking");
    await video.play().catch(() => {});
    look(mine, await detector());
  }

  async function look(mine, own) {
    let failures = 0;
    while (scan === mine) {
      const next = pause(EVERY);
      let found = {};
      try {
        if (video.videoWidth) found = await (own ? readHere(own) : readBySite());
        failures = 0;
      } catch {
        own = null; // some browsers have a reader that never works
        failures += 1;
      }
      if (scan !== mine) return;
      if (found.address) return follow(found.address);
      if (failures === MOST_FAILURES) return end("unreachable");
      if (found.why) say(found.why);
      await next;
    }
  }

  async function detector() {
    if (!("BarcodeDetector" in window)) return null;
    const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
    return formats.includes("qr_code") ? new window.BarcodeDetector({ formats: ["qr_code"] }) : null;
  }

  async function readHere(own) {
    const texts = (await own.detect(video)).map((code) => code.rawValue);
    const addresses = new Set(texts.filter((one) => /^https?:\/\/[^\s<>"]+$/i.test(one)));
    if (addresses.size === 1) return { address: [...addresses][0] };
    return { why: addresses.size ? "several" : texts.length ? "noAddress" : "" };
  }

  async function readBySite() {
    const answer = await fetch("/verify/qr-code", {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "image/jpeg" },
      body: await picture(),
    });
    if (!answer.ok) throw new Error(answer.status);
    const { address, code } = await answer.json();
    return { address, why: { qr_code_without_address: "noAddress", several_qr_codes: "several" }[code] };
  }

  function picture() {
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    const context = canvas.getContext("2d");
    context.filter = "grayscale(1)";
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.7));
  }

  function follow(address) {
    end("found");
    form.querySelectorAll("input[type=file]").forEach((input) => { input.value = ""; });
    text.querySelector("textarea").value = address;
    text.open = true;
    form.requestSubmit();
  }

  start.addEventListener("click", begin);
  stop.addEventListener("click", () => end("stopped"));
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") end("stopped"); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) end("left"); });
  window.addEventListener("pagehide", () => { end("left"); say(""); });
})();
