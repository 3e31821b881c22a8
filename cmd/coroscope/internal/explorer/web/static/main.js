// This module puts the page together.

import { byId, make } from "./dom.js";
import { ask, latest, settled } from "./ask.js";
import { instant, plural, duration } from "./format.js";
import { Store } from "./store.js";
import { Timeline } from "./timeline.js";
import { Navigator } from "./navigate.js";
import { takeGestures } from "./gestures.js";
import { keyTable, takeKeys } from "./keys.js";
import { Numbers } from "./numbers.js";
import { showCoroutine } from "./panecoroutine.js";
import { showMoment } from "./panemoment.js";
import { SourcePane } from "./panesource.js";
import { MachinePane } from "./panemachine.js";

/** Shows what went wrong. */
function failed(err) {
	const box = byId("notice");
	box.replaceChildren(make("p", {}, err.message));
	box.hidden = false;
}

/** Tells of something in passing. */
function say(text) {
	byId("said").textContent = text;
}

/** Shows what the trace is, and what of it was not read. */
function introduce(overview) {
	const parts = [
		overview.loops && plural(overview.loops, "loop"), overview.coroutines && plural(overview.coroutines, "coroutine"),
		overview.suspensions && plural(overview.suspensions, "suspension"), overview.pulls && plural(overview.pulls, "coroutine") + " of iter.Pull",
		overview.goroutines && plural(overview.goroutines, "goroutine"),
	].filter(Boolean);
	byId("about").textContent = `${parts.join(", ")} in ${duration(overview.to_ns - overview.from_ns)}`;
	const lines = [...overview.lost.map(l => `Not read: ${l}`), ...overview.notes];
	byId("notice").replaceChildren(...lines.map(l => make("p", {}, l)));
	byId("notice").hidden = lines.length === 0;
	for (const j of overview.jumps) {
		byId("jump").append(make("option", {value: j.id}, `${j.title}: ${j.who}${j.took_ns ? ` ${duration(j.took_ns)}` : ""}${j.more ? ` – ${j.more}` : ""}`));
	}
}

/** Reports whether there is nothing else to show than goroutines. */
const onlyGoroutines = overview => overview.coroutines + overview.pulls + overview.loops === 0;

/** The row that is selected at first: that of the first coroutine. */
async function firstRow(overview) {
	const w = await ask("window", {from: 0, to: Math.max(overview.to_ns, 1), pixels: 1, rows: 50, goroutines: onlyGoroutines(overview)});
	return w.rows.find(r => r.kind === "coroutine") ?? w.rows[0];
}

/** What a coroutine is doing, in words. */
function standing(d) {
	switch (d.status) {
	case "suspended":
		return `is suspended on ${d.on}`;
	case "ended":
		return `has ended${d.outcome ? `: ${d.outcome}` : ""}`;
	}
	return `is ${d.status}`;
}

async function start() {
	const overview = await ask("overview", {});
	introduce(overview);
	const first = await firstRow(overview);
	const store = new Store({
		from: overview.from_ns, to: overview.to_ns + 1, at: first ? first.start_ns : overview.from_ns, key: first ? first.key : "",
		filter: "", group: overview.coroutines > 200, open: [], playing: false, goroutines: onlyGoroutines(overview),
	});
	const nav = new Navigator(store, overview, say, failed);
	const timeline = new Timeline(store, failed);
	const numbers = new Numbers(nav, store, failed);
	const source = new SourcePane(byId("source").querySelector(".body"), failed);
	const machine = new MachinePane(byId("machine").querySelector(".body"), failed);

	const moment = latest(({at, key}) => ask("moment", {at: Math.round(at), key}), (m, {at}) => {
		const d = m.coroutine;
		showCoroutine(byId("coroutine").querySelector(".body"), d, m.at_ns, nav, overview.frames);
		showMoment(byId("moment").querySelector(".body"), m, nav);
		source.set(d);
		machine.set(d);
		const told = nav.told?.at_ns === Math.round(at) ? nav.told.events : [];
		say(`${instant(m.at_ns, 1000)}: ` + (told.length ? told.slice(0, 3).map(e => `${e.who} ${e.what}${e.at ? ` at ${e.at}` : ""}`).join("; ") +
			(told.length > 3 ? `; and ${told.length - 3} more` : "") : d ? `${d.who} ${standing(d)}` : ""));
	}, failed);
	store.watch((view, changed) => {
		if (changed.has("at") || changed.has("key")) moment(view);
		for (const id of ["group", "goroutines"]) byId(id).setAttribute("aria-pressed", String(view[id]));
		if (changed.has("playing")) {
			byId("play").setAttribute("aria-pressed", String(view.playing));
			byId("play").textContent = view.playing ? "Stop" : "Play";
		}
	});
	takeGestures(timeline, nav, store);
	takeKeys(keyTable(timeline, nav, store, {numbers: () => numbers.open()}), store);
	takeButtons(store, nav, numbers);
	for (const id of ["group", "goroutines"]) byId(id).setAttribute("aria-pressed", String(store.view[id]));
	byId("goroutines").hidden = overview.goroutines === 0;
	nav.fit();
	timeline.resize();
	moment(store.view);
	settled();
}

/** Has the buttons at the top do what they say. */
function takeButtons(store, nav, numbers) {
	const on = (id, does) => byId(id).addEventListener("click", does);
	on("back", e => nav.step(true, e.shiftKey));
	on("forward", e => nav.step(false, e.shiftKey));
	on("play", () => nav.play());
	on("zoom-in", () => nav.zoom(0.5));
	on("zoom-out", () => nav.zoom(2));
	on("fit", () => nav.fit());
	on("group", () => store.set({group: !store.view.group}));
	on("goroutines", () => store.set({goroutines: !store.view.goroutines}));
	on("numbers-open", () => numbers.open());
	on("help-open", () => byId("help").showModal());
	byId("filter").addEventListener("input", e => {
		byId("notice").hidden = true;
		store.set({filter: complete(e.target.value)});
	});
	byId("filter").addEventListener("keydown", e => {
		if (e.key !== "Enter") return;
		e.preventDefault(); // else it would press what is focused next
		numbers.open("found");
	});
	byId("jump").addEventListener("change", e => {
		if (e.target.value) nav.jump(e.target.value);
		e.target.value = "";
	});
	for (const dialog of document.querySelectorAll("dialog")) {
		dialog.addEventListener("click", e => e.target === dialog && dialog.close());
	}
}

/** Returns a filter without a duration that is still being typed. */
function complete(text) {
	return text.split(/\s+/).filter(word => !/^[<>]/.test(word) || /^[<>]\d+(\.\d+)?(ns|us|µs|ms|s|m|h)$/.test(word)).join(" ");
}

start().catch(err => {
	failed(err);
	settled();
});
