// SPDX-License-Identifier: MIT
// A stream of server-sent events (WHATWG HTML, section 9.2), piece by piece as it comes from the net.

// Returns a function that takes text and calls onMessage({id, event, data}) for each whole message in what has come so far.
export function sseReader(onMessage) {
  let rest = "", message = {};
  const take = (line) => {
    if (line === "") {
      if (message.data !== undefined) onMessage({ id: message.id, event: message.event ?? "message", data: message.data });
      message = {};
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment: only a sign of life
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") message.data = message.data === undefined ? value : `${message.data}\n${value}`;
    else if (name === "id" || name === "event") message[name] = value;
  };
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n/);
    rest = lines.pop();
    lines.forEach(take);
  };
}
