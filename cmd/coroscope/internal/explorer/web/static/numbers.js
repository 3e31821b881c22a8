// This module shows how often and how long, and what the filter finds.

import { byId, link, make } from "./dom.js";
import { ask, latest } from "./ask.js";
import { duration, instant, plural } from "./format.js";

const LIMITS = ["under 1µs", "1 to 10µs", "10 to 100µs", "100µs to 1ms", "1 to 10ms", "10 to 100ms", "100ms to 1s", "1 to 10s", "10s and more"];

export class Numbers {
	/**
	 * @param {import("./navigate.js").Navigator} nav
	 * @param {import("./store.js").Store} store
	 * @param {(err: Error) => void} failed
	 */
	constructor(nav, store, failed) {
		Object.assign(this, {nav, store});
		this.sheet = byId("numbers");
		this.body = this.sheet.querySelector(".body");
		this.request = latest(by => by === "found" ? ask("search", {q: store.view.filter}) : ask("numbers", {by}),
			(n, by) => by === "found" ? this.found(n) : this.show(n), failed);
		for (const tab of this.sheet.querySelectorAll("[data-by]")) tab.addEventListener("click", () => this.open(tab.dataset.by));
	}

	open(by = this.by ?? "coroutine") {
		this.by = by;
		for (const tab of this.sheet.querySelectorAll("[data-by]")) tab.setAttribute("aria-pressed", String(tab.dataset.by === by));
		if (!this.sheet.open) this.sheet.showModal();
		this.request(by);
	}

	/** Leaves the sheet and shows a place. */
	go(at, key, took) {
		this.sheet.close();
		this.nav.go(at, key, took);
	}

	show(n) {
		const columns = n.by === "awaited" ? [["suspended", g => g.suspensions]] : [["suspended", g => g.suspensions], ["ran", g => g.runs]];
		const head = ["×", "in all", "median", "99%", "longest", "how long"];
		this.body.replaceChildren(
			...n.loops.map(l => this.use(l)),
			make("div.scroll", {tabindex: "0"}, make("table.numbers", {},
				make("thead", {},
					make("tr", {}, make("th", {rowspan: 2, scope: "col"}, n.by), ...columns.map(([name]) => make("th", {colspan: head.length, scope: "colgroup"}, name))),
					make("tr", {}, ...columns.flatMap(() => head.map(h => make("th", {scope: "col"}, h))))),
				make("tbody", {}, ...n.groups.map(g => make("tr", {}, make("th", {scope: "row"}, g.name), ...columns.flatMap(([, of]) => this.cells(of(g)))))))),
			n.total > n.groups.length ? make("p.quiet", {}, `and ${plural(n.total - n.groups.length, "other")} that were suspended for less time`) : "",
			n.total === 0 ? make("p.none", {}, "There are no coroutines in this trace that something was written of.") : "");
	}

	cells(s) {
		if (!s.count) return [make("td.quiet", {colspan: 6}, "never")];
		return [s.count.toLocaleString("en-US"), duration(s.total_ns), duration(s.median_ns), duration(s.p99_ns)].map(text => make("td", {}, text)).concat(
			make("td", {}, link(duration(s.longest_ns), () => this.go(s.longest_at_ns, s.longest_key, s.longest_ns), "show it in the timeline")),
			make("td", {}, histogram(s.histogram)));
	}

	/** How busy a loop was over time. */
	use(l) {
		const {overview} = this.nav, span = overview.to_ns - overview.from_ns;
		const all = l.busy_ns + l.idle_ns, percent = all > 0 ? Math.round(100 * l.busy_ns / all) : 0;
		const bars = l.busy.map((part, i) => {
			const bar = make("button.use", {
				type: "button", title: `${Math.round(part * 100)}% busy from ${instant(overview.from_ns + span * i / l.busy.length)}`,
				tabindex: "-1", click: () => this.go(overview.from_ns + span * i / l.busy.length, l.key),
			}, make("i"));
			bar.firstChild.style.height = `${Math.max(part * 100, part > 0 ? 3 : 0)}%`;
			return bar;
		});
		return make("figure.uses", {}, make("figcaption", {}, `${l.name}: ${percent}% busy (${duration(l.busy_ns)}), idle ${duration(l.idle_ns)}, ${plural(l.turns, "turn")}`),
			make("div.bars", {role: "img", "aria-label": `how busy ${l.name} was over time`}, ...bars));
	}

	found(hits) {
		const q = this.store.view.filter;
		this.body.replaceChildren(
			make("p", {}, q ? `${plural(hits.total, "suspension")} found by “${q}”` : `${plural(hits.total, "suspension")} in all; type into the filter to find some of them`,
				hits.total > hits.hits.length ? `, of which the ${hits.hits.length} longest are:` : hits.total ? ", longest first:" : "."),
			make("div.scroll", {tabindex: "0"}, make("table.numbers", {}, make("tbody", {}, ...hits.hits.map(h => make("tr", {},
				make("td", {}, link(duration(h.end_ns - h.start_ns), () => this.go(h.start_ns, h.key, h.end_ns - h.start_ns), "show it in the timeline")),
				make("th", {scope: "row"}, h.who), make("td.left", {}, h.on), make("td.left", {}, make("code", {}, h.at)), make("td", {}, `at ${instant(h.start_ns)}`)))))));
	}
}

/** Bars of how many took how long. */
function histogram(counts) {
	const most = Math.max(...counts);
	const said = counts.map((n, i) => n ? `${n.toLocaleString("en-US")}: ${LIMITS[i]}` : "").filter(Boolean).join("\n");
	return make("span.histogram", {role: "img", "aria-label": said, title: said}, ...counts.map(n => {
		const bar = make("i", {class: n ? "" : "none"});
		bar.style.height = `${n ? Math.max(15, 100 * n / most) : 6}%`;
		return bar;
	}));
}
