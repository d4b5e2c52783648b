// What the pages do beyond htmx: appearance, exact times in the reader's zone, copying, dialogs, and filters that apply at once.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const themes = { auto: "automatic", light: "light", dark: "dark" };

  function applyTheme() {
    const wanted = root.dataset.theme;
    root.setAttribute("data-bs-theme", wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted);
    for (const name of document.querySelectorAll("[data-theme-name]")) name.textContent = themes[wanted];
  }

  function nextTheme() {
    const order = Object.keys(themes);
    root.dataset.theme = order[(order.indexOf(root.dataset.theme) + 1) % order.length];
    document.cookie = `seatkeeper_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    applyTheme();
  }

  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

  function lasting(seconds) {
    for (const [size, name] of units) if (seconds >= size) return `${Math.floor(seconds / size)} ${name}`;
    return "0 s";
  }

  function tellTimes(within) {
    for (const element of within.querySelectorAll("time[datetime]")) {
      const at = new Date(element.dateTime);
      const passed = (Date.now() - at.getTime()) / 1000;
      element.title = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
      if (element.hasAttribute("data-exact")) continue;
      if (element.hasAttribute("data-clock")) {
        element.textContent = at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
        continue;
      }
      element.textContent = Math.abs(passed) < 1 ? "now" : passed < 0 ? `in ${lasting(-passed)}` : `${lasting(passed)} ago`;
    }
  }

  async function copy(button) {
    const source = button.dataset.copy || document.getElementById(button.dataset.copyFrom).textContent.trim();
    let label = "Copied";
    try {
      await navigator.clipboard.writeText(source);
    } catch {
      label = "Select it and copy by hand";
    }
    const told = button.querySelector("[data-copy-label]") || button;
    const before = told.textContent;
    told.textContent = label;
    setTimeout(() => { told.textContent = before; }, 1500);
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-theme-next], [data-copy], [data-copy-from], [data-open], [data-close]");
    for (const menu of document.querySelectorAll("details.sk-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    if (!target) return;
    if (target.matches("[data-theme-next]")) nextTheme();
    else if (target.dataset.open) document.getElementById(target.dataset.open).showModal();
    else if (target.matches("[data-close]")) target.closest("dialog").close();
    else copy(target);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.sk-menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.form && event.target.form.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-unlocks]");
    if (field) document.getElementById(field.dataset.unlocks).disabled = field.value.trim() !== field.dataset.expected;
  });

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && !event.defaultPrevented && event.target.method === "post") setTimeout(() => { button.disabled = true; });
  });

  // Whoever reads further down, or in a row, keeps their place: new rows are then only counted.
  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement, request } = event.detail.ctx;
    if (!sourceElement.hasAttribute("data-holds")) return;
    const reads = sourceElement.querySelector("details[open]") || sourceElement.contains(document.activeElement);
    if (reads || sourceElement.getBoundingClientRect().top < 0) request.body.set("hold", "1");
  });

  dark.addEventListener("change", applyTheme);
  applyTheme();
  document.addEventListener("DOMContentLoaded", () => {
    applyTheme();
    tellTimes(document);
    // On a narrow screen tabs scroll, and the present one may be out of sight.
    for (const tab of document.querySelectorAll(".sk-tabs [aria-current]")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;
    setInterval(() => tellTimes(document), 15000);
  });
  document.addEventListener("htmx:after:swap", () => tellTimes(document));
})();
