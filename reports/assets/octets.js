// The octets of a frame: where each line begins, sixteen octets, and what is printable of them.

/** Longer frames are shown up to here until more is asked for. */
const OCTETS = 1024;

function dump(hex, most) {
  const lines = [];
  for (let at = 0; at < hex.length && at < 2 * most; at += 32) {
    const pairs = hex.slice(at, at + 32).match(/../g) || [];
    const printable = pairs.map((pair) => {
      const code = parseInt(pair, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
    });
    const offset = (at / 2).toString(16).padStart(4, "0");
    const halves = [pairs.slice(0, 8).join(" "), pairs.slice(8).join(" ")].join("  ");
    lines.push(`${offset}  ${halves.padEnd(49)} ${printable.join("")}`);
  }
  return lines.join("\n");
}

function octets(hex) {
  const count = Math.ceil(hex.length / 2);
  const text = make("pre", "octets", dump(hex, OCTETS));
  text.tabIndex = 0;
  text.setAttribute("aria-label", `${counted(count, "octet")}`);
  const whole = make("div", "", text);
  if (count > OCTETS) {
    const button = make("button", "", `Show all ${counted(count, "octet")}`);
    button.type = "button";
    button.addEventListener("click", () => {
      text.textContent = dump(hex, count);
      button.remove();
      text.focus();
    });
    whole.append(button);
  }
  return whole;
}
