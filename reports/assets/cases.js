// What a case shows when it is opened: its scenario with the line that decided, the exchange, the launched program's output.

let texts = null;

/** The scenarios' texts. They are unpacked once, when the first case is opened. */
function scenarioTexts() {
  texts ??= unpack(document.querySelector("script.scenarios"));
  return texts;
}

/** A rule by its id, as a link to where the page has it. */
function ruleLink(id) {
  ruleLink.rows ??= new Map(
    [...document.querySelectorAll("tr[id^='rule-']")].map((row) => [row.querySelector("code").textContent, row.id]),
  );
  const row = ruleLink.rows.get(id);
  const link = make(row ? "a" : "span", "peer", id);
  if (row) link.href = `#${row}`;
  return link;
}

function scenario(text, line) {
  const list = make("ol", "scenario");
  list.setAttribute("aria-label", "Scenario");
  text.replace(/\n$/, "").split("\n").forEach((content, at) => {
    const item = make("li", "", make("code", "", content));
    if (at + 1 === line) {
      item.className = "marked";
      item.setAttribute("aria-current", "true");
      item.prepend(spoken("The step that decided: "));
    }
    list.append(item);
  });
  return list;
}

function part(title, ...children) {
  return make("section", "part", make("h4", "", title), ...children);
}

/** Fills an opened case, once. */
function fill(details) {
  details.filled ??= draw(details);
  return details.filled;
}

async function draw(details) {
  const script = details.querySelector("script.case-data");
  const body = details.querySelector(".body");
  try {
    const data = await unpack(script);
    const parts = [];
    if (data.scenario) {
      const [place, line] = data.scenario;
      parts.push(part("Scenario", scenario((await scenarioTexts())[place], line)));
    }
    parts.push(exchangePart(data, details));
    if (data.output) {
      const output = make("pre", "output", data.output);
      output.tabIndex = 0;
      parts.push(part("Output of the launched program", output));
    }
    body.append(...parts);
    details.dataset.filled = "true";
  } catch (error) {
    body.append(make("p", "noscript", `This browser can't unpack the exchange: ${error}`));
  }
}

function exchangePart(data, details) {
  if (data.entries.length === 0) return part("Exchange", make("p", "none", "Nothing was exchanged."));
  const lanes = make("p", "lanes", make("span", "ms", "ms"), make("span", "", "client"), make("span", "", "server"));
  lanes.setAttribute("aria-hidden", "true");
  const list = new Exchange(data, ruleLink).draw();
  const observed = details.querySelector(".observed dd");
  if (observed && !data.breaks) {
    // Often it is what did not come that breaks a rule; no entry can be marked then.
    list.append(make("li", "end bad", make("span", "blame", "✗ observed: "), observed.textContent));
  }
  return part(`Exchange, ${counted(data.entries.length, "entry")}`, lanes, list);
}
