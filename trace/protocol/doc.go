// Package protocol is the vocabulary in which coroutines are written into a Go
// execution trace and read back from it: the names of tasks, regions and log
// categories, and the grammar of every log message. The writer is package
// trace, the reader package timeline; another event loop may speak it too.
//
// # Annotations
//
//	what                                        where                            name
//	root task of a loop                         task                             loop <name>
//	a coroutine                                 task, child of its loop's root   <function>
//	a coroutine's own row                       region on its goroutine or lane  <name>#<id>
//	a loop runs                                 region on the loop's goroutine   loop <name>
//	a loop has nothing to do                    region on the loop's goroutine   idle
//	a machine runs                              region on the loop's goroutine   run <function>
//	a coroutine is suspended                    region on its goroutine or lane  await <kind> <label>
//
// The regions are what a person sees in go tool trace. The logs are what the
// timeline is read from, except that a loop's running and idle time are read
// from its regions "loop <name>" and "idle". Each log has the coroutine's task
// as its task, or the loop's root task where it is the loop's.
//
// # Messages
//
// Each category has one form of message, and one type here, whose Append
// method writes the form and whose Parse function reads it. In the table <ref>
// is <name>#<id>, <at> is (<file>:<line>), and what stands in [] may be
// missing.
//
//	category    type        form
//	coroscope   Epoch       version 1 epoch <n>
//	            Loop        loop <ref>[, which was unobserved until now]
//	            Limit       limit <what> <n>: <ref> and later ones have logs only
//	            Note        note <text>
//	spawn       Spawn       <ref> <shape> <function> [<at>] [by <ref>]
//	snapshot    Spawn       the same, for a coroutine that is older than the epoch
//	suspended   Suspension  as suspend, follows snapshot; detail "since <duration>"
//	ready       Ready       <ref> by <ref> [(<cause>)]  or  <ref> by <cause>
//	resume      Resume      <ref> <- await <kind> [<label>] [(state <n>, <file>:<line>)] [<detail>]
//	                        <ref> <- start [<at>] [<detail>]
//	suspend     Suspension  <ref> -> await <kind> [<label>] [(state <n>, <file>:<line>)] [<detail>]
//	end         End         <ref> <outcome>[: <detail>]
//	timer       Timer       <ref> set 5ms  or fired  or canceled; or: callback <function> set ...
//	frame       Frame       <ref> <k>/<n> <slot>=<value>
//	turn        Turn        turn <n>: <r> ready, <t> timers
//	slow        Slow        <ref> held the loop for 12ms [(resumed at <file>:<line>)]; or: callback <function> held ...
//
// For example:
//
//	guest#2 pull main.guest (bar.go:31) by door#1
//	guest#2 -> await lock oven (bar.go:44)
//	guest#2 by baker#5
//	guest#2 <- await lock oven (bar.go:44)
//	guest#2 returned
//
// # Quoting
//
// Names, labels and all other texts may be any string. One that is plain is
// written as it is. One that a reader could take for something else (it is
// empty, has a quote, '#', a parenthesis, an arrow, a control character,
// leading, trailing or double space) is written as a quoted Go string. So what
// Append writes, Parse gives back, byte for byte, as long as the message fits.
//
// # Length
//
// The runtime cuts a message after 1,024 bytes. Append cuts before it comes to
// that, and such that the message still parses: first the detail or value,
// then the label, then names, each ending in an ellipsis. Ids, numbers and
// words of the grammar are never cut.
package protocol

// Version is the version of the protocol that this package writes and reads.
const Version = 1
