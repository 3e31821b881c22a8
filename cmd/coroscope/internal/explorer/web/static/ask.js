// This module asks the server, and counts the answers that are awaited.

let pending = 1; // the page itself

/** Notes that something is awaited. */
export function expect() {
	pending++;
	document.body.dataset.pending = String(pending);
}

/** Notes that the page has come up, or that what was awaited has come. */
export function settled() {
	pending--;
	document.body.dataset.pending = String(pending);
}

/**
 * Asks a question about a trace.
 * @param {string} question
 * @param {Object<string, any>} params lists are sent as several of one name; "" and false are left out
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} rejected with the reason in words
 */
export async function ask(question, params, signal) {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(params)) {
		for (const v of Array.isArray(value) ? value : [value]) {
			if (v !== "" && v !== false && v !== undefined) query.append(name, v === true ? "1" : String(v));
		}
	}
	expect();
	try {
		const response = await fetch(`/api/0/${question}?${query}`, {signal});
		if (response.ok) return await response.json();
		const text = await response.text();
		let why = text.trim();
		try {
			why = JSON.parse(text).error;
		} catch {
			// the server's refusals are plain text
		}
		throw new Error(why);
	} catch (err) {
		if (err instanceof TypeError) throw new Error("The server does not answer: coroscope view has ended.");
		throw err;
	} finally {
		settled();
	}
}

/**
 * Returns a function that asks one question after the other: of those that are
 * asked while an answer is awaited, only the last.
 * @template T
 * @param {(args: T) => Promise<any>} question
 * @param {(answer: any, args: T) => void} answered
 * @param {(err: Error) => void} failed
 * @returns {(args: T) => void}
 */
export function latest(question, answered, failed) {
	let running = false, next = null;
	const run = async args => {
		running = true;
		try {
			answered(await question(args), args);
		} catch (err) {
			failed(err);
		}
		running = false;
		if (next) {
			const then = next;
			next = null;
			run(then.args);
		}
	};
	return args => {
		if (running) next = {args};
		else run(args);
	};
}
