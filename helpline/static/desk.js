// The desk. Everything works without this file; it keeps what is typed, counts the texts that an
// answer becomes, lets minutes pass on the page, and calls when something waits.
(() => {
  "use strict";
  const SAVE_AFTER = 1200;
  const LONGEST = 1600;
  // The GSM 7-bit alphabet: 3GPP TS 23.038, 6.2.1, as helpline/messaging/segments.py has it.
  const GSM7 = new Set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
      "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
  );
  const ESCAPED = new Set("^{}\\[~]|€\f");
  const find = (id) => document.getElementById(id);

  // How many texts, and where they are cut; the same rules as helpline/messaging/segments.py.
  const measure = (text) => {
    const signs = [...text];
    const cheap = signs.every((sign) => GSM7.has(sign) || ESCAPED.has(sign));
    const width = cheap
      ? (sign) => (ESCAPED.has(sign) ? 2 : 1)
      : (sign) => (sign.codePointAt(0) > 0xffff ? 2 : 1);
    const [whole, part] = cheap ? [160, 153] : [70, 67];
    const units = signs.reduce((sum, sign) => sum + width(sign), 0);
    if (units <= whole) return { cheap, units, room: whole, parts: [text] };
    const parts = [""];
    let left = part;
    for (const sign of signs) {
      if (width(sign) > left) {
        parts.push("");
        left = part;
      }
      left -= width(sign);
      parts[parts.length - 1] += sign;
    }
    return { cheap, units, room: whole, parts };
  };

  const filled = (words, facts) =>
    Object.entries(facts).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words);

  const count = (form) => {
    const hint = find("parts");
    const cuts = find("cuts");
    const text = form.elements.text.value.trim();
    const found = measure(text);
    const length = [...text].length;
    cuts.replaceChildren();
    cuts.hidden = !("parts" in form.dataset) || found.parts.length < 2;
    if (length > LONGEST) {
      hint.textContent = filled(hint.dataset.over, { units: length });
      return;
    }
    if (!text || !("parts" in form.dataset)) {
      hint.textContent = hint.dataset.none;
      return;
    }
    const words = found.parts.length === 1 ? hint.dataset.one : hint.dataset.many;
    const facts = { units: found.units, room: found.room, parts: found.parts.length };
    hint.textContent = filled(words, facts) + (found.cheap ? "" : ` ${hint.dataset.wide}`);
    if (cuts.hidden) return;
    for (const part of found.parts) {
      const item = document.createElement("li");
      item.dir = "auto";
      item.textContent = part;
      cuts.append(item);
    }
  };

  // Drafts. Plain fetch: a session that ended answers 401 and changes nothing on the page.
  let saved = "";
  let timer = 0;
  const save = async (form, leaving = false) => {
    const text = form.elements.text.value;
    if (text === saved) return;
    const before = saved;
    saved = text;
    const kept = find("kept");
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        credentials: "same-origin",
        redirect: "error",
        keepalive: leaving,
      });
      if (answer.status === 401) signedOut();
      if (!answer.ok) throw new Error(String(answer.status));
      kept.textContent = text ? find("parts").dataset.kept : "";
    } catch {
      saved = before;
      kept.textContent = find("parts").dataset.lost;
    }
  };

  const signedOut = () => {
    find("signed-out").hidden = false;
    find("live")?.remove();
  };

  const prepare = () => {
    const form = find("say");
    if (!form) return;
    for (const button of form.querySelectorAll("[data-noscript]")) button.hidden = true;
    const box = form.elements.text;
    saved = box.value;
    box.addEventListener("input", () => {
      count(form);
      clearTimeout(timer);
      timer = setTimeout(() => save(form), SAVE_AFTER);
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      saved = box.value; // it is on its way; the draft must not come after it
    });
    window.addEventListener("pagehide", () => save(form, true));
    if (box.value) count(form);
  };

  // The newest words are in sight; somebody who reads further up is left there.
  const pane = () => find("talk-list")?.closest(".pane");
  const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 160;
  const toEnd = () => {
    const box = pane();
    const form = find("say") ?? find("talk-list")?.lastElementChild;
    if (box && form && getComputedStyle(box).overflowY === "auto") {
      box.scrollTop = form.offsetTop + form.offsetHeight - box.clientHeight + 16;
    }
  };

  // Minutes pass on the page, so that the server need not be asked.
  const told = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", {
    style: "short",
  });
  let ahead = 0; // of the server's clock against this device's, which may be wrong
  const setClock = () => {
    const now = Date.parse(find("live")?.dataset.now ?? "");
    if (now) ahead = now - Date.now();
  };
  const age = () => {
    for (const one of document.querySelectorAll("time[datetime]")) {
      const exact = one.querySelector(".vh");
      if (!exact) continue;
      const minutes = Math.trunc((Date.parse(one.dateTime) - Date.now() - ahead) / 60000);
      if (Math.abs(minutes) < 1) continue;
      const [amount, unit] =
        Math.abs(minutes) >= 1440
          ? [Math.trunc(minutes / 1440), "day"]
          : Math.abs(minutes) >= 60
            ? [Math.trunc(minutes / 60), "hour"]
            : [minutes, "minute"];
      one.firstChild.textContent = told.format(amount, unit);
    }
  };

  // A call: a short tone and, where it was allowed, a notification in neutral words.
  let sound = null;
  const tone = () => {
    if (!sound || sound.state !== "running") return;
    const [swing, volume] = [sound.createOscillator(), sound.createGain()];
    volume.gain.setValueAtTime(0.08, sound.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.6);
    swing.frequency.value = 660;
    swing.connect(volume).connect(sound.destination);
    swing.start();
    swing.stop(sound.currentTime + 0.6);
  };
  // A browser lets a page sound only after somebody touched it.
  const listen = () => {
    if (!("sound" in (find("live")?.dataset ?? {}))) return;
    sound ??= new AudioContext();
    if (sound.state === "suspended") sound.resume();
  };
  const calls = () => Number(find("mine-list")?.dataset.calls ?? 0);
  let before = calls();
  const call = () => {
    const now = calls();
    if (now > before) {
      tone();
      if (document.hidden && "Notification" in window && Notification.permission === "granted") {
        const note = new Notification(find("live").dataset.words, { tag: "desk" });
        note.addEventListener("click", () => window.focus());
      }
    }
    before = now;
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (now) document.title = `(${now}) ${document.title}`;
  };
  const offerNotices = () => {
    const place = find("ask-notice");
    if (!place || !("Notification" in window)) return;
    place.hidden = Notification.permission !== "default";
  };
  document.addEventListener("click", async (event) => {
    listen();
    if (!event.target.closest("#ask-notice button")) return;
    await Notification.requestPermission();
    offerNotices();
  });
  document.addEventListener("keydown", listen);

  // Polling is htmx's (see the frame and templates/desk/_live.html); we say whether it is looked at.
  let follows = true;
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement.id !== "live") return;
    if (!document.hidden && document.hasFocus()) ctx.request.headers["X-Seen"] = "1";
  });
  document.addEventListener("htmx:before:swap", () => {
    const box = pane();
    follows = box ? atEnd(box) || follows : false;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement.id !== "live" || ctx.response?.status !== 401) return;
    event.preventDefault(); // nothing of that answer belongs on this page
    signedOut();
  });
  document.addEventListener("htmx:after:swap", () => {
    setClock();
    age();
    call();
    offerNotices();
  });

  prepare();
  setClock();
  age();
  call();
  offerNotices();
  toEnd();
  setInterval(age, 30000);
  window.deskCount = measure; // the tests hold it against the server's count
})();
