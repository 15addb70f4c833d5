// Pages for people asking. Everything works without this file; it only makes leaving quicker.
// Shift three times within five seconds leaves, like the button. The page empties itself first
// and is replaced in the history, so that Back does not come to it.
(() => {
  "use strict";
  const link = document.querySelector("a[data-leave]");
  if (!link) return;
  let presses = [];

  const leave = () => {
    document.title = "";
    document.body.replaceChildren();
    window.location.replace(link.href);
  };

  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") {
      presses = [];
      return;
    }
    presses = [...presses, event.timeStamp].filter((at) => event.timeStamp - at < 5000);
    if (presses.length >= 3) leave();
  });

  // A browser that shows a frozen copy on Back is made to ask us again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
