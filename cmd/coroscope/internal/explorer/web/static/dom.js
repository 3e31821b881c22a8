// This module makes elements. Text is always set as text: a name in a trace is
// data, whatever it looks like.

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export const byId = id => document.getElementById(id);

/**
 * Makes an element.
 * @param {string} tag with classes after dots: "span.key"
 * @param {Object<string, any>} [props] attributes; functions become listeners; undefined and false are left out
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function make(tag, props = {}, ...children) {
	const [name, ...classes] = tag.split(".");
	const el = document.createElement(name);
	if (classes.length) el.className = classes.join(" ");
	for (const [key, value] of Object.entries(props)) {
		if (value === undefined || value === false || value === null) continue;
		if (typeof value === "function") el.addEventListener(key, value);
		else el.setAttribute(key, value === true ? "" : String(value));
	}
	el.append(...children.filter(c => c !== undefined && c !== null && c !== ""));
	return el;
}

/**
 * Makes a button that shows a place in the timeline.
 * @param {string} text
 * @param {() => void} go
 * @param {string} [title]
 */
export function link(text, go, title) {
	return make("button.link", {type: "button", click: go, title}, text);
}
