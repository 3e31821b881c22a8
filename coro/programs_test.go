package coro_test

// This file plays random programs of tasks, futures, timers and cancellations,
// and compares what happens, to the turn, with what CPython's asyncio did with
// the same programs. testdata/record_programs.py made and recorded them.

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

var programsFile = flag.String("programs", "testdata/programs-cpython-3.13.json", "play the programs recorded in `file`")

// An operation is a name and its arguments: numbers, operations, and, for what
// suspends, the errors that the body catches: "c" for a cancellation, "v" for
// a ValueError.
type operation []any

func (op operation) name() string { return op[0].(string) }

func (op operation) num(i int) int { return int(op[i].(float64)) }

func (op operation) inner(i int) operation { return operation(op[i].([]any)) }

func (op operation) seconds(i int) time.Duration { return time.Duration(op.num(i)) * time.Second }

// catches reports whether the body goes on after err.
func (op operation) catches(err error) bool {
	policy := op[len(op)-1].(string)
	if errors.Is(err, coro.ErrCanceled) {
		return strings.Contains(policy, "c")
	}
	return op.name() != "raise" && strings.Contains(policy, "v")
}

// A program is being played.
type program struct {
	stage   *stage
	bodies  [][]operation // of each task, and then of main
	opts    []coro.LoopOption
	futures []*coro.Future[any]
	tasks   []*coro.Task[any]
}

func (p *program) log(parts ...any) {
	p.stage.log(append([]any{p.stage.loop.Turns()}, parts...)...)
}

// act does what needs no await, as act of record_programs.py.
func (p *program) act(who string, op operation) {
	l := p.stage.loop
	set := func(set func(*coro.Future[any])) {
		f, answer := p.futures[op.num(1)], "ok"
		if f.Done() {
			answer = "again"
		}
		p.log(who, op.name(), op.num(1), answer)
		set(f)
	}
	later := func(who string, op operation) func() { return func() { p.act(who, op) } }
	switch op.name() {
	case "set":
		set(func(f *coro.Future[any]) { f.SetResult("by " + who) })
	case "fail":
		set(func(f *coro.Future[any]) { f.SetError(raised{"ValueError", "by " + who}) })
	case "cancelfuture":
		p.log(who, "cancel future", op.num(1), p.futures[op.num(1)].Cancel())
	case "cancel":
		answer := any("none")
		if t := p.tasks[op.num(1)]; t != nil {
			answer = t.Cancel()
		}
		p.log(who, "cancel task", op.num(1), answer)
	case "soon":
		l.CallSoon(later(who+"'", op.inner(1)))
	case "later":
		l.CallLater(op.seconds(1), later(who+"+", op.inner(2)))
	case "stopped":
		h := l.CallLater(op.seconds(1), later(who+"?", op.inner(2)))
		l.CallLater(op.seconds(3), h.Cancel)
	case "whendone":
		p.futures[op.num(1)].AddDoneCallback(later(who+"!", op.inner(2)))
	case "whenended":
		if t := p.tasks[op.num(1)]; t != nil {
			t.AddDoneCallback(later(who+"!!", op.inner(2)))
		}
	case "spawn":
		i := op.num(1)
		if p.tasks[i] == nil {
			p.log(who, "spawn", i)
			b := &programBody{p: p, who: fmt.Sprint("t", i), ops: p.bodies[i]}
			p.tasks[i] = p.stage.create(p.stage.of(b.straight, b), coro.Named(b.who))
		}
	case "uncancel":
		answer := any("none")
		if t := l.Current(); t != nil {
			answer = t.Uncancel()
		}
		p.log(who, "uncancel", answer)
	case "note":
		p.log(who, "note")
	default:
		panic("unknown operation " + op.name())
	}
}

// A programBody is the body of one task: a machine whose state is the
// operation that it has come to.
type programBody struct {
	ending
	p     *program
	who   string
	ops   []operation
	state int
	begun bool
}

// straight is the body straight down.
func (b *programBody) straight(y *coro.Async) (any, error) {
	b.p.log(b.who, "begins")
	for _, op := range b.ops {
		var err error
		switch op.name() {
		case "sleep":
			if err = coro.Wait(y, coro.Sleep(op.seconds(1))); err == nil {
				b.p.log(b.who, "slept")
			}
		case "await":
			var v any
			if v, err = b.p.futures[op.num(1)].Await(y); err == nil {
				b.p.log(b.who, "got", v)
			}
		case "join":
			if t := b.p.tasks[op.num(1)]; t != nil {
				var v any
				if v, err = t.Await(y); err == nil {
					b.p.log(b.who, "joined", v)
				}
			}
		case "return":
			b.p.log(b.who, "returns")
			return "of " + b.who, nil
		case "raise":
			b.p.log(b.who, "raises")
			err = raised{"ValueError", "of " + b.who}
		default:
			b.p.act(b.who, op)
		}
		if err != nil && !b.goesOn(op, err) {
			return nil, err
		}
	}
	b.p.log(b.who, "ends")
	return "of " + b.who, nil
}

// goesOn notes that op came to err, and reports whether the body catches it.
func (b *programBody) goesOn(op operation, err error) bool {
	if errors.Is(err, coro.ErrCanceled) {
		b.p.log(b.who, "canceled at", op.name())
	} else {
		b.p.log(b.who, "caught", text(err))
	}
	return op.catches(err)
}

// Resume is straight as a machine.
func (b *programBody) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if !b.begun {
		b.begun = true
		b.p.log(b.who, "begins")
	} else {
		op := b.ops[b.state]
		b.state++
		if !b.awaited(op, thrown) {
			return coro.Await{}, false
		}
	}
	for ; b.state < len(b.ops); b.state++ {
		op := b.ops[b.state]
		switch op.name() {
		case "sleep":
			return coro.Sleep(op.seconds(1)), true
		case "await":
			if f := b.p.futures[op.num(1)]; !f.Done() {
				return coro.On(f), true
			}
			if !b.awaited(op, nil) {
				return coro.Await{}, false
			}
		case "join":
			t := b.p.tasks[op.num(1)]
			switch {
			case t == nil:
			case !t.Done():
				return coro.On(t), true
			case !b.awaited(op, nil):
				return coro.Await{}, false
			}
		case "return":
			b.p.log(b.who, "returns")
			b.ret = "of " + b.who
			return coro.Await{}, false
		case "raise":
			b.p.log(b.who, "raises")
			b.err = raised{"ValueError", "of " + b.who}
			b.goesOn(op, b.err)
			return coro.Await{}, false
		default:
			b.p.act(b.who, op)
		}
	}
	b.p.log(b.who, "ends")
	b.ret = "of " + b.who
	return coro.Await{}, false
}

// awaited notes what op came to, and reports whether the body goes on.
func (b *programBody) awaited(op operation, err error) bool {
	var v any
	if err == nil {
		switch op.name() {
		case "await":
			v, err = b.p.futures[op.num(1)].Result()
		case "join":
			v, err = b.p.tasks[op.num(1)].Result()
		}
	}
	if err != nil {
		if !b.goesOn(op, err) {
			b.err = err
			return false
		}
		return true
	}
	switch op.name() {
	case "sleep":
		b.p.log(b.who, "slept")
	case "await":
		b.p.log(b.who, "got", v)
	case "join":
		b.p.log(b.who, "joined", v)
	}
	return true
}

// text is what Python's str of an error is.
func text(err error) string {
	var r raised
	if errors.As(err, &r) {
		return r.Text
	}
	return err.Error()
}

// howEnded describes the end of a task or a future.
func howEnded(done, canceled bool, v any, err error) string {
	switch {
	case !done:
		return "pending"
	case canceled:
		return "canceled"
	case err != nil:
		return "error " + text(err)
	}
	return "result " + str(v)
}

// play plays the program in the stage's shape and returns what happened.
func (p *program) play() []string {
	s := p.stage
	quiet := coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {})
	s.loop = coro.NewLoop(append(p.opts, coro.WithClock(&coro.VirtualClock{}), quiet)...)
	defer s.loop.Close()
	for range 3 {
		p.futures = append(p.futures, coro.NewFuture[any](s.loop, "f"))
	}
	p.tasks = make([]*coro.Task[any], len(p.bodies)-1)
	main := s.create(coro.Pull(func(y *coro.Async) (any, error) {
		for _, op := range p.bodies[len(p.tasks)] {
			p.act("main", op)
		}
		return nil, coro.Wait(y, coro.Sleep(1000*time.Second))
	}), coro.Named("main"))
	coro.RunUntil(s.loop, main)
	for i, t := range p.tasks {
		if t != nil {
			v, err := t.Result()
			p.log("task", i, howEnded(t.Done(), t.Canceled(), v, err), "requests", t.Canceling())
		}
	}
	for i, f := range p.futures {
		v, err := f.Result()
		p.log("future", i, howEnded(f.Done(), f.Canceled(), v, err))
	}
	return s.lines
}

// A play is a program and what CPython did with it.
type play struct {
	Seed    int
	Program [][]operation
	Trace   []string
}

// plays is a file of them.
type plays struct {
	Python string
	Plays  []play
}

func readPlays(t *testing.T, file string) (recorded plays) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if len(recorded.Plays) == 0 {
		t.Fatalf("%s: no plays in it", file)
	}
	return recorded
}

func TestLoopPrograms(t *testing.T) {
	recorded := readPlays(t, *programsFile)
	playAll := func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		for _, pl := range recorded.Plays {
			p := &program{stage: &stage{shape: shape}, bodies: pl.Program}
			if diff := cmp.Diff(pl.Trace, p.play()); diff != "" {
				source, _ := json.Marshal(pl.Program)
				t.Fatalf("program %d %s differs from CPython %s (-python +go):\n%s", pl.Seed, source, recorded.Python, diff)
			}
		}
	}
	eachAsync(t, playAll)
	t.Run("statemachine", func(t *testing.T) { playAll(t, nil) })
}

// What an observer is told does not depend on the shape, and that there is one
// changes nothing.
func TestObserversOfProgramsAgree(t *testing.T) {
	recorded := readPlays(t, *programsFile)
	for _, pl := range recorded.Plays {
		// From the beginning, and from the third second to the fifth.
		for _, midway := range []bool{false, true} {
			told := func(shape asyncShape) diary {
				r := newRecorder()
				r.turns = !midway
				p := &program{stage: &stage{shape: shape}, bodies: pl.Program}
				if midway {
					p.opts = append(p.opts, func(l *coro.Loop) {
						coro.WithClock(&coro.VirtualClock{})(l)
						l.CallAt(3*time.Second, func() { l.Observe(r) })
						l.CallAt(5*time.Second, func() { l.Observe(nil) })
					})
				} else {
					p.opts = append(p.opts, coro.WithObserver(r))
				}
				lines := p.play()
				if !midway {
					if diff := cmp.Diff(pl.Trace, lines); diff != "" {
						t.Errorf("program %d differs under an observer from CPython (-python +go):\n%s", pl.Seed, diff)
					}
				}
				for _, w := range r.wrong {
					t.Errorf("program %d: on the wrong goroutine: %s", pl.Seed, w)
				}
				return r.diary
			}
			byHand := told(nil)
			for _, shape := range []asyncShape{coro.Pull[struct{}, coro.Await, any], coro.Goroutine[struct{}, coro.Await, any]} {
				if diff := cmp.Diff(byHand, told(shape)); diff != "" {
					t.Fatalf("program %d, midway %v: the observer is told (-statemachine +stackful):\n%s", pl.Seed, midway, diff)
				}
			}
		}
	}
}

// A seed gives the same order in each shape, so that what one shape finds can
// be replayed in another.
func TestSeededProgramsAgree(t *testing.T) {
	recorded := readPlays(t, *programsFile)
	changed := 0
	for _, pl := range recorded.Plays {
		seeded := func(shape asyncShape) []string {
			p := &program{stage: &stage{shape: shape}, bodies: pl.Program}
			p.opts = append(p.opts, coro.WithSeed(uint64(pl.Seed)))
			return p.play()
		}
		byHand := seeded(nil)
		for _, shape := range []asyncShape{coro.Pull[struct{}, coro.Await, any], coro.Goroutine[struct{}, coro.Await, any]} {
			if diff := cmp.Diff(byHand, seeded(shape)); diff != "" {
				t.Fatalf("program %d (-statemachine +stackful):\n%s", pl.Seed, diff)
			}
		}
		if !cmp.Equal(pl.Trace, byHand) {
			changed++
		}
	}
	if changed == 0 {
		t.Error("no program's order was changed by a seed")
	}
}
