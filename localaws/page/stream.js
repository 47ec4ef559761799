// SPDX-License-Identifier: Apache-2.0
// The endpoint's events. The browser reconnects by itself; the endpoint then says everything again.

const NAMES = ["past", "present", "changes", "reach"];

/** Calls `heard(name, data)` for each message, and `connection(state)`: open, lost or refused. */
export function listen(url, heard, connection) {
  let source = null;
  const follow = () => {
    source?.close();
    // A browser has six connections to a host for all of its tabs: a hidden one needs none.
    if (document.hidden) return;
    source = new EventSource(url);
    source.addEventListener("open", () => connection("open"));
    source.addEventListener("error", ({ target }) => {
      connection(target.readyState === EventSource.CLOSED ? "refused" : "lost");
    });
    for (const name of NAMES) {
      source.addEventListener(name, (message) => heard(name, JSON.parse(message.data)));
    }
  };
  document.addEventListener("visibilitychange", follow);
  follow();
}
