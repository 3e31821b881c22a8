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
// What coroutines stand in line for is [Contention]: how often and how long they
// waited for a lock, a semaphore, a queue, an event, how many at once, and who let
// whom go on. Above it is that baker#5 handed the lock on to guest#2. A coroutine
// that was made ready more than once before it was resumed, since what it had been
// called for was gone, was let go on by the last.
//
// A loop runs while its region "loop <name>" is open. It is idle while its
// region "idle" is, and busy the rest of that time.
//
// # What is read of others
//
// With Options.Goroutines a trace need not have anything of the protocol. A
// goroutine is [Goroutine]: how long it ran, was ready, and was blocked, and on
// what, which Wait tells by the runtime's reason, by the function of Go's own
// packages that was called, and by the place in the program. So what it waited
// for locks is
//
//	g.Waiting("sync")       // those of package sync in all, wait groups too
//	g.Blocked()             // one by one, with system calls
//
// and with Options.Full, Phases has when.
//
// A coroutine of iter.Pull that nothing was written of is a [Pull]. It is known
// by its switches. A switch is one event of the runtime, which the library that
// reads the trace turns into three transitions, each a nanosecond after the one
// before and without reason or stack:
//
//	goroutine 1, running:  goroutine 9 becomes runnable
//	goroutine 1, running:  goroutine 1 waits
//	                       goroutine 9 runs
//
// Goroutines that take turns by channels, or by runtime.Gosched, have reasons
// and stacks. Who resumes and who yields is known by who was resumed by whom, by
// where a goroutine began, and by who ends by a switch. Where both of a pair are
// older than the trace it is open until one of these tells: what is still open at
// the end is guessed, and Pull.Guessed says so.
//
// # Memory
//
// The library that reads the trace holds one generation of it, about a second,
// and so does this package, which may have to mend it. With the zero [Options]
// nothing is added to that but one record for each coroutine and loop, and for each
// thing that was waited for, with Options.Goroutines one for each goroutine and Pull.
// Options.Full keeps each run, suspension and phase too.
//
// # Goroutines
//
// A goroutine has the library read some thousand events ahead, of the same
// generation, while those before them are used, or in turns with their use where
// there is no other processor. What is found is the same as if each were used
// before the next is read. It has ended when Events or Read returns; callbacks and
// the use of what was read stay on the caller's goroutine, while the io.Reader is
// read on the other one.
//
// # Traces that are not whole
//
// What can be read is kept, and Timeline.Lost says in sentences what could not
// be. A generation has its events first, then the stacks and the texts that they
// refer to, and the library refuses it without these. So where one is cut off or
// damaged it is mended: what is whole of it is kept, and in place of a stack, or
// of a name, that is missing there is an empty one. A log without its text is
// left out. Where the logs end before the trace does, coroutines and loops do
// too, while goroutines and Pulls go on. What cannot be mended is left out, and
// reading goes on with the next generation. A coroutine that is older than the trace, or than what is left of
// it, counts from where it is first seen: no total has time from before the
// trace, even where it is known since when a coroutine was suspended. One that
// has not ended when the trace does has its last run or suspension end there,
// marked Open.
package timeline
