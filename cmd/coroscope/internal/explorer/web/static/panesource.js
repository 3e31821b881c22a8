// This module shows the source around the place at the cursor.

import { make } from "./dom.js";
import { ask, latest } from "./ask.js";

export class SourcePane {
	/** @param {HTMLElement} body @param {(err: Error) => void} failed */
	constructor(body, failed) {
		this.body = body;
		this.shown = "";
		this.request = latest(q => ask("source", q), (s, q) => this.show(s, q), failed);
	}

	/** Shows where a coroutine is. @param {Object|null} d */
	set(d) {
		const place = d?.at || "";
		const wanted = d ? `${d.key} ${place}` : "";
		if (wanted === this.wanted && this.wanted !== undefined) return;
		this.wanted = wanted;
		if (!place) {
			this.shown = "";
			this.body.replaceChildren(make("p.none", {}, !d ? "The place of the selected coroutine stands here."
				: d.status === "running" ? "The trace does not say where it started: the place is known from its first suspension on."
					: d.status === "ended" ? "It has ended, and was never suspended at a place that is known." : "The trace does not say where."));
			return;
		}
		this.request({key: d.key, at: place});
	}

	/** @param {Object} s as the server has it */
	show(s) {
		if (!s.lines) {
			this.shown = "";
			this.body.replaceChildren(make("p.where", {}, make("code", {}, s.file ? `${s.file}:${s.line}` : "")), make("p.none", {}, s.why));
			return;
		}
		if (this.shown !== s.path + s.file) {
			this.shown = s.path + s.file;
			this.where = make("p.where");
			this.lines = s.lines.map((line, i) => make("li", {value: i + 1}, make("span.mark", {"aria-hidden": "true"}), make("code", {},
				...line.map(f => f.c ? make(`span.${f.c}`, {}, f.t) : f.t))));
			this.body.replaceChildren(this.where, make("ol.code", {}, ...this.lines));
		}
		this.where.replaceChildren(make("code", {}, `${s.file}:${s.line}`), make("span.path", {}, s.path), s.note ? make("span.note", {}, s.note) : "");
		this.here?.removeAttribute("aria-current");
		if (this.here) this.here.firstChild.textContent = "";
		this.here = this.lines[s.line - 1];
		if (!this.here) return;
		this.here.setAttribute("aria-current", "location");
		this.here.firstChild.textContent = "▶";
		this.body.scrollTop = this.here.offsetTop - this.body.clientHeight / 2;
	}
}
