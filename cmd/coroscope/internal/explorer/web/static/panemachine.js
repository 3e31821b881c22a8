// This module shows the diagram of the selected coroutine's states, with the one
// that it is in lit and the edge that it took last.

import { make } from "./dom.js";
import { ask, latest } from "./ask.js";

export class MachinePane {
	/** @param {HTMLElement} body @param {(err: Error) => void} failed */
	constructor(body, failed) {
		this.body = body;
		this.diagrams = new Map(); // by key of the coroutine
		this.request = latest(key => ask("machine", {key}), (m, key) => {
			this.diagrams.set(key, m);
			if (this.detail?.key === key) this.set(this.detail);
		}, failed);
	}

	/** @param {Object|null} d */
	set(d) {
		this.detail = d;
		if (!d || d.kind !== "coroutine") {
			this.drawn = "";
			this.body.replaceChildren(make("p.none", {}, "The states of the selected coroutine stand here."));
			return;
		}
		const m = this.diagrams.get(d.key);
		if (!m) {
			this.request(d.key);
			return;
		}
		if (this.drawn !== m.key) this.draw(m);
		this.light(m, d);
	}

	draw(m) {
		this.drawn = m.key;
		this.svg = null;
		if (!m.svg) {
			this.body.replaceChildren(make("p.none", {}, `There is no diagram: ${m.why}.`));
			return;
		}
		const about = m.observed ? "As seen in this trace: the places at which its function was suspended, and how often one followed the other."
			: "As the machine is described in its source.";
		// The server has escaped all names in it; parsed as XML it runs nothing.
		this.svg = document.importNode(new DOMParser().parseFromString(m.svg, "image/svg+xml").documentElement, true);
		this.svg.setAttribute("role", "img");
		this.words = make("p.words");
		this.body.replaceChildren(make("p.about", {}, make("code", {}, m.func), ` ${about}`), this.words, make("div.diagram", {}, this.svg));
	}

	light(m, d) {
		if (!this.svg) return;
		const left = d.status === "running";
		for (const g of this.svg.querySelectorAll(".state")) {
			g.classList.toggle("lit", !left && Number(g.dataset.state) === d.state);
			g.classList.toggle("left", left && Number(g.dataset.state) === d.state);
		}
		for (const p of this.svg.querySelectorAll(".edge")) {
			p.classList.toggle("taken", !!d.taken && Number(p.dataset.from) === d.taken.from && Number(p.dataset.to) === d.taken.to);
		}
		const name = i => `${i} ${m.states[i] ?? "?"}`;
		const words = d.state < 0 ? "In no state that is known." : (left ? `It runs, and has left ${name(d.state)}` : `In ${name(d.state)}`) +
			(d.taken ? `; came by ${name(d.taken.from)} → ${name(d.taken.to)}.` : ".");
		this.words.textContent = words;
		this.svg.setAttribute("aria-label", words);
		const lit = this.svg.querySelector(".lit, .left");
		if (!lit) return;
		const box = lit.getBoundingClientRect(), pane = this.body.getBoundingClientRect();
		if (box.top < pane.top || box.bottom > pane.bottom) this.body.scrollTop += box.top - pane.top - pane.height / 3;
		if (box.left < pane.left || box.right > pane.right) this.body.scrollLeft += box.left - pane.left - pane.width / 3;
	}
}
