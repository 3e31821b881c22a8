package coro

import "time"

// WithoutFramePointers runs f as on a machine where a stack's top is found by
// runtime.Callers.
func WithoutFramePointers(f func()) {
	defer func(was bool) { framePointers = was }(framePointers)
	framePointers = false
	f()
}

// FramePointers says whether this machine's frame pointers can be followed, and
// whether they are.
func FramePointers() (can, are bool) { return hasReturnPCs, framePointers }

// SetTimerNumber makes n the number that was given to a timer of l last.
func SetTimerNumber(l *Loop, n uint32) { l.timers.last = n }

// TimerRoom returns for how many timers l has room, and room for how many tasks its
// list of them has.
func TimerRoom(l *Loop) (keys, slots, tasks int) {
	return l.timers.keys.len(), l.timers.slots.len(), cap(l.tasks.list)
}

// SetPatience sets how long results on a simulated loop wait for others, and returns
// what sets it back.
func SetPatience(d time.Duration) (back func()) {
	was := patience
	patience = d
	return func() { patience = was }
}
