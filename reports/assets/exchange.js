// The sequence diagram of a case. A long one is drawn in windows: its beginning, what broke a rule, its end, and the rest when asked.

const WHOLE = 200; // a transcript of so many entries is drawn whole
const FIRST = 12;
const LAST = 40;
const AROUND = 8;
const MOST_BROKEN = 5;
const MORE = 200;
const PAUSE = 100; // milliseconds without anything that are worth a line
const LONG = 300; // characters of a message before the rest waits for a click

/** The ranges of entries that are drawn at first. */
function windows(count, broken) {
  if (count <= WHOLE) return [[0, count]];
  const ranges = [[0, FIRST]];
  for (const place of broken.slice(0, MOST_BROKEN)) {
    ranges.push([Math.max(0, place - AROUND), Math.min(count, place + AROUND + 1)]);
  }
  ranges.push([count - LAST, count]);
  const merged = [];
  for (const [from, to] of ranges) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

class Exchange {
  constructor(data, ruleLink) {
    this.entries = data.entries;
    this.connections = data.connections;
    this.broken = new Map(data.breaks || []);
    this.ruleLink = ruleLink;
  }

  draw() {
    const list = make("ol", "exchange");
    list.setAttribute("aria-label", "Exchange between client and server");
    let drawn = 0;
    for (const [from, to] of windows(this.entries.length, [...this.broken.keys()])) {
      if (from > drawn) list.append(this.gap(drawn, from));
      list.append(...this.rows(from, to));
      drawn = to;
    }
    return list;
  }

  rows(from, to) {
    const rows = [];
    for (let place = from; place < to; place += 1) {
      const [ms] = this.entries[place];
      const before = place > 0 ? this.entries[place - 1][0] : ms;
      if (ms - before >= PAUSE) rows.push(make("li", "pause", `${milliseconds(ms - before)} later`));
      rows.push(this.row(place));
    }
    return rows;
  }

  row(place) {
    const [ms, connection, from, hex, said = null] = this.entries[place];
    const rules = this.broken.get(place);
    const sides = from === 0 ? "client to server" : "server to client";
    const classes = [from === 0 ? "from-client" : "from-server", hex === null ? "event" : "frame"];
    if (rules) classes.push("bad");
    const row = make("li", classes.join(" "));
    const line = make(hex === null ? "div" : "summary", "line");
    line.append(make("span", "ms", ms.toFixed(ms < 100 ? 2 : 1)));
    const label = make("span", "label");
    if (this.connections.length > 1) label.append(make("span", `connection c${connection % 4}`, this.connections[connection]), " ");
    label.append(spoken(hex === null ? `${from === 0 ? "client" : "server"}: ` : `${sides}: `));
    label.append(...this.words(said, hex));
    line.append(make("span", "lane", label));
    if (rules) line.append(this.blame(rules));
    row.append(hex === null ? line : this.opening(line, hex, said));
    return row;
  }

  /** What was said: the name of the message stands out, and the beginning of the rest. */
  words(said, hex) {
    if (said === null) return [make("span", "fields", `${counted(Math.ceil(hex.length / 2), "octet")} that make no message`)];
    if (hex === null) return [make("span", "what", said)];
    const name = /^[A-Z]+(?: [A-Z]+)*/.exec(said)?.[0] ?? "";
    const rest = said.slice(name.length);
    const words = [make("b", "what", name)];
    if (rest) words.push(make("span", "fields", rest.length > LONG ? `${rest.slice(0, LONG)}…` : rest));
    return words;
  }

  blame(rules) {
    const blame = make("span", "blame", "✗ breaks ");
    rules.forEach((rule, at) => blame.append(at ? ", " : "", this.ruleLink(rule)));
    return blame;
  }

  /** A frame opens to its octets, which are drawn only then. */
  opening(line, hex, said) {
    const details = make("details", "", line);
    details.addEventListener("toggle", () => {
      if (!details.open || details.children.length > 1) return;
      const whole = make("div", "whole");
      if (said && said.length > LONG) whole.append(make("p", "message", said));
      whole.append(octets(hex));
      details.append(whole);
    });
    return details;
  }

  gap(from, to) {
    const gap = make("li", "gap");
    const text = make("span", "", `${counted(to - from, "entry")} not drawn`);
    const some = make("button", "", `Draw ${Math.min(MORE, to - from)} more`);
    const all = make("button", "", "Draw all");
    some.type = all.type = "button";
    const draw = (count) => {
      gap.before(...this.rows(from, Math.min(to, from + count)));
      from = Math.min(to, from + count);
      text.textContent = `${counted(to - from, "entry")} not drawn`;
      some.textContent = `Draw ${Math.min(MORE, to - from)} more`;
      some.hidden = to - from <= MORE;
      if (from === to) gap.remove();
    };
    some.addEventListener("click", () => draw(MORE));
    all.addEventListener("click", () => {
      all.disabled = some.disabled = true;
      const step = () => {
        draw(MORE);
        if (from < to) requestAnimationFrame(step);
      };
      step();
    });
    some.hidden = to - from <= MORE;
    gap.append(text, some, all);
    return gap;
  }
}
