// The filters of the cases. What is chosen is kept in the address, so that it can be handed on.

class Filters {
  constructor(section) {
    this.form = section.querySelector("form.filters");
    this.status = section.querySelector(".shown");
    this.nothing = section.querySelector(".none");
    this.rows = [...section.querySelectorAll("ul.cases > li")];
  }

  /** What the address says: filters and a case, or null if it names another place of the page. */
  static read() {
    const text = location.hash.slice(1);
    if (text !== "" && !text.includes("=")) return null;
    return new URLSearchParams(text.replaceAll("+", "%2B"));
  }

  /** Sets the fields to what the address says. */
  set(wanted) {
    for (const field of this.form.querySelectorAll("[name]")) {
      const value = wanted.get(field.name) ?? "";
      field.querySelectorAll("option.other").forEach((option) => option.remove());
      if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value)) {
        const other = make("option", "other", value);
        field.append(other);
      }
      field.value = value;
    }
    this.apply();
  }

  /** What is chosen, as the address has it. */
  chosen() {
    const pairs = [...this.form.querySelectorAll("[name]")].filter((field) => field.value !== "");
    return pairs.map((field) => `${field.name}=${encodeURIComponent(field.value).replaceAll("%2F", "/").replaceAll("%2C", ",")}`);
  }

  apply() {
    const { verdict, section, level, text } = this.form.elements;
    const verdicts = verdict.value === "" ? null : new Set(verdict.value.split(","));
    const words = text.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    let shown = 0;
    for (const row of this.rows) {
      const fits =
        (!verdicts || verdicts.has(row.dataset.verdict)) &&
        (section.value === "" || row.dataset.section === section.value) &&
        (level.value === "" || row.dataset.level.split(" ").includes(level.value)) &&
        words.every((word) => Filters.haystack(row).includes(word));
      if (row.hidden === fits) row.hidden = !fits;
      if (fits) shown += 1;
    }
    const all = this.rows.length;
    this.status.textContent = shown === all ? counted(all, "case") : `${shown.toLocaleString("en")} of ${counted(all, "case")}`;
    this.nothing.hidden = shown > 0 || all === 0;
  }

  /** The words of a case that the text filter looks at: all but the exchange. */
  static haystack(row) {
    row.words ??= [row.querySelector("summary .name"), row.querySelector("dl")].map((part) => part.textContent).join(" ").toLowerCase();
    return row.words;
  }
}
