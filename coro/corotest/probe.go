package corotest

// This file defines the testing.TB of runs that nobody is told of unless they
// fail.

import (
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// A probe takes what a test says in one run. What it does not have is that of
// the test itself.
type probe struct {
	testing.TB
	mu       sync.Mutex
	failed   bool
	skipped  bool
	lines    []string
	cleanups []func()
}

func (p *probe) say(text string) {
	if _, file, line, ok := runtime.Caller(2); ok { // who called Error
		text = fmt.Sprintf("%s:%d: %s", path.Base(file), line, text)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, strings.TrimSuffix(text, "\n"))
}

func (p *probe) message() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

func (p *probe) Helper() {}

func (p *probe) Log(args ...any)                 { p.say(fmt.Sprintln(args...)) }
func (p *probe) Logf(format string, args ...any) { p.say(fmt.Sprintf(format, args...)) }

func (p *probe) Error(args ...any) {
	p.say(fmt.Sprintln(args...))
	p.Fail()
}

func (p *probe) Errorf(format string, args ...any) {
	p.say(fmt.Sprintf(format, args...))
	p.Fail()
}

func (p *probe) Fatal(args ...any) {
	p.say(fmt.Sprintln(args...))
	p.FailNow()
}

func (p *probe) Fatalf(format string, args ...any) {
	p.say(fmt.Sprintf(format, args...))
	p.FailNow()
}

func (p *probe) Fail() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = true
}

func (p *probe) FailNow() {
	p.Fail()
	runtime.Goexit()
}

func (p *probe) Failed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed
}

func (p *probe) Skip(args ...any) {
	p.say(fmt.Sprintln(args...))
	p.SkipNow()
}

func (p *probe) Skipf(format string, args ...any) {
	p.say(fmt.Sprintf(format, args...))
	p.SkipNow()
}

func (p *probe) SkipNow() {
	p.mu.Lock()
	p.skipped = true
	p.mu.Unlock()
	runtime.Goexit()
}

func (p *probe) Skipped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.skipped
}

func (p *probe) Cleanup(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cleanups = append(p.cleanups, f)
}

// cleanUp calls what is to be called at the end, last added first, also if one
// of these ends the goroutine.
func (p *probe) cleanUp() {
	for len(p.cleanups) > 0 {
		last := len(p.cleanups) - 1
		f := p.cleanups[last]
		p.cleanups = p.cleanups[:last]
		defer p.cleanUp()
		f()
		return
	}
}

// run runs f as a test function is run: on a goroutine of its own, which it may
// end.
func (p *probe) run(f func(testing.TB)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer p.cleanUp()
		f(p)
	}()
	<-done
}
