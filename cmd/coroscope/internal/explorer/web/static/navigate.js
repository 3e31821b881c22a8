// This module moves through time: the view, the cursor, and from event to event.

import { ask } from "./ask.js";

export class Navigator {
	/**
	 * @param {import("./store.js").Store} store
	 * @param {Object} overview as the server has it
	 * @param {(text: string) => void} say
	 * @param {(err: Error) => void} failed
	 */
	constructor(store, overview, say, failed) {
		Object.assign(this, {store, overview, say, failed});
		const span = Math.max(overview.to_ns - overview.from_ns, 1);
		this.least = 100; // nanoseconds
		this.all = {from: Math.max(0, overview.from_ns - span * 0.01), to: overview.to_ns + span * 0.02};
	}

	/** Shows all of it. */
	fit() {
		this.store.set({...this.all});
	}

	/** Zooms by a factor, with an instant staying where it is. */
	zoom(factor, around) {
		const {from, to, at} = this.store.view;
		around ??= at >= from && at <= to ? at : (from + to) / 2;
		const most = (this.all.to - this.all.from) * 1.5;
		const span = Math.min(Math.max((to - from) * factor, this.least), most);
		const part = (around - from) / (to - from);
		this.show(around - part * span, around + (1 - part) * span);
	}

	/** Moves the view by a part of its width. */
	pan(part) {
		const {from, to} = this.store.view, by = (to - from) * part;
		this.show(from + by, to + by);
	}

	/** Shows a stretch of time, as far as there is something. */
	show(from, to) {
		const span = to - from, spare = Math.max(span - (this.all.to - this.all.from), span * 0.05);
		const low = this.all.from - spare, high = this.all.to + spare;
		if (from < low) [from, to] = [low, low + span];
		if (to > high) [from, to] = [high - span, high];
		this.store.set({from, to});
	}

	/** Puts the cursor at an instant of a row, and has it be seen. */
	go(at, key, took = 0) {
		const {from, to} = this.store.view, span = to - from;
		const patch = {at};
		if (key) patch.key = key;
		this.store.set(patch);
		if (took > 0 && (took < span / 200 || took > span)) this.show(at - took * 2, at + took * 3);
		else if (at < from || at > to) this.show(at - span / 3, at + span * 2 / 3);
	}

	/** Goes to the event before or after the cursor: of the selected row, or of anybody. */
	async step(back, any) {
		const {at, key} = this.store.view;
		try {
			const s = await ask("step", {at: Math.round(at), back, key: any ? "" : key});
			if (!s.found) {
				this.say(back ? "Nothing happens before this." : "Nothing happens after this.");
				this.store.set({playing: false});
				return;
			}
			const e = s.events.find(e => e.key === key) ?? s.events[0];
			this.go(s.at_ns, any && e ? e.key : "");
			this.told = s;
		} catch (err) {
			this.store.set({playing: false});
			this.failed(err);
		}
	}

	/** Goes to one of the overview's places. */
	jump(id) {
		const j = this.overview.jumps.find(j => j.id === id);
		if (!j) {
			this.say("There is none in this trace.");
			return;
		}
		this.go(j.at_ns, j.key, j.took_ns);
	}

	/** Plays: an event of anybody every now and then. */
	play() {
		const playing = !this.store.view.playing;
		this.store.set({playing});
		if (playing) this.tick();
	}

	async tick() {
		if (!this.store.view.playing) return;
		await this.step(false, true);
		setTimeout(() => this.tick(), 600);
	}
}
