// This module shows the selected coroutine at the cursor: what it is doing, and
// its frame.

import { link, make } from "./dom.js";
import { duration, instant } from "./format.js";

/** @param {Object} d as the server has it */
function sentence(d) {
	switch (d.status) {
	case "suspended":
		return `suspended on ${d.on}`;
	case "ready":
		return d.on ? `ready to go on from ${d.on}` : "ready";
	case "ended":
		return d.outcome && d.outcome !== "returned" ? `ended: ${d.outcome}` : d.outcome || "ended";
	}
	return d.status === "run" ? "running" : d.status;
}

/**
 * @param {HTMLElement} body
 * @param {Object|null} d the coroutine at the cursor
 * @param {number} at
 * @param {{go: (at: number, key: string) => void}} nav
 * @param {boolean} frames the trace has values of frames
 */
export function showCoroutine(body, d, at, nav, frames) {
	if (!d) {
		body.replaceChildren(make("p.none", {}, "Select a row, with a click or with ↑ and ↓."));
		return;
	}
	const facts = [];
	const fact = (name, ...value) => facts.push(make("dt", {}, name), make("dd", {}, ...value));
	if (d.until_ns > d.since_ns) {
		const words = {ended: "since", "not yet made": "until"}[d.status];
		if (words === "since") fact("since", instant(d.since_ns));
		else if (words === "until") fact("made at", instant(d.until_ns));
		else {
			fact("for", duration(at - d.since_ns) + " so far, ", make("b", {}, duration(d.until_ns - d.since_ns)), " in all", d.open ? ", until the trace ended" : "");
			fact("from … to", link(instant(d.since_ns), () => nav.go(d.since_ns, d.key)), " … ", link(instant(d.until_ns), () => nav.go(d.until_ns, d.key)));
		}
	}
	if (d.at) fact({running: "resumed at", ended: "last at"}[d.status] ?? "at", make("code", {}, d.at));
	if (d.more) fact("detail", d.more);
	if (d.ready_ns >= 0) {
		const by = d.by_key ? link(d.by, () => nav.go(d.ready_ns, d.by_key)) : d.by || "its loop";
		fact(d.ready_ns <= at ? "made ready" : "will be ready", "by ", by, " at ", link(instant(d.ready_ns), () => nav.go(d.ready_ns, d.key)));
	}
	if (d.error) fact(d.status === "ended" ? "error" : "thrown in", d.error);
	if (d.kind === "coroutine") {
		if (d.func) fact("function", make("code", {}, d.func), d.shape ? ` (${d.shape})` : "");
		if (d.made) fact("made", "at ", make("code", {}, d.made), d.parent ? ` by ${d.parent}` : "");
	}
	const parts = [
		make("p.status", {}, make("b", {}, d.who), " ", make(`span.chip.${d.status.replaceAll(" ", "-")}`, {}, sentence(d))),
		make("dl.facts", {}, ...facts),
	];
	if (d.kind === "coroutine") parts.push(...frame(d, frames));
	body.replaceChildren(...parts);
}

/** The frame's slots. */
function frame(d, frames) {
	const title = make("h3", {}, d.status === "suspended" || d.status === "ready" || d.nth === 0 ? "Frame" : "Frame, as it was when last suspended");
	if (d.frame.length === 0) {
		const why = !frames ? "This trace has no values of frames: coroscope demo NAME --frames records them."
			: d.nth === 0 ? "It has not been suspended yet." : "None were recorded of this coroutine.";
		return [title, make("p.none", {}, why)];
	}
	return [title, make("table.frame", {}, make("tbody", {}, ...d.frame.map(slot =>
		make(slot.changed ? "tr.changed" : "tr", {title: slot.means || undefined},
			make("th", {scope: "row"}, slot.changed ? make("span", {"aria-label": "changed"}, "● ") : "", slot.name),
			make("td", {}, make("code", {}, slot.value), slot.changed ? make("span.was", {}, `was ${slot.was}`) : "",
				slot.means ? make("span.means", {}, slot.means) : "")))))];
}
