// This module is the table of keys: what they do, and what the page tells of them.

import { byId, make } from "./dom.js";
import { fold } from "./gestures.js";

/**
 * @typedef {Object} Key
 * @property {string[]} keys  as KeyboardEvent has them, with "Shift+" before
 * @property {string} shown
 * @property {string} what
 * @property {() => void} does
 */

/**
 * @param {import("./timeline.js").Timeline} timeline
 * @param {import("./navigate.js").Navigator} nav
 * @param {import("./store.js").Store} store
 * @param {{numbers: () => void}} open
 * @returns {Key[]}
 */
export function keyTable(timeline, nav, store, open) {
	const choose = by => {
		const rows = timeline.window?.rows ?? [];
		const i = rows.findIndex(r => r.key === store.view.key);
		const next = rows[i < 0 ? 0 : Math.min(Math.max(i + by, 0), rows.length - 1)];
		if (next) store.set({key: next.key});
	};
	return [
		{keys: ["ArrowRight"], shown: "→", what: "next event of the selected row", does: () => nav.step(false, false)},
		{keys: ["ArrowLeft"], shown: "←", what: "previous event of the selected row", does: () => nav.step(true, false)},
		{keys: ["Shift+ArrowRight"], shown: "Shift →", what: "next event of anybody", does: () => nav.step(false, true)},
		{keys: ["Shift+ArrowLeft"], shown: "Shift ←", what: "previous event of anybody", does: () => nav.step(true, true)},
		{keys: ["ArrowDown"], shown: "↓", what: "select the next row", does: () => choose(1)},
		{keys: ["ArrowUp"], shown: "↑", what: "select the previous row", does: () => choose(-1)},
		{keys: ["Enter"], shown: "Enter", what: "fold or unfold the selected function", does: () => store.view.key.startsWith("f") && fold(store, store.view.key)},
		{keys: [" "], shown: "Space", what: "play, event by event; again to stop", does: () => nav.play()},
		{keys: ["+", "=", "Shift++", "w"], shown: "+ or w", what: "zoom in at the cursor", does: () => nav.zoom(0.5)},
		{keys: ["-", "s"], shown: "− or s", what: "zoom out", does: () => nav.zoom(2)},
		{keys: ["a"], shown: "a", what: "move to the left", does: () => nav.pan(-0.25)},
		{keys: ["d"], shown: "d", what: "move to the right", does: () => nav.pan(0.25)},
		{keys: ["0"], shown: "0", what: "show all of it", does: () => nav.fit()},
		{keys: ["l"], shown: "l", what: "go to the longest step", does: () => nav.jump("longest-step")},
		{keys: ["Shift+L"], shown: "Shift L", what: "go to the longest suspension", does: () => nav.jump("longest-suspension")},
		{keys: ["e"], shown: "e", what: "go to the first error", does: () => nav.jump("first-error")},
		{keys: ["c"], shown: "c", what: "go to the first that was canceled", does: () => nav.jump("first-canceled")},
		{keys: ["/"], shown: "/", what: "filter rows; Escape takes the filter away", does: () => byId("filter").focus()},
		{keys: ["g"], shown: "g", what: "group coroutines by function", does: () => store.set({group: !store.view.group})},
		{keys: ["o"], shown: "o", what: "show or hide ordinary goroutines", does: () => store.set({goroutines: !store.view.goroutines})},
		{keys: ["n"], shown: "n", what: "numbers: how often and how long", does: () => open.numbers()},
		{keys: ["?", "Shift+?"], shown: "?", what: "these keys", does: () => byId("help").showModal()},
	];
}

/** @param {Key[]} table */
export function takeKeys(table, store) {
	const does = new Map(table.flatMap(k => k.keys.map(name => [name, k.does])));
	addEventListener("keydown", e => {
		if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
		if (e.key === "Escape") {
			store.set({filter: "", playing: false});
			byId("filter").value = "";
			byId("rows").focus();
			return;
		}
		if (e.target.closest("input, select, textarea")) return;
		if (e.target.closest("button") && (e.key === " " || e.key === "Enter")) return;
		const name = e.shiftKey ? "Shift+" + e.key : e.key;
		const run = does.get(name) ?? (e.shiftKey ? does.get(e.key) : undefined);
		if (!run) return;
		e.preventDefault();
		run();
	});
	byId("help").querySelector(".body").replaceChildren(
		make("table.keys", {}, make("tbody", {}, ...table.map(k => make("tr", {}, make("th", {scope: "row"}, make("kbd", {}, k.shown)), make("td", {}, k.what))))),
		make("p", {}, "On the timeline: the wheel zooms, with Ctrl held where there are more rows than are seen; with Shift, or sideways, it moves through time. " +
			"Drag to move, pinch to zoom, click to put the cursor somewhere. On the times at the top, drag the cursor."));
}
