// This module holds what the page shows: one place that all panes look at, so
// that they agree.

/**
 * @typedef {Object} View
 * @property {number} from  nanoseconds at the left edge
 * @property {number} to    nanoseconds at the right edge
 * @property {number} at    the cursor
 * @property {string} key   of the selected row, "" if none is
 * @property {string} filter
 * @property {boolean} group
 * @property {string[]} open  keys of the functions that are unfolded
 * @property {boolean} goroutines  rows of ordinary ones are shown
 * @property {boolean} playing
 */

export class Store {
	/** @param {View} view */
	constructor(view) {
		this.view = view;
		this.listeners = [];
	}

	/** @param {(view: View, changed: Set<string>) => void} listener */
	watch(listener) {
		this.listeners.push(listener);
	}

	/** Sets some of the view, and tells whoever watches if anything is new. */
	set(patch) {
		const changed = new Set(Object.keys(patch).filter(k => patch[k] !== this.view[k]));
		if (changed.size === 0) return;
		this.view = {...this.view, ...patch};
		for (const listener of this.listeners) listener(this.view, changed);
	}
}
