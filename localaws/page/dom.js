// SPDX-License-Identifier: Apache-2.0
// Elements and words. Text from the account only ever becomes a text node or an attribute's value.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (undefined and false: left out) and children, texts among them. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets an attribute only when it changes: an unchanged one costs no layout. */
export function setAttribute(element, name, value) {
  if (value === undefined || value === null || value === false) element.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

export function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

/**
 * Makes the children of an element those of the items, in their order. An item whose child is
 * there keeps it; `update` is called for each.
 */
export function keyed(parent, items, keyOf, create, update) {
  const children = (parent.childrenByKey ??= new Map());
  const wanted = new Set();
  let next = parent.firstChild;
  for (const item of items) {
    const key = keyOf(item);
    wanted.add(key);
    let child = children.get(key);
    if (!child) children.set(key, (child = create(item)));
    update(child, item);
    if (child === next) next = next.nextSibling;
    else parent.insertBefore(child, next);
  }
  if (children.size === wanted.size) return;
  for (const [key, child] of children) {
    if (wanted.has(key)) continue;
    child.remove();
    children.delete(key);
  }
}

/** Makes a group's children those shapes, `[tag, attributes, title]`, and reuses what is there. */
export function shapes(group, wanted) {
  let child = group.firstChild;
  for (const [tag, attributes, text] of wanted) {
    if (!child || child.tagName !== tag) {
      const fresh = s(tag);
      group.insertBefore(fresh, child);
      child = fresh;
    }
    for (const name of child.getAttributeNames()) {
      if (!(name in attributes)) child.removeAttribute(name);
    }
    for (const [name, value] of Object.entries(attributes)) setAttribute(child, name, value);
    say(child, tag, text);
    child = child.nextSibling;
  }
  while (child) {
    const next = child.nextSibling;
    child.remove();
    child = next;
  }
}

function say(shape, tag, text) {
  if (tag === "text") return setText(shape, text ?? "");
  if (text === undefined) return shape.replaceChildren();
  if (!shape.firstChild) shape.append(s("title"));
  setText(shape.firstChild, text);
}

const two = (number) => String(number).padStart(2, "0");

/** The time of day where the reader is, to the second. */
export function clock(ms) {
  const time = new Date(ms);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** The same to the millisecond. */
export function clockMs(ms) {
  return `${clock(ms)}.${String(new Date(ms).getMilliseconds()).padStart(3, "0")}`;
}

/** A length of time in few characters: `340 ms`, `2.5 s`, `12 min`, `3 h`. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

const FORMAT = new Intl.NumberFormat("en");

export const number = (value) => FORMAT.format(value);

/** `1 task`, `4 tasks`. */
export const counted = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

/** Enough of a task's id to tell it from others. */
export const short = (id) => id.slice(0, 8);

/** Whether two DNS names are one: with and without the dot at the end. */
export const sameName = (one, other) => canonical(one) === canonical(other);

/** DNS knows no case: a client may ask in capitals for what Route 53 keeps in lower case. */
const canonical = (name) => name.replace(/\.$/, "").toLowerCase();
