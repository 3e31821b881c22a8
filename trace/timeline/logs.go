package timeline

// This file defines the logs that a program wrote for itself.

import (
	"strings"
	"time"
)

// A Log is a log that is not of the protocol, written with runtime/trace.Log
// or Logf.
type Log struct {
	T         time.Duration
	Task      uint64 // 0 if it belongs to none
	Goroutine int64  // the goroutine that logged it; negative if there was none
	Category  string
	Message   string
}

// LogsOf returns the logs of one category, in order.
func (t *Timeline) LogsOf(category string) []Log {
	var logs []Log
	for _, l := range t.Logs {
		if l.Category == category {
			logs = append(logs, l)
		}
	}
	return logs
}

func (b *builder) userLog(t time.Duration, rec *record) {
	b.tl.Logs = append(b.tl.Logs, Log{
		T: t, Task: uint64(taskOrNone(rec.task)), Goroutine: int64(rec.goroutine),
		Category: strings.Clone(rec.log.Category), Message: strings.Clone(rec.log.Message),
	})
}
