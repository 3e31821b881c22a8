// This module shows what everybody is doing at the cursor: the loops, the ready
// queue, the timers, and who waits for whom.

import { link, make } from "./dom.js";
import { duration, plural } from "./format.js";

/**
 * @param {HTMLElement} body
 * @param {Object} m the moment
 * @param {{go: (at: number, key: string) => void}} nav
 */
export function showMoment(body, m, nav) {
	const who = x => link(x.who, () => nav.go(m.at_ns, x.key));
	const c = m.counts;
	const counts = [[c.running, "running"], [c.ready, "ready"], [c.suspended, "suspended"], [c.ended, "ended"], [c.unknown, "not known"]]
		.filter(([n]) => n > 0).map(([n, what]) => `${n.toLocaleString("en-US")} ${what}`).join(", ");
	body.replaceChildren(
		...m.loops.map(l => make("p.loop", {}, link(l.name, () => nav.go(m.at_ns, l.key)), ` ${l.state}`, l.turn ? `, turn ${l.turn}` : "")),
		make("p.counts", {}, counts || "No coroutine exists."),
		list("Running", c.running, m.running, r => [who(r), r.at ? make("span.quiet", {}, ` resumed at ${r.at}`) : ""], "nobody"),
		list("Ready queue", c.ready, m.ready, r => [who(r), make("span.quiet", {}, r.on ? ` from ${r.on}${r.by ? `, by ${r.by}` : ""}` : " has not started")], "empty"),
		list("Timers", c.timers, m.timers, r => [make("b", {}, due(r.due_ns - m.at_ns)), " ", who(r), make("span.quiet", {}, ` ${r.on}`)], "none set"),
		tree(m, who));
}

/** Says when a timer goes off. */
function due(ns) {
	return ns >= 0 ? `in ${duration(ns)}` : `${duration(-ns)} late`;
}

function list(title, total, entries, line, none) {
	const more = total - entries.length;
	return make("div.list", {}, make("h3", {}, `${title} `, make("span.quiet", {}, total ? String(total) : none)),
		entries.length ? make("ol", {}, ...entries.map(e => make("li", {}, ...line(e)))) : "",
		more > 0 ? make("p.quiet", {}, `and ${plural(more, "other")}`) : "");
}

/** Who waits for whom: what is indented is waited for by what it stands under. */
function tree(m, who) {
	return make("div.list", {}, make("h3", {}, "Who waits for whom ", make("span.quiet", {}, m.tree.length ? "" : "nobody")),
		make("ul.tree", {}, ...m.tree.map(w => {
			const li = make("li", {}, w.depth > 0 ? make("span.quiet", {}, w.later ? "let go on later by " : "for ") : "", who(w),
				make("span.quiet", {}, w.again ? " (above)" : w.on ? ` ${w.state === "ready" ? "ready from" : "on"} ${w.on}` : ` ${w.state}`));
			li.style.paddingInlineStart = `${w.depth * 16}px`;
			return li;
		})),
		m.tree.some(w => w.later) ? make("p.quiet", {}, "Who lets go on later is known from what happened afterward.") : "");
}
