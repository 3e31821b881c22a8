// This module keeps the rows as they were drawn last, some wider than can be
// seen: while the view only moves they are not drawn again, and while it is zoomed
// they are stretched until it rests.

import { ROW, drawArrows, drawGround, drawRow } from "./draw.js";

/** How much is drawn beside what can be seen, on each side, in widths. */
const BESIDE = 0.5;

/** For how long a zoom must rest, in milliseconds, before it is drawn sharp. */
const REST = 90;

export class Strip {
	/** @param {() => void} again has the next frame draw */
	constructor(again) {
		this.again = again;
		this.canvas = document.createElement("canvas");
		this.patterns = new Map();
	}

	/**
	 * Shows the rows.
	 * @param {CanvasRenderingContext2D} ctx
	 * @param {import("./draw.js").Geometry} g what can be seen
	 * @param {{window: Object, top: number, key: string, colors: Object<string, string>}} what to be drawn; top is how far it is scrolled
	 */
	show(ctx, g, what) {
		if (g.width < 1 || g.height < 1) return; // nothing of it can be seen
		const d = this.drawn;
		const same = d && d.what.window === what.window && d.what.top === what.top && d.what.key === what.key && d.what.colors === what.colors &&
			d.width === g.width && d.height === g.height;
		const span = g.to - g.from;
		if (!same || d.from > g.from || d.to < g.to || Math.abs(span / d.span - 1) > 1e-9 && !this.waits(span, d)) this.draw(g, what);
		const {from, to} = this.drawn, scale = g.width / span;
		ctx.drawImage(this.canvas, (from - g.from) * scale, 0, (to - from) * scale, g.height);
	}

	/** Reports whether a zoom goes on, and has it be drawn once it rests. */
	waits(span, d) {
		const now = performance.now();
		if (span !== this.span) {
			this.span = span;
			this.since = now;
			clearTimeout(this.timer);
			this.timer = setTimeout(this.again, REST + 5);
		}
		return now - this.since < REST && Math.abs(Math.log2(span / d.span)) < 2;
	}

	/** Draws the rows. */
	draw(g, what) {
		const {window, top, key, colors} = what, scale = devicePixelRatio || 1, span = g.to - g.from;
		const wide = {from: g.from - BESIDE * span, to: g.to + BESIDE * span, width: g.width * (1 + 2 * BESIDE), height: g.height};
		if (this.drawn?.what.colors !== colors) this.patterns.clear();
		const w = Math.round(wide.width * scale), h = Math.round(wide.height * scale);
		if (this.canvas.width !== w || this.canvas.height !== h) {
			this.canvas.width = w;
			this.canvas.height = h;
		}
		const ctx = this.canvas.getContext("2d", {alpha: false});
		ctx.setTransform(scale, 0, 0, scale, 0, 0);
		ctx.fillStyle = colors.ground;
		ctx.fillRect(0, 0, wide.width, wide.height);
		const tops = new Map();
		window?.rows.forEach((row, i) => {
			const y = (window.first + i) * ROW - top;
			tops.set(row.key, y);
			if (y < -ROW || y > wide.height) return;
			drawGround(ctx, wide, y, window.first + i, row.key === key, colors);
			drawRow(ctx, wide, y, row, colors, kind => this.pattern(ctx, kind, colors));
		});
		drawArrows(ctx, wide, window?.arrows ?? [], tops, key, colors);
		this.drawn = {...wide, width: g.width, span, what};
	}

	/** @returns {CanvasPattern} stripes of a color */
	pattern(ctx, kind, colors) {
		if (!this.patterns.has(kind)) {
			const tile = document.createElement("canvas");
			tile.width = tile.height = 6;
			const p = tile.getContext("2d");
			p.strokeStyle = colors[kind];
			p.lineWidth = 1.6;
			for (const x of [-6, 0, 6]) {
				p.beginPath();
				p.moveTo(x, kind === "ready" ? 6 : 0);
				p.lineTo(x + (kind === "ready" ? 6 : 0), kind === "ready" ? 0 : 6);
				p.stroke();
			}
			this.patterns.set(kind, ctx.createPattern(tile, "repeat"));
		}
		return this.patterns.get(kind);
	}
}
