package coro

// This file defines what happens to coroutines that nobody closes.

import (
	"fmt"
	"log"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// watchAbandoned has c reported, and closed if it is to be, when it is
// collected. The engine does not refer to the Coroutine, so a suspended body
// does not keep it alive.
func watchAbandoned[In, Out, Ret any](c *Coroutine[In, Out, Ret]) runtime.Cleanup {
	stack, life := c.stack, c.life
	return runtime.AddCleanup(c, func(struct{}) {
		go func() {
			if life.opts.abandoned != nil {
				life.opts.abandoned(life.info)
			} else {
				logAbandoned(life.info)
			}
			if !life.opts.closeIt {
				return
			}
			again := &Coroutine[In, Out, Ret]{r: stack, stack: stack, life: life}
			defer func() {
				if v := recover(); v != nil {
					log.Printf("coro: %s panicked when it was closed after it was abandoned: %v", life.info, v)
				}
			}()
			again.Close()
		}()
	}, struct{}{})
}

// leaks knows the open coroutines while somebody checks for leaks.
var leaks leakCheck

type leakCheck struct {
	checks atomic.Int32 // checks under way
	mu     sync.Mutex
	open   map[*Info]bool
}

func (l *leakCheck) started(i *Info) {
	if l.checks.Load() == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[i] = true
}

func (l *leakCheck) forget(i *Info) {
	if l.checks.Load() == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, i)
}

// TB is what [CheckLeaks] needs of a testing.TB.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
}

// CheckLeaks fails t if a coroutine that was started after this call, alone or
// on a loop, has not ended when the test ends. It names each, with the place
// that made it. It sees the whole process, so tests that use it must not run
// in parallel with others that leave coroutines open.
func CheckLeaks(t TB) {
	t.Helper()
	leaks.mu.Lock()
	if leaks.open == nil {
		leaks.open = make(map[*Info]bool)
	}
	before := make(map[*Info]bool, len(leaks.open))
	for i := range leaks.open {
		before[i] = true
	}
	leaks.mu.Unlock()
	leaks.checks.Add(1)
	t.Cleanup(func() {
		t.Helper()
		leaks.mu.Lock()
		defer leaks.mu.Unlock()
		var left []string
		for i := range leaks.open {
			if !before[i] {
				left = append(left, fmt.Sprintf("\n\t%s, made at %s", i, i.Created))
				delete(leaks.open, i)
			}
		}
		leaks.checks.Add(-1)
		if len(left) > 0 {
			slices.Sort(left)
			t.Errorf("%d coroutines left open:%s", len(left), strings.Join(left, ""))
		}
	})
}
