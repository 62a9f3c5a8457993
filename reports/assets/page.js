// What happens on the page: the address, the filters, opening cases, light and dark.

function start() {
  const cases = document.getElementById("cases");
  const filters = new Filters(cases);
  filters.form.hidden = false;

  /** The address without a jump and without a new entry in the history. */
  const remember = (opened) => {
    const parts = filters.chosen();
    if (opened) parts.push(`case=${encodeURIComponent(opened).replaceAll("%2F", "/")}`);
    history.replaceState(null, "", `#${parts.join("&") || "cases"}`);
  };

  const follow = () => {
    const wanted = Filters.read();
    if (wanted === null) {
      reveal(document.getElementById(location.hash.slice(1)));
      return;
    }
    const key = wanted.get("case");
    filters.set(wanted);
    if (key !== null) {
      const row = filters.rows.find((candidate) => candidate.dataset.key === key);
      if (!row) return;
      row.hidden = false;
      const details = row.querySelector("details");
      details.open = true;
      // What is drawn above and within moves it: only then is it where it stays.
      fill(details).then(() => {
        row.scrollIntoView({ block: "start" });
        row.querySelector("summary").focus({ preventScroll: true });
      });
    } else if (location.hash !== "") {
      cases.scrollIntoView({ block: "start" });
    }
  };

  filters.form.addEventListener("input", () => {
    filters.apply();
    remember(null);
  });
  filters.form.addEventListener("reset", () => {
    setTimeout(() => {
      filters.apply();
      remember(null);
    });
  });
  filters.form.addEventListener("submit", (event) => event.preventDefault());

  // Toggles don't bubble, but they can be caught on their way down.
  cases.addEventListener(
    "toggle",
    (event) => {
      const details = event.target;
      if (!details.matches("details.case")) return;
      if (details.open) fill(details);
      remember(details.open ? details.closest("li").dataset.key : null);
    },
    true,
  );

  addEventListener("hashchange", follow);
  follow();
}

/** Opens what a place of the page is folded into. */
function reveal(place) {
  const folded = place?.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  place.scrollIntoView({ block: "center" });
}

/** On paper nothing can be opened: the rules, which are folded on a screen, are open while the page is printed. */
function printed() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.rules:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
}

function themes() {
  const button = document.querySelector("button.theme");
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const label = () => {
    button.textContent = dark() ? "Light" : "Dark";
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    label();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  label();
}

themes();
printed();
start();
