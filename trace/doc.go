// Package trace writes coroutines into the Go execution trace, so that go tool
// trace shows where each one was suspended, on what, for how long, and where it
// went on. Import it as cotrace, beside runtime/trace:
//
//	l := coro.NewLoop(coro.WithName("bar"), cotrace.Loop())     // a loop and its tasks
//	c := cotrace.Coroutine(ctx, coro.New(coro.Pull(body)))      // one that stands alone
//	next, stop := cotrace.Pull(ctx, "words", words)             // iter.Pull
//
//	cotrace.Start(f)
//	defer cotrace.Stop()
//
// While tracing is off that costs nothing that could be measured, but for the
// few nanoseconds that [Pull] names.
//
// # What is written
//
// Package protocol is the reference. A loop has a task, "loop bar", and each of
// its coroutines a task beneath it, called after the coroutine's function. The
// page of go tool trace that draws them is /trace?taskid=<the loop's task>;
// regions are drawn on such a page only. There each coroutine has a row of its
// own, with a region "guest#2" that names it and in that one region "await lock
// oven" for each suspension. Logs say the same and more, each of them
// understandable alone: they are what package timeline reads, and the stack of
// a log is what the other pages of go tool trace have instead of regions.
//
// A stackful coroutine has its regions on its own goroutine. When it is
// suspended,
//
//	log     suspend  guest#2 -> await lock oven (bar.go:44)
//	region  await lock oven begins
//
// is written by that goroutine before it leaves, and
//
//	region  await lock oven ends
//	log     resume   guest#2 <- await lock oven (bar.go:44)
//
// after it came back. A machine has no goroutine. It gets a lane: a goroutine,
// made by iter.Pull, that exists while tracing is on only and does nothing but
// hold the regions. It is switched to when the machine is suspended and again
// when it is resumed, between which "run guest" is a region on its resumer's
// row. A lane costs about 3 kB and those switches, so there are at most
// [DefaultLanes] at a time; what is more has logs only, and the trace says so.
//
// # Epochs
//
// A task that began before a trace has no name and no parent in it, and is on no
// page. So [Start], and a [FlightRecorder], begin an epoch: fresh tasks for all
// that is instrumented, with a log "snapshot" for each coroutine that there
// is, and, for each that is suspended, a log "suspended" and its regions, on
// its own row. For that the loops take a turn, in which each suspended body is
// switched to and, having written, goes back. A trace that begins midway, or
// the second of a program, then shows all that one from the beginning would
// have shown from there on.
//
// A flight recorder keeps the last seconds, and a [Trigger] writes them to a file
// when a step was slow, a loop has come to a deadlock, or somebody asks. What
// began before that window has its name in it all the same.
//
// If a trace was begun by others (go test -trace, net/http/pprof), a loop finds
// out when it takes a turn, and a coroutine that stands alone when it is
// resumed or suspended; the epoch begins there. One thing is not noticed: a
// second such trace, if nothing instrumented did anything between the end of
// the first and its beginning. Its logs are right, but its tasks are those of
// the first.
//
// # Regions of the program's own
//
// A region must end on the goroutine it began on, and the last begun first;
// otherwise no reader reads on. This package keeps to that whatever the
// program does with regions, as long as the program keeps to it too, and
//
//   - a machine ends its regions before it is suspended: those that it begins
//     are on its resumer's goroutine, in its run region. The body of a stackful
//     coroutine may hold a region across suspensions, and across the beginnings
//     and ends of traces.
//   - what runs on a loop's goroutine ends its regions before the loop does.
//
// For that, a stackful coroutine that is older than the epoch has its naming
// region around each suspension, and not around its whole life: the body may
// be in regions that this package knows nothing of.
package trace
