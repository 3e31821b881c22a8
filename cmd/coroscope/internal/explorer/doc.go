// Package explorer answers what a page about a trace asks: what there is to
// draw between two instants, and how everything was at one.
//
// A [Trace] is an index over a timeline.Timeline. Its answers are plain data
// that is sent as JSON:
//
//	Overview   what is in the trace, and where it is worth going
//	Window     rows, and what is on them between two instants, at a width in pixels
//	Moment     what everybody is doing at an instant, and the frame of one coroutine
//	Step       the event before or after an instant, of one coroutine or of any
//	Numbers    how often and how long, by coroutine, function or awaited thing
//	Search     suspensions by what they are on, and by how long they took
//	Machine    the diagram of a coroutine's states
//	Source     the source around a place
//
// An answer never holds more than a page draws. Where runs and suspensions are
// narrower than a few pixels they are counted and drawn together, and an answer
// costs a search for each piece that is drawn, however many suspensions there are.
//
// At an instant at which something happens it has happened: a run and a
// suspension are from their beginning up to, and without, their end.
package explorer
