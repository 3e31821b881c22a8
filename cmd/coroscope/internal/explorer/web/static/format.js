// This module says durations and counts in words.

const UNITS = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]];

/**
 * Says a duration with three digits: "1.23ms".
 * @param {number} ns nanoseconds
 * @returns {string}
 */
export function duration(ns) {
	if (ns < 0) return "-" + duration(-ns);
	for (const [unit, size] of UNITS) {
		if (ns >= size) {
			const n = ns / size;
			return (n >= 100 ? Math.round(n).toString() : n.toPrecision(3).replace(/\.?0+$/, "")) + unit;
		}
	}
	return "0";
}

/**
 * Says an instant as exactly as instants so far apart are told from each other.
 * @param {number} ns nanoseconds since the trace's beginning
 * @param {number} apart nanoseconds
 * @returns {string}
 */
export function instant(ns, apart = 1000) {
	const [unit, size] = UNITS.find(([, size]) => Math.abs(ns) >= size) ?? UNITS[3];
	const digits = Math.max(0, Math.ceil(Math.log10(size / Math.max(apart, 1))));
	return (ns / size).toFixed(Math.min(digits, 9)) + unit;
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 * @returns {string} "1 coroutine", "2,000 coroutines"
 */
export function plural(n, one, many = one + "s") {
	return n === 1 ? `1 ${one}` : `${n.toLocaleString("en-US")} ${many}`;
}
