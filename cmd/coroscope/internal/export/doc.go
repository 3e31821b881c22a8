// Package export writes a timeline in the formats of other viewers: the Trace
// Event Format, which catapult's viewer (chrome://tracing, and that of "go tool
// trace") and Perfetto's UI read, and Perfetto's own.
//
// Both have the same picture:
//
//	loop bar                       process: a loop
//	  loop bar                     track: the loop's own
//	    [loop bar                ] slice: the loop runs
//	    [busy       ][idle][busy ] nested: what it does
//	    [turn 7    ]        ...    nested: its turns
//	    [Ann#2][Bob]               nested: whom it runs
//	  slow steps                   track: if it reported any
//	    [callback main.hog]
//	  Ann#2                        track: a coroutine
//	    [Ann#2 main.guest        ] slice: its life
//	    [run][await future oven]   nested: its runs and suspensions
//	       |             [ready ]  nested: it has been made ready and waits for its turn
//	       instant: what it does to others, "spawn Bob#3" or "make Bob#3 ready"
//
// An arrow leads from such an instant to the life that begins there, or to the
// run in which the other one goes on. What has not ended when the trace ends
// has the argument open, and what began before it the argument since.
// Coroutines that stand alone have a process of their own, and so do coroutines
// of iter.Pull that nothing was written about, and ordinary goroutines.
//
// All instants are nanoseconds since the trace's first event; what began
// earlier begins there.
package export
