package protocol

// This file defines the names of log categories, tasks and regions, and the
// words that stand for kinds, shapes, causes and outcomes.

import "strings"

// The categories of logs.
const (
	CatCoroscope = "coroscope" // Epoch, Loop, Limit, Note
	CatSpawn     = "spawn"     // Spawn
	CatSnapshot  = "snapshot"  // Spawn
	CatSuspended = "suspended" // Suspension
	CatReady     = "ready"     // Ready
	CatResume    = "resume"    // Resume
	CatSuspend   = "suspend"   // Suspension
	CatEnd       = "end"       // End
	CatTimer     = "timer"     // Timer
	CatFrame     = "frame"     // Frame
	CatTurn      = "turn"      // Turn
	CatSlow      = "slow"      // Slow
)

// The kinds of suspension. Readers accept others.
const (
	KindSleep     = "sleep"
	KindFuture    = "future"
	KindTask      = "task"
	KindLock      = "lock"
	KindQueue     = "queue"
	KindEvent     = "event"
	KindSemaphore = "semaphore"
	KindGroup     = "group"
	KindIO        = "io"
	KindGoroutine = "goroutine" // a function that runs on another goroutine
	KindPool      = "pool"      // a function that runs on a pool
	KindChannel   = "channel"   // a Go channel
	KindProcess   = "process"   // another process
	KindSignal    = "signal"    // a signal of the operating system
	KindTurn      = "turn"      // the loop's next turn
	KindResumer   = "resumer"   // a plain yield
)

// The shapes of a coroutine. Readers accept others.
const (
	ShapeMachine   = "statemachine"
	ShapePull      = "pull"
	ShapeGoroutine = "goroutine"
	ShapeLowered   = "lowered"
)

// Causes of a coroutine's becoming ready. Readers accept others.
const (
	CauseTimer    = "timer"
	CauseSpawn    = "spawn"
	CauseCallback = "callback"
	CauseOutside  = "outside"
	CauseTurn     = "turn"
	CauseCancel   = "cancel"
	CauseFuture   = "future"
)

// Outcomes of a coroutine. Readers accept others.
const (
	OutcomeReturned = "returned"
	OutcomeFailed   = "failed"   // detail: the error
	OutcomeCanceled = "canceled" //
	OutcomeClosed   = "closed"   //
	OutcomePanicked = "panicked" // detail: the value
	OutcomeGoexit   = "goexit"
)

// What happens to a timer.
const (
	TimerSet      = "set"
	TimerFired    = "fired"
	TimerCanceled = "canceled"
)

// RegionIdle is the region in which a loop has nothing to do.
const RegionIdle = "idle"

const (
	loopPrefix  = "loop "
	runPrefix   = "run "
	awaitPrefix = "await "
)

// Await returns what a coroutine waits for in words, "await lock oven", or
// "await turn" where there is no label. It is the name of the await region and
// the field "on" of an event.
func Await(kind, label string) string {
	if label == "" {
		return awaitPrefix + kind
	}
	return awaitPrefix + kind + " " + label
}

// TaskLoop returns the type of the root task of the loop called name.
func TaskLoop(name string) string { return loopPrefix + name }

// ParseTaskLoop returns the name of the loop whose root task has this type.
func ParseTaskLoop(taskType string) (name string, ok bool) {
	return strings.CutPrefix(taskType, loopPrefix)
}

// RegionLoop returns the region in which the loop called name runs.
func RegionLoop(name string) string { return loopPrefix + name }

// ParseRegionLoop returns the name of the loop that runs in this region.
func ParseRegionLoop(region string) (name string, ok bool) {
	return strings.CutPrefix(region, loopPrefix)
}

// RegionRun returns the region in which a machine of function fn runs.
func RegionRun(fn string) string { return runPrefix + fn }

// RegionAwait returns the region in which a coroutine is suspended.
func RegionAwait(kind, label string) string { return Await(kind, label) }

// RegionOuter returns the region that names a coroutine's own row.
func RegionOuter(r Ref) string { return r.String() }

// IsRegion reports whether a region of this name may be one of the protocol's.
// Others may use the same names: look at the region's task too.
func IsRegion(region string) bool {
	if region == RegionIdle ||
		strings.HasPrefix(region, awaitPrefix) ||
		strings.HasPrefix(region, runPrefix) ||
		strings.HasPrefix(region, loopPrefix) {
		return true
	}
	_, ok := ParseRef(region)
	return ok
}
