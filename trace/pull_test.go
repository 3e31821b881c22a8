package trace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/protocol"

	"github.com/google/go-cmp/cmp"
)

// A script says what a consumer does with a sequence, and writes down what
// comes of it.
type script struct {
	seq func(yield func(int) bool)
	run func(d *diary, next func() (int, bool), stop func())
}

// A diary is what came of it.
type diary struct{ lines []string }

func (d *diary) note(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// try calls f, and notes how it ends.
func (d *diary) try(what string, f func() string) {
	done := make(chan struct{})
	go func() { // f may call Goexit
		defer close(done)
		how := "goexit"
		defer func() {
			if v := recover(); v != nil {
				how = fmt.Sprintf("panic %T %v", v, v)
			}
			d.note("%s: %s", what, how)
		}()
		how = f()
	}()
	<-done
}

func (d *diary) next(next func() (int, bool)) {
	d.try("next", func() string { v, ok := next(); return fmt.Sprint(v, ok) })
}

func (d *diary) stop(stop func()) { d.try("stop", func() string { stop(); return "done" }) }

var errBoom = errors.New("boom")

// scripts are all the ways that a sequence can go.
var scripts = map[string]script{
	"to the end": {
		seq: slices.Values([]int{1, 2}),
		run: func(d *diary, next func() (int, bool), stop func()) {
			for range 4 {
				d.next(next)
			}
			d.stop(stop)
			d.next(next)
		},
	},
	"stopped midway": {
		seq: func(yield func(int) bool) {
			defer func() { recover() }()
			for i := range 5 {
				if !yield(i) {
					panic("stopped") // recovered from
				}
			}
		},
		run: func(d *diary, next func() (int, bool), stop func()) {
			d.next(next)
			d.stop(stop)
			d.stop(stop)
			d.next(next)
		},
	},
	"stopped before next": {
		seq: func(func(int) bool) { panic("ran") },
		run: func(d *diary, next func() (int, bool), stop func()) {
			d.stop(stop)
			d.next(next)
			d.stop(stop)
		},
	},
	"empty":        {seq: func(func(int) bool) {}, run: twice},
	"panics":       {seq: func(yield func(int) bool) { yield(1); panic(errBoom) }, run: twice},
	"panics first": {seq: func(func(int) bool) { panic("at once") }, run: twice},
	"panics nil":   {seq: func(yield func(int) bool) { yield(1); panic(nil) }, run: twice},
	"panics when stopped": {
		seq: func(yield func(int) bool) {
			if !yield(1) {
				panic(errBoom)
			}
		},
		run: func(d *diary, next func() (int, bool), stop func()) {
			d.next(next)
			d.stop(stop)
			d.next(next)
			d.stop(stop)
		},
	},
	"goexit": {seq: func(yield func(int) bool) { yield(1); goexit() }, run: twice},
	"goexit when stopped": {
		seq: func(yield func(int) bool) {
			if !yield(1) {
				goexit()
			}
		},
		run: func(d *diary, next func() (int, bool), stop func()) {
			d.next(next)
			d.stop(stop)
			d.next(next)
		},
	},
	"goes on after the stop": {
		seq: func(yield func(int) bool) {
			for i := range 5 {
				yield(i)
			}
		},
		run: func(d *diary, next func() (int, bool), stop func()) {
			d.next(next)
			d.stop(stop)
			d.next(next)
		},
	},
}

func twice(d *diary, next func() (int, bool), stop func()) {
	for range 3 {
		d.next(next)
	}
	d.stop(stop)
}

// TestPullIsIterPull runs each script with iter.Pull and with the drop-ins,
// tracing off and on.
func TestPullIsIterPull(t *testing.T) {
	ctx := context.Background()
	pairs := func(seq iter.Seq[int]) iter.Seq2[int, string] {
		return func(yield func(int, string) bool) { seq(func(v int) bool { return yield(v, "x") }) }
	}
	single := func(next func() (int, string, bool), stop func()) (func() (int, bool), func()) {
		return func() (int, bool) {
			k, v, ok := next()
			if ok != (v == "x") {
				t.Errorf("next: value %q with %v", v, ok)
			}
			return k, ok
		}, stop
	}
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		s := scripts[name]
		t.Run(name, func(t *testing.T) {
			var want, off, on, on2 diary
			next, stop := iter.Pull(s.seq)
			s.run(&want, next, stop)
			next, stop = cotrace.Pull(ctx, "numbers", s.seq)
			s.run(&off, next, stop)
			tr := record(t, func() {
				next, stop := cotrace.Pull(ctx, "numbers", s.seq)
				s.run(&on, next, stop)
				next, stop = single(cotrace.Pull2(ctx, "numbers", pairs(s.seq)))
				s.run(&on2, next, stop)
			})
			for what, got := range map[string]diary{"Pull, off": off, "Pull, on": on, "Pull2, on": on2} {
				if diff := cmp.Diff(want.lines, got.lines); diff != "" {
					t.Errorf("%s (-iter.Pull +got):\n%s", what, diff)
				}
			}
			if n := len(tr.logs(protocol.CatEnd)); n != 2 {
				t.Errorf("end logs: %q, want 2", tr.logs(protocol.CatEnd))
			}
			for _, id := range tr.tasks("trace_test.init.func1") {
				tr.checkRows(t, id)
			}
		})
	}
}

// TestPullMisuse calls next from within the sequence.
func TestPullMisuse(t *testing.T) {
	misuse := func(pull func(iter.Seq[int]) (func() (int, bool), func())) []string {
		var d diary
		var next func() (int, bool)
		next, stop := pull(func(yield func(int) bool) {
			d.next(next) // on another goroutine, while this one runs
			yield(1)
		})
		d.next(next)
		d.stop(stop)
		return d.lines
	}
	want := misuse(iter.Pull[int])
	if !strings.Contains(want[0], "next called again before yield") {
		t.Fatalf("iter.Pull has changed: %q", want)
	}
	drop := func(seq iter.Seq[int]) (func() (int, bool), func()) {
		return cotrace.Pull(context.Background(), "", seq)
	}
	if diff := cmp.Diff(want, misuse(drop)); diff != "" {
		t.Errorf("off (-iter.Pull +got):\n%s", diff)
	}
	record(t, func() {
		if diff := cmp.Diff(want, misuse(drop)); diff != "" {
			t.Errorf("on (-iter.Pull +got):\n%s", diff)
		}
	})
}

func threeWords(yield func(string) bool) {
	for _, w := range []string{"a", "b", "c"} {
		if !yield(w) {
			return
		}
	}
}

func TestPullInTheTrace(t *testing.T) {
	tr := record(t, func() {
		next, stop := cotrace.Pull(context.Background(), "words", threeWords) // here
		next()
		next()
		stop()
	})
	var got []string
	for _, m := range tr.events() {
		if category, rest, _ := strings.Cut(m, " words#"); category != "" {
			_, rest, _ = strings.Cut(rest, " ")
			got = append(got, category+" "+rest)
		}
	}
	line := lineOf(t, "pull_test.go", "if !yield(w) {")
	made := lineOf(t, "pull_test.go", `next, stop := cotrace.Pull(context.Background(), "words", threeWords) // here`)
	want := []string{
		fmt.Sprintf("spawn: pull trace_test.threeWords (pull_test.go:%d)", made),
		"resume: <- start",
		fmt.Sprintf("suspend: -> await resumer (pull_test.go:%d)", line),
		fmt.Sprintf("resume: <- await resumer (pull_test.go:%d)", line),
		fmt.Sprintf("suspend: -> await resumer (pull_test.go:%d)", line),
		fmt.Sprintf("resume: <- await resumer (pull_test.go:%d) throws coroutine closed", line),
		"end: closed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	tr.checkRows(t, tr.tasks("trace_test.threeWords")[0])
}

func TestPullBegunMidway(t *testing.T) {
	next, stop := cotrace.Pull(context.Background(), "words", threeWords)
	next()
	unstarted, stopUnstarted := cotrace.Pull2(context.Background(), "unstarted", maps.All(map[int]int{1: 1}))
	for round := range 2 {
		var buf bytes.Buffer
		if err := cotrace.Start(&buf); err != nil {
			t.Fatal(err)
		}
		next()
		cotrace.Stop()
		tr := read(t, &buf)
		if n := len(tr.logs(protocol.CatSuspended)); n != 1 {
			t.Errorf("round %d: %d suspended at the beginning, want 1", round, n)
		}
		if n := len(tr.logs(protocol.CatSuspend)); n != 1 {
			t.Errorf("round %d: %d suspensions, want 1", round, n)
		}
		tr.checkRows(t, tr.tasks("trace_test.threeWords")[0])
	}
	tr := record(t, func() {
		unstarted()
		stopUnstarted()
	})
	if n := len(tr.logs(protocol.CatSnapshot)); n != 2 {
		t.Errorf("%d snapshots, want 2", n)
	}
	if v, ok := next(); ok {
		t.Errorf("next: %v, want the end", v)
	}
	stop()
}

// TestPullIsLookedAtWhileResumed begins traces on one goroutine while another
// one resumes.
func TestPullIsLookedAtWhileResumed(t *testing.T) {
	next, stop := cotrace.Pull(context.Background(), "count", count)
	alone := cotrace.Coroutine(context.Background(), coro.New(coro.Pull(coro.FromSeq(count))))
	machine := cotrace.Coroutine(context.Background(), coro.New[struct{}, int, int](&counter{}))
	quit := make(chan struct{})
	done := make(chan error)
	go func() {
		for want := 0; ; want++ {
			select {
			case <-quit:
				stop()
				alone.Close()
				machine.Close()
				done <- nil
				return
			default:
			}
			if v, ok := next(); v != want || !ok {
				done <- fmt.Errorf("next: %d, %v, want %d", v, ok, want)
				return
			}
			if v, ok, err := alone.Next(); v != want || !ok || err != nil {
				done <- fmt.Errorf("Next: %d, %v, %v, want %d", v, ok, err, want)
				return
			}
			if v, ok, err := machine.Next(); v != want+1 || !ok || err != nil {
				done <- fmt.Errorf("machine's Next: %d, %v, %v, want %d", v, ok, err, want+1)
				return
			}
		}
	}()
	for range 20 {
		if err := cotrace.Start(io.Discard); err != nil {
			t.Fatal(err)
		}
		cotrace.Stop()
	}
	close(quit)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
