// Package timeline reads a Go execution trace back into coroutines: who ran
// when, who was suspended on what, where and for how long, and who made whom
// ready.
//
// # Levels
//
// [Events] hands on one event after the other. [Read] builds a [Timeline], the
// model from which everything else is made: [Timeline.Summary] for programs,
// [WriteSummary] and [WriteTimeline] for people. [Identify] only says whether
// a trace speaks the protocol. Each is one pass over the trace, which may come
// from any io.Reader.
//
// # What is read
//
// A coroutine is read from its logs (see package protocol). For
//
//	spawn    guest#2 pull main.guest (bar.go:31)
//	resume   guest#2 <- start
//	suspend  guest#2 -> await lock oven (bar.go:44)
//	ready    guest#2 by baker#5
//	resume   guest#2 <- await lock oven (bar.go:44)
//	end      guest#2 returned
//
// the timeline has one coroutine with two runs, from each resume to the
// suspend or end that follows it, and one suspension between them, the last
// part of which guest#2 was ready and waited for its turn. Runs are measured
// by the clock on the wall: one that resumes others includes their runs.
//
// A loop runs while its region "loop <name>" is open. It is idle while its
// region "idle" is, and busy the rest of that time.
//
// # Memory
//
// The library that reads the trace holds one generation of it, about a second.
// With the zero [Options] nothing is added to that but one record for each
// coroutine and loop. Options.Full keeps each run and suspension too.
//
// # Traces that are not whole
//
// What can be read is kept, and Timeline.Lost says in sentences what could not
// be. A generation that is damaged is left out and reading goes on with the
// next one. A coroutine that is older than the trace, or than what is left of
// it, counts from where it is first seen: no total has time from before the
// trace, even where it is known since when a coroutine was suspended. One that
// has not ended when the trace does has its last run or suspension end there,
// marked Open.
package timeline
