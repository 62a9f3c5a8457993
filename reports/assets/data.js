// Data that lies in the page, and elements that hold text. Text is only ever set as text, never parsed as markup.

/** The value in a data element: JSON, or base64 of JSON that is compressed (raw deflate). */
async function unpack(script) {
  const text = script.textContent;
  if (script.type === "application/json") return JSON.parse(text);
  const octets = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

/** An element of this name and class, with children that are elements or text. */
function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Text for those who hear the page. */
function spoken(text) {
  return make("span", "spoken", text);
}

function counted(count, noun) {
  const plural = noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

function milliseconds(ms) {
  if (ms >= 10000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 100 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}
