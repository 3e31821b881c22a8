// This module takes what pointers do on the timeline: wheel, drag, pinch, click
// and hover.

import { byId, make } from "./dom.js";
import { describe, timeAt } from "./draw.js";

/** How far a pointer moves, in pixels, before it drags and does not click. */
const SLOP = 4;

/**
 * @param {import("./timeline.js").Timeline} timeline
 * @param {import("./navigate.js").Navigator} nav
 * @param {import("./store.js").Store} store
 */
export function takeGestures(timeline, nav, store) {
	const {canvas, ruler, scroller, list} = timeline;
	const pointers = new Map();
	let moved = false, pinch = 0;

	canvas.addEventListener("wheel", e => {
		const scrolls = scroller.scrollHeight > scroller.clientHeight + 1;
		if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) {
			nav.pan((e.deltaX || e.deltaY) / canvas.clientWidth);
		} else if (e.ctrlKey || e.metaKey || !scrolls) {
			nav.zoom(Math.exp(e.deltaY * (e.ctrlKey ? 0.01 : 0.002)), timeAt(timeline.geometry(), e.offsetX));
		} else return; // rows scroll
		e.preventDefault();
	}, {passive: false});

	canvas.addEventListener("pointerdown", e => {
		if (e.button !== 0) return;
		canvas.setPointerCapture(e.pointerId);
		pointers.set(e.pointerId, {x: e.offsetX, y: e.offsetY, startX: e.offsetX});
		moved = pointers.size > 1;
		pinch = distance(pointers);
		hide();
	});
	canvas.addEventListener("pointermove", e => {
		const p = pointers.get(e.pointerId);
		if (!p) {
			hover(e);
			return;
		}
		const dx = e.offsetX - p.x;
		p.x = e.offsetX;
		p.y = e.offsetY;
		if (pointers.size === 2) {
			const now = distance(pointers), [a, b] = pointers.values();
			if (pinch > 0 && now > 0) nav.zoom(pinch / now, timeAt(timeline.geometry(), (a.x + b.x) / 2));
			pinch = now;
		} else if (moved || Math.abs(p.x - p.startX) > SLOP) {
			moved = true;
			nav.pan(-dx / canvas.clientWidth);
		}
	});
	const up = e => {
		if (!pointers.delete(e.pointerId) || pointers.size > 0) return;
		if (!moved && e.type === "pointerup") click(e);
		moved = false;
	};
	canvas.addEventListener("pointerup", up);
	canvas.addEventListener("pointercancel", up);
	canvas.addEventListener("pointerleave", hide);

	function click(e) {
		const {row} = timeline.hit(e.offsetX, e.offsetY);
		if (row?.kind === "function") {
			fold(store, row.key);
			return;
		}
		store.set({at: timeAt(timeline.geometry(), e.offsetX), ...(row ? {key: row.key} : {})});
	}

	ruler.addEventListener("pointerdown", e => {
		ruler.setPointerCapture(e.pointerId);
		store.set({at: timeAt(timeline.geometry(), e.offsetX)});
	});
	ruler.addEventListener("pointermove", e => {
		if (ruler.hasPointerCapture(e.pointerId)) store.set({at: timeAt(timeline.geometry(), e.offsetX)});
	});

	list.addEventListener("click", e => {
		const key = e.target.closest(".row")?.dataset.key;
		if (key?.startsWith("f")) fold(store, key);
		if (key) store.set({key});
	});

	function hover(e) {
		const {row, segment} = timeline.hit(e.offsetX, e.offsetY);
		if (!row || !segment) {
			hide();
			return;
		}
		const box = byId("hover");
		box.replaceChildren(make("b", {}, row.name), ...describe(row, segment).filter(Boolean).map(text => make("div", {}, text)));
		box.hidden = false;
		const {width, height} = box.getBoundingClientRect();
		box.style.left = `${Math.max(4, Math.min(e.clientX + 14, innerWidth - width - 8))}px`;
		box.style.top = `${e.clientY + 18 + height > innerHeight ? e.clientY - height - 10 : e.clientY + 18}px`;
	}
	function hide() {
		byId("hover").hidden = true;
	}
}

/** Folds or unfolds a function. */
export function fold(store, key) {
	const {open} = store.view;
	store.set({open: open.includes(key) ? open.filter(k => k !== key) : [...open, key]});
}

/** The distance of two pointers, 0 if there are not two. */
function distance(pointers) {
	if (pointers.size !== 2) return 0;
	const [a, b] = pointers.values();
	return Math.hypot(a.x - b.x, a.y - b.y);
}
