// This module draws rows on a canvas. What differs in meaning differs in height
// or pattern too, and not in color alone.

import { kindColor } from "./theme.js";
import { duration, instant } from "./format.js";

export const ROW = 26;

/** How wide a piece must be, in pixels, to show stripes. */
const STRIPED = 6;

/**
 * @typedef {Object} Geometry
 * @property {number} from    nanoseconds at the left edge
 * @property {number} to      nanoseconds at the right edge
 * @property {number} width   pixels
 * @property {number} height  pixels
 */

/** @param {Geometry} g @param {number} ns */
export const xOf = (g, ns) => (ns - g.from) / (g.to - g.from) * g.width;

/** @param {Geometry} g @param {number} x */
export const timeAt = (g, x) => g.from + x / g.width * (g.to - g.from);

/**
 * Draws the times at the top.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} g
 * @param {Object<string, string>} colors
 */
export function drawRuler(ctx, g, colors) {
	ctx.clearRect(0, 0, g.width, g.height);
	ctx.font = "11px system-ui, sans-serif";
	ctx.textBaseline = "middle";
	const step = tick((g.to - g.from) / g.width * 90);
	for (let t = Math.ceil(g.from / step) * step; t <= g.to; t += step) {
		const x = Math.round(xOf(g, t)) + 0.5;
		ctx.fillStyle = colors.line;
		ctx.fillRect(x - 0.5, g.height - 6, 1, 6);
		ctx.fillStyle = colors.faint;
		if (x + 4 < g.width - 30) ctx.fillText(t === 0 ? "0" : instant(t, step), x + 4, g.height / 2);
	}
}

/** Returns a round step that is at least so long. */
function tick(least) {
	const size = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
	for (const n of [1, 2, 5, 10]) {
		if (size * n >= least) return size * n;
	}
	return size * 10;
}

/** Draws the ground of a row. */
export function drawGround(ctx, g, y, i, chosen, colors) {
	ctx.fillStyle = chosen ? colors.chosen : i % 2 ? colors.stripe : colors.ground;
	ctx.fillRect(0, y, g.width, ROW);
}

/**
 * Draws one row.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} g
 * @param {number} y its top
 * @param {Object} row as the server has it
 * @param {Object<string, string>} colors
 * @param {(kind: string) => CanvasPattern|string} pattern
 */
export function drawRow(ctx, g, y, row, colors, pattern) {
	if (row.kind === "function") {
		drawAlive(ctx, g, y, row, colors);
		return;
	}
	for (const s of row.segments) {
		const x0 = Math.max(xOf(g, s.s), -2), x1 = Math.min(xOf(g, s.e), g.width + 2);
		if (x1 < 0 || x0 > g.width) continue;
		const w = Math.max(x1 - x0, 1);
		switch (s.k) {
		case "run":
			ctx.fillStyle = colors.run;
			ctx.fillRect(x0, y + 4, w, ROW - 8);
			break;
		case "idle":
			ctx.fillStyle = colors.idle;
			for (let x = x0 + 2; x < x1 - 1; x += 6) ctx.fillRect(x, y + ROW / 2, 2, 2);
			break;
		case "ready":
			ctx.fillStyle = pattern("ready");
			ctx.fillRect(x0, y + 8, w, ROW - 16);
			break;
		case "many":
			ctx.fillStyle = w < STRIPED ? colors.many : pattern("many");
			ctx.fillRect(x0, y + 6, w < STRIPED ? Math.min(w, 1.5) : w, ROW - 12);
			ctx.fillStyle = colors.run;
			ctx.fillRect(x0, y + ROW - 6 - (ROW - 12) * s.ran, w, (ROW - 12) * s.ran);
			break;
		default:
			drawSuspension(ctx, g, y, s, x0, w, colors, pattern);
		}
	}
	ctx.fillStyle = colors.line;
	for (const t of row.turns ?? []) ctx.fillRect(Math.round(xOf(g, t)), y + 2, 1, ROW - 4);
	drawEnd(ctx, g, y, row, colors);
}

/** Draws a suspension with what is awaited, and from when on it was ready. */
function drawSuspension(ctx, g, y, s, x0, w, colors, pattern) {
	ctx.fillStyle = colors[kindColor(s.l ?? "")];
	ctx.fillRect(x0, y + 7, w, ROW - 14);
	let room = w;
	if (s.r) {
		const x = Math.max(xOf(g, s.r), x0);
		if (x0 + w - x >= 2) {
			room = x - x0;
			ctx.fillStyle = colors.ground;
			ctx.fillRect(x, y + 7, x0 + w - x, ROW - 14);
			ctx.fillStyle = x0 + w - x < STRIPED ? colors.ready : pattern("ready");
			ctx.fillRect(x, y + 8, x0 + w - x, ROW - 16);
		}
	}
	if (room > 28 && s.l) write(ctx, s.l, Math.max(x0, 0), y, Math.min(x0 + room, g.width) - Math.max(x0, 0), colors);
}

/** Writes as much of a text as there is room for, or of its last word. */
function write(ctx, text, x, y, room, colors) {
	ctx.font = "11px system-ui, sans-serif";
	ctx.textBaseline = "middle";
	ctx.fillStyle = colors.text;
	const short = text.slice(text.indexOf(" ") + 1);
	for (const t of [text, short]) {
		if (ctx.measureText(t).width <= room - 8) {
			ctx.fillText(t, x + 4, y + ROW / 2 + 0.5);
			return;
		}
	}
	let cut = short.slice(0, Math.floor((room - 14) / 6));
	while (cut.length > 1 && ctx.measureText(cut + "…").width > room - 8) cut = cut.slice(0, -1);
	if (cut.length > 1) ctx.fillText(cut + "…", x + 4, y + ROW / 2 + 0.5);
}

/** Draws how a coroutine ended, if that was not by returning. */
function drawEnd(ctx, g, y, row, colors) {
	if (!row.outcome || row.outcome === "returned") return;
	const x = xOf(g, row.end_ns);
	if (x < 0 || x > g.width) return;
	ctx.font = "11px system-ui, sans-serif";
	ctx.textBaseline = "middle";
	ctx.fillStyle = colors.bad;
	ctx.fillText(`✕ ${row.outcome}`, x + 4, y + ROW / 2 + 0.5);
}

/** Draws how many coroutines of a function there were. */
function drawAlive(ctx, g, y, row, colors) {
	const most = Math.max(1, ...row.alive);
	const part = (row.to - row.from) / row.alive.length;
	ctx.fillStyle = colors["on-task"];
	row.alive.forEach((n, i) => {
		if (!n) return;
		const x0 = Math.floor(xOf(g, row.from + i * part)), x1 = Math.ceil(xOf(g, row.from + (i + 1) * part));
		const h = Math.max(2, (ROW - 6) * n / most);
		ctx.fillRect(x0, y + ROW - 3 - h, x1 - x0, h);
	});
	ctx.font = "11px system-ui, sans-serif";
	ctx.textBaseline = "middle";
	ctx.fillStyle = colors.text;
	ctx.fillText(`at most ${most} at once`, 6, y + ROW / 2);
}

/**
 * Draws arrows between rows that are seen.
 * @param {Map<string, number>} tops where rows are, by key
 */
export function drawArrows(ctx, g, arrows, tops, chosen, colors) {
	const seen = arrows.filter(a => tops.has(a.from) && tops.has(a.to) && a.to_ns >= g.from && a.from_ns <= g.to);
	const all = seen.length <= 80;
	for (const a of seen) {
		const mine = a.from === chosen || a.to === chosen;
		if (!all && !mine) continue;
		const x0 = xOf(g, a.from_ns), x1 = xOf(g, a.to_ns);
		const y0 = tops.get(a.from) + ROW / 2, down = tops.get(a.to) > tops.get(a.from);
		const y1 = tops.get(a.to) + (down ? 3 : ROW - 3);
		ctx.strokeStyle = ctx.fillStyle = colors.arrow;
		ctx.globalAlpha = mine ? 1 : 0.4;
		ctx.lineWidth = mine ? 1.6 : 1;
		ctx.beginPath();
		ctx.moveTo(x0, y0);
		ctx.bezierCurveTo(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, x1, y1);
		ctx.stroke();
		ctx.beginPath();
		ctx.moveTo(x1, y1);
		ctx.lineTo(x1 - 3.5, y1 + (down ? -6 : 6));
		ctx.lineTo(x1 + 3.5, y1 + (down ? -6 : 6));
		ctx.fill();
	}
	ctx.globalAlpha = 1;
}

/** Draws the cursor, with its time where that is asked for. */
export function drawCursor(ctx, g, at, colors, label) {
	const x = Math.round(xOf(g, at));
	if (x < -1 || x > g.width + 1) return;
	ctx.fillStyle = colors.cursor;
	ctx.fillRect(x, 0, 2, g.height);
	if (!label) return;
	const text = instant(at, (g.to - g.from) / g.width);
	ctx.font = "bold 11px system-ui, sans-serif";
	const w = ctx.measureText(text).width + 10, left = Math.min(Math.max(x - w / 2, 0), g.width - w);
	ctx.fillRect(left, 0, w, g.height - 4);
	ctx.fillStyle = colors.ground;
	ctx.textBaseline = "middle";
	ctx.fillText(text, left + 5, (g.height - 4) / 2 + 0.5);
}

/** Says what a segment is. @returns {string[]} lines */
export function describe(row, s) {
	const took = duration(s.e - s.s);
	switch (s.k) {
	case "run":
		return [`runs ${took}`, s.at && `resumed at ${s.at}`];
	case "many":
		return [`${s.n} together in ${took}`, `ran ${Math.round(s.ran * 100)}% of it`, "zoom in to tell them apart"];
	case "idle":
		return [`idle ${took}`];
	case "ready":
		return [`ready ${took}`, s.l];
	}
	return [`suspended on ${s.l} ${took}`, s.at && `at ${s.at}`,
		s.r && `ready at ${instant(s.r)}${s.by ? ` by ${s.by}` : ""}, ${duration(s.e - s.r)} before it went on`,
		s.open && "still so when the trace ended"];
}
