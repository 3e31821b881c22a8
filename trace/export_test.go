package trace

import "coroscope/coro"

// Register makes the observer of a loop known to Start before it is attached.
func Register(l *coro.Loop, o *Observer) { loops.add(l, o) }

// CurrentEpoch returns the number of the current epoch.
func CurrentEpoch() uint64 { return epoch.Load() }

// ValueText returns a value as it is written in frame logs.
func ValueText(v any) string { return valueText(v) }
