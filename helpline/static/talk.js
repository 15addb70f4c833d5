// The conversation page of people asking: looks for what is new and puts it in place. Everything
// works without this file. What is being typed is never touched; the title never changes.
(() => {
  "use strict";
  const live = document.querySelector("[data-live]");
  const told = document.getElementById("new");
  if (!live || !window.fetch) return;
  let tag = live.dataset.tag;
  let wait = 5000;

  const count = () => Number(live.querySelector("#live")?.dataset.count ?? 0);

  const place = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("live");
    if (!fresh) return;
    const before = count();
    live.replaceChildren(document.adoptNode(fresh));
    if (count() > before) {
      told.textContent = told.dataset.new;
      told.hidden = false;
    }
  };

  // The visit is over: an old place in line is not left standing. Words being typed are kept; the
  // answer to sending them asks for the code.
  const over = () => {
    if (!document.querySelector("#say textarea")?.value) location.replace("/talk");
  };

  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(live.dataset.live, {
          headers: { "If-None-Match": tag, "X-Poll": "1" },
          cache: "no-store",
        });
        if (answer.status === 401) return over();
        if (answer.status === 200) {
          tag = answer.headers.get("ETag") ?? "";
          place(await answer.text());
        }
        wait = 5000;
      } catch {
        wait = Math.min(wait * 2, 60000);
      }
    }
    setTimeout(look, wait);
  };

  document.querySelector("#say textarea")?.addEventListener("focus", () => {
    told.hidden = true;
  });
  setTimeout(look, wait);
})();
