// This module reads the colors of the drawing from the style sheet, which has
// those for light and for dark.

const NAMES = ["text", "faint", "line", "ground", "stripe", "chosen", "run", "ready", "idle", "many", "cursor", "arrow", "bad",
	"on-time", "on-task", "on-line", "on-queue", "on-out", "on-other"];

/** @returns {Object<string, string>} colors by name */
export function theme() {
	const style = getComputedStyle(document.documentElement);
	return Object.fromEntries(NAMES.map(name => [name, style.getPropertyValue("--" + name).trim()]));
}

const KINDS = {
	sleep: "on-time", turn: "on-time", future: "on-task", task: "on-task", group: "on-task",
	lock: "on-line", semaphore: "on-line", sync: "on-line", event: "on-line",
	queue: "on-queue", channel: "on-queue", io: "on-out", network: "on-out", process: "on-out", signal: "on-out", pool: "on-out", goroutine: "on-out", syscall: "on-out",
};

/**
 * @param {string} label what is awaited, "sleep bake"
 * @returns {string} the name of its color
 */
export function kindColor(label) {
	return KINDS[label.split(" ", 1)[0]] ?? "on-other";
}
