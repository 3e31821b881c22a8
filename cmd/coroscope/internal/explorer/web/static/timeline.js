// This module is the timeline: it asks for what can be seen and some more, and
// draws that again in each frame in which the view has changed.

import { byId, make } from "./dom.js";
import { ask, expect, latest, settled } from "./ask.js";
import { theme } from "./theme.js";
import { ROW, drawCursor, drawRuler, xOf } from "./draw.js";
import { Strip } from "./strip.js";

/** How much more than can be seen is asked for on each side, in widths. */
const MARGIN = 0.5;

/** How many rows above and beneath those that can be seen are asked for. */
const MORE = 8;

/** For how long a zoom must rest, in milliseconds, before finer pieces are asked for. */
const REST = 60;

export class Timeline {
	/**
	 * @param {import("./store.js").Store} store
	 * @param {(err: Error) => void} failed
	 */
	constructor(store, failed) {
		this.store = store;
		this.canvas = byId("canvas");
		this.ruler = byId("ruler");
		this.scroller = byId("scroller");
		this.list = byId("rows");
		this.window = null; // what the server said last
		this.waits = false;
		this.colors = theme();
		this.strip = new Strip(() => this.dirty());
		this.request = latest(v => ask("window", v), w => this.take(w), failed);
		store.watch((view, changed) => this.changed(changed));
		this.scroller.addEventListener("scroll", () => { this.fetch(); this.dirty(); });
		new ResizeObserver(() => this.resize()).observe(this.scroller);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
			this.colors = theme();
			this.dirty();
		});
	}

	/** @returns {import("./draw.js").Geometry} */
	geometry() {
		const {from, to} = this.store.view;
		return {from, to, width: this.canvas.clientWidth, height: this.canvas.clientHeight};
	}

	changed(changed) {
		if (["filter", "group", "open", "goroutines"].some(k => changed.has(k))) {
			if (changed.has("filter") || changed.has("group")) this.scroller.scrollTop = 0;
			this.fetch(true);
		} else if (changed.has("from") || changed.has("to")) this.fetch();
		if (changed.has("key")) {
			this.reveal(this.store.view.key);
			this.mark();
		}
		this.dirty();
	}

	/** The rows that can be seen. */
	visible() {
		const first = Math.floor(this.scroller.scrollTop / ROW);
		return {first, count: Math.ceil(this.scroller.clientHeight / ROW) + 1};
	}

	/** Asks for what is needed, unless it is there; while a zoom goes on, and there is something to show, later. */
	fetch(anyway = false) {
		const {from, to} = this.store.view, w = this.asked;
		clearTimeout(this.later);
		if (!anyway && w && w.span !== to - from && w.from <= from && w.to >= to) {
			this.later = setTimeout(() => this.fetchNow(), REST);
			this.waiting(true);
		} else this.fetchNow(anyway);
	}

	/** Notes whether a question is put off. */
	waiting(now) {
		if (now === this.waits) return;
		this.waits = now;
		if (now) expect();
		else settled();
	}

	fetchNow(anyway = false) {
		this.waiting(false);
		const {from, to, filter, group, goroutines, open} = this.store.view;
		const width = this.canvas.clientWidth, span = to - from, {first, count} = this.visible();
		const w = this.asked;
		if (!anyway && w && w.span === span && w.width === width && w.from <= from && w.to >= to &&
			w.first <= first && w.first + w.rows >= Math.min(first + count, this.window?.total ?? Infinity)) return;
		if (!width) return;
		const more = {
			from: Math.max(0, Math.floor(from - MARGIN * span)), to: Math.ceil(to + MARGIN * span),
			first: Math.max(0, first - MORE), rows: count + 2 * MORE,
		};
		this.asked = {...more, span, width};
		const pixels = Math.round((more.to - more.from) / span * width);
		this.request({...more, pixels, q: filter, group, goroutines, open: group ? open : []});
	}

	/** Takes an answer. */
	take(w) {
		for (const row of w.rows) [row.from, row.to] = [w.from_ns, w.to_ns];
		const before = this.window;
		this.window = w;
		if (before?.total !== w.total) this.resize();
		byId("empty").hidden = w.total > 0;
		byId("empty").textContent = this.store.view.filter ? "No row has this in its name, its function or what it awaits. Escape takes the filter away." : "There is no coroutine and no goroutine of a program in this trace.";
		this.label();
		this.dirty();
	}

	/** Renews the names at the left. */
	label() {
		const w = this.window;
		if (!w) return;
		this.list.style.height = `${w.total * ROW}px`;
		this.list.replaceChildren(...w.rows.map((row, i) => {
			const el = make(`div.row.${row.kind}`, {
				role: "option", id: `row-${row.key}`, "data-key": row.key, title: row.func && row.func !== row.name ? `${row.name}  ${row.func}` : row.name,
				"aria-expanded": row.kind === "function" ? String(row.unfolded) : undefined,
			}, row.kind === "function" ? make("span.fold", {"aria-hidden": "true"}, row.unfolded ? "▾" : "▸") : "",
			make("span.name", {}, row.name), row.kind === "function" ? make("span.count", {}, `${row.members}×`) : "");
			el.style.top = `${(w.first + i) * ROW}px`;
			el.style.paddingInlineStart = `${8 + row.depth * 12}px`;
			return el;
		}));
		this.mark();
	}

	/** Marks the selected row. */
	mark() {
		const {key} = this.store.view;
		for (const el of this.list.children) el.setAttribute("aria-selected", String(el.dataset.key === key));
		if (this.list.querySelector("[aria-selected=true]")) this.list.setAttribute("aria-activedescendant", `row-${key}`);
		else this.list.removeAttribute("aria-activedescendant");
	}

	/** Scrolls such that a row can be seen, if it is near. */
	reveal(key) {
		const i = this.window?.rows.findIndex(r => r.key === key) ?? -1;
		if (i < 0) return;
		const top = (this.window.first + i) * ROW, {scrollTop, clientHeight} = this.scroller;
		if (top < scrollTop) this.scroller.scrollTop = top;
		else if (top + ROW > scrollTop + clientHeight) this.scroller.scrollTop = top + ROW - clientHeight;
	}

	resize() {
		const rows = this.window?.total ?? 8;
		const borders = this.scroller.offsetHeight - this.scroller.clientHeight;
		this.scroller.style.height = `${Math.max(rows, 3) * ROW + borders}px`;
		const scale = devicePixelRatio || 1;
		for (const c of [this.canvas, this.ruler]) {
			if (c === this.canvas) c.style.height = `${this.scroller.clientHeight}px`;
			c.width = Math.round(c.clientWidth * scale);
			c.height = Math.round(c.clientHeight * scale);
			c.getContext("2d").setTransform(scale, 0, 0, scale, 0, 0);
		}
		this.fetch();
		this.dirty();
	}

	/** Has the next frame draw. */
	dirty() {
		if (this.drawing) return;
		this.drawing = requestAnimationFrame(() => {
			this.drawing = 0;
			this.draw();
		});
	}

	draw() {
		const g = this.geometry(), {at, key} = this.store.view;
		const ctx = this.canvas.getContext("2d"), top = this.scroller.scrollTop;
		this.strip.show(ctx, g, {window: this.window, top, key, colors: this.colors});
		drawCursor(ctx, g, at, this.colors, false);
		const ruler = this.ruler.getContext("2d"), h = {...g, width: this.ruler.clientWidth, height: this.ruler.clientHeight};
		drawRuler(ruler, h, this.colors);
		drawCursor(ruler, h, at, this.colors, true);
		this.canvas.dataset.from = String(g.from);
		this.canvas.dataset.to = String(g.to);
		this.canvas.dataset.at = String(Math.round(at));
		this.canvas.dataset.drawn = String(Number(this.canvas.dataset.drawn ?? 0) + 1);
	}

	/** Returns the row and the segment at a point of the canvas. */
	hit(x, y) {
		const g = this.geometry(), w = this.window;
		const row = w?.rows[Math.floor((y + this.scroller.scrollTop) / ROW) - w.first];
		if (!row) return {};
		// The last one that begins at or before the point is drawn over those before it.
		const segment = row.segments.findLast(s => xOf(g, s.s) - 1 <= x && x <= Math.max(xOf(g, s.e), xOf(g, s.s) + 1) + 1);
		return {row, segment};
	}
}
