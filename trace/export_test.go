package trace

import (
	"io"
	"time"

	"coroscope/coro"
)

func init() { patience = 10 * time.Second }

// Register makes the observer of a loop known to Start before it is attached.
func Register(l *coro.Loop, o *Observer) { loops.add(l, o) }

// CurrentEpoch returns the number of the current epoch.
func CurrentEpoch() uint64 { return epoch.Load() }

// WriteFile writes src to the file that a trigger's File stands for.
func WriteFile(path string, now time.Time, src io.WriterTo) (string, error) {
	return writeFile(path, now, src)
}

// HasVersionLog reports whether a trigger takes r for a trace of this package.
func HasVersionLog(r io.Reader) (bool, error) { return hasVersionLog(r) }

// ValueText returns a value as it is written in frame logs.
func ValueText(v any) string { return valueText(v) }
