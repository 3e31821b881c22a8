package coro_test

// This file tests what can be seen of a coroutine from outside: who it is,
// where it stands, on what, and through which others.

import (
	"bytes"
	"errors"
	"iter"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"coroscope/coro"
)

// wantSuspension fails the test unless c is suspended like that.
func wantSuspension(t *testing.T, c coro.Inspectable, want coro.Suspension) {
	t.Helper()
	got, ok := c.Suspension()
	if !ok {
		t.Fatalf("%s is %s, want it suspended", c.Info(), c.Status())
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(coro.Suspension{}, "Frame")); diff != "" {
		t.Errorf("suspension (-want +got):\n%s", diff)
	}
}

// at is the suspension of a body at a place.
func at(p coro.Place) coro.Suspension { return coro.Suspension{State: coro.NoState, Place: p} }

func labeled(s coro.Suspension, label string) coro.Suspension {
	s.Label = label
	return s
}

func TestSuspensionIsWhereTheYieldStands(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var first, second coro.Place
		c := coro.New(shape(func(y *genYielder) (any, error) {
			first = here(1)
			y.Yield(1)
			second = here(1)
			y.YieldAs("second", 2)
			return nil, nil
		}))
		if s, ok := c.Suspension(); ok {
			t.Errorf("one that has not started is suspended at %v", s)
		}
		c.Next()
		wantSuspension(t, c, at(first))
		wantSuspension(t, c, at(first)) // looking changed nothing
		wantYield(t, 2)(c.Next())
		wantSuspension(t, c, labeled(at(second), "second"))
		c.Close()
		if s, ok := c.Suspension(); ok {
			t.Errorf("one that has ended is suspended at %v", s)
		}
	})
}

// A label is of one suspension only.
func TestLabelDoesNotStay(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		c := coro.New(shape(func(y *genYielder) (any, error) {
			y.YieldAs("label", 1)
			_, err := y.Yield(2)
			return nil, err
		}))
		c.Next()
		c.Next()
		s, _ := c.Suspension()
		if s.Label != "" {
			t.Errorf("a plain Yield after a labeled one has label %q", s.Label)
		}
		c.Close()
	})
}

// yieldFor is a helper that bodies call: the suspension is where it calls
// Yield, not where it was called.
func yieldFor(y *genYielder, place *coro.Place) {
	*place = here(1)
	y.Yield("from a helper")
}

func TestSuspensionInACalledFunction(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var place coro.Place
		c := coro.New(shape(func(y *genYielder) (any, error) {
			yieldFor(y, &place)
			return nil, nil
		}))
		c.Next()
		wantSuspension(t, c, at(place))
		c.Close()
	})
}

func TestSuspensionOfASequence(t *testing.T) {
	var place coro.Place
	seq := func(yield func(any) bool) {
		place = here(1)
		yield(1)
	}
	c := coro.New(coro.Pull(coro.FromSeq(seq)))
	c.Next()
	wantSuspension(t, c, at(place))
	c.Close()
}

// While a body delegates, it stands where it calls Delegate, and each inner
// one where that stands.
func TestChain(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		var inner, middle *gen
		var inInner, inMiddle, inOuter, after coro.Place
		inner = make(func(y *genYielder) (any, error) {
			inInner = here(1)
			y.YieldAs("innermost", 1)
			return nil, nil
		})
		middle = make(func(y *genYielder) (any, error) {
			inMiddle = here(1)
			return coro.Delegate(y, inner)
		})
		outer := make(func(y *genYielder) (any, error) {
			inOuter = here(1)
			coro.Delegate(y, middle)
			after = here(1)
			y.Yield(2)
			return nil, nil
		})
		if chain := coro.Chain(outer); len(chain) != 1 {
			t.Errorf("before it starts, the chain has %d coroutines, want 1", len(chain))
		}
		outer.Next()
		chain := coro.Chain(outer)
		if want := []coro.Inspectable{outer, middle, inner}; !slices.Equal(want, chain) {
			t.Fatalf("the chain is %v, want %v", chain, want)
		}
		wantSuspension(t, chain[0], at(inOuter))
		wantSuspension(t, chain[1], at(inMiddle))
		wantSuspension(t, chain[2], labeled(at(inInner), "innermost"))
		outer.Next()
		wantSuspension(t, outer, at(after))
		if outer.Inner() != nil {
			t.Error("after the Delegate, an inner coroutine is still shown")
		}
		outer.Close()
	})
}

func TestSuspensionInDelegateSeq(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var place coro.Place
		c := coro.New(shape(func(y *genYielder) (any, error) {
			return nil, coro.DelegateSeq(y, func(yield func(any) bool) {
				place = here(1)
				yield(1)
			})
		}))
		c.Next()
		wantSuspension(t, c, at(place))
		c.Close()
	})
}

// drawn is a machine that says where it stands.
type drawn struct {
	ending
	state int
	sum   int
}

var drawnPoints = []coro.Point{
	{State: 0, Name: "start"},
	{State: 1, Name: "first", Kind: coro.OnIO, Label: "read", Place: coro.Place{File: "drawn.go", Line: 10}},
	{State: 2, Name: "second", Kind: coro.OnResumer, Place: coro.Place{File: "drawn.go", Line: 20}},
}

func (m *drawn) Point() coro.Point  { return drawnPoints[m.state] }
func (m *drawn) Frame() []coro.Slot { return []coro.Slot{{Name: "sum", Value: m.sum}} }
func (m *drawn) Func() string       { return "drawn by hand" }

func (m *drawn) Resume(any, error) (any, bool) {
	m.state++
	m.sum += 10 * m.state
	return m.sum, m.state < len(drawnPoints)
}

func TestSuspensionOfAMachine(t *testing.T) {
	m := &drawn{}
	c := coro.New[any, any, any](m)
	c.Next()
	wantSuspension(t, c, coro.Suspension{Kind: coro.OnIO, Label: "read", State: 1, Place: drawnPoints[1].Place})
	s, _ := c.Suspension()
	if diff := cmp.Diff([]coro.Slot{{Name: "sum", Value: 10}}, s.Frame.Frame()); diff != "" {
		t.Errorf("frame (-want +got):\n%s", diff)
	}
	if s.On() != "await io read" {
		t.Errorf("on %q, want await io read", s.On())
	}
	c.Next()
	wantSuspension(t, c, coro.Suspension{State: 2, Place: drawnPoints[2].Place})
	if c.Info().Func != "drawn by hand" {
		t.Errorf("function %q, want the machine's own", c.Info().Func)
	}
}

// A machine that describes nothing stands nowhere.
func TestSuspensionOfAPlainMachine(t *testing.T) {
	c := coro.New(newEchoMachine())
	c.Next()
	wantSuspension(t, c, coro.Suspension{State: coro.NoState})
}

// goroutineID is the first line of a stack: "goroutine 7 ...".
func goroutineID() string {
	buf := make([]byte, 64)
	line, _, _ := bytes.Cut(buf[:runtime.Stack(buf, false)], []byte(" ["))
	return string(line)
}

func TestOnBodyRunsOnTheBodysGoroutine(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var body string
		var place coro.Place
		c := coro.New(shape(func(y *genYielder) (any, error) {
			body = goroutineID()
			place = here(1)
			in, err := y.Yield(1)
			return in, err
		}))
		if c.OnBody(func(coro.Suspension) { t.Error("called before the start") }) {
			t.Error("OnBody says that one that has not started is suspended")
		}
		c.Next()
		calls := 0
		ok := c.OnBody(func(s coro.Suspension) {
			calls++
			if goroutineID() != body {
				t.Errorf("on %s, want it on the body's, %s", goroutineID(), body)
			}
			if diff := cmp.Diff(at(place), s); diff != "" {
				t.Errorf("suspension (-want +got):\n%s", diff)
			}
		})
		if !ok || calls != 1 {
			t.Errorf("OnBody says %v after %d calls", ok, calls)
		}
		wantStatus(t, c, coro.Suspended)
		wantEnd(t, nil)(c.Resume("still works"))
		wantResult(t, "still works", nil)(c.Result())
	})
}

func TestOnBodyOfAMachine(t *testing.T) {
	c := coro.New(newEchoMachine())
	c.Next()
	mine, calls := goroutineID(), 0
	c.OnBody(func(coro.Suspension) {
		if calls++; goroutineID() != mine {
			t.Error("not on the caller's goroutine")
		}
	})
	if calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
}

func TestInfo(t *testing.T) {
	a := coro.New(coro.Pull(echo))
	place := here(1)
	b := coro.New(coro.Goroutine(echo), coro.Named("parrot"), coro.InFunc("zoo.birds"))
	m := coro.New(newEchoMachine())
	ids := cmpopts.IgnoreFields(coro.Info{}, "ID", "Created")
	for _, tc := range []struct {
		got  *coro.Info
		want *coro.Info
	}{
		{a.Info(), &coro.Info{Name: "coro_test.echo", Func: "coro_test.echo", Shape: coro.ShapePull}},
		{b.Info(), &coro.Info{Name: "parrot", Func: "zoo.birds", Shape: coro.ShapeGoroutine}},
		{m.Info(), &coro.Info{Name: "coro_test.echoMachine", Func: "coro_test.echoMachine", Shape: coro.ShapeStateMachine}},
	} {
		if diff := cmp.Diff(tc.want, tc.got, ids); diff != "" {
			t.Errorf("info (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(place, b.Info().Created); diff != "" {
		t.Errorf("where it was made (-want +got):\n%s", diff)
	}
	if !(a.Info().ID < b.Info().ID && b.Info().ID < m.Info().ID) {
		t.Errorf("ids %d, %d, %d are not in the order of creation", a.Info().ID, b.Info().ID, m.Info().ID)
	}
}

// A generic machine. Such machines, and generic bodies, are called without
// their type arguments, since traces group by the name.
type generic[T any] struct{ ending }

func (*generic[T]) Resume(any, error) (any, bool) { return nil, false }

func genericBody[T any](*genYielder) (any, error) { return nil, nil }

func TestFuncOfGenerics(t *testing.T) {
	m := coro.New[any, any, any](&generic[coro.Pair[int, iter.Seq[string]]]{})
	if got := m.Info().Func; got != "coro_test.generic" {
		t.Errorf("a generic machine's function is %q", got)
	}
	b := coro.New(coro.Pull(genericBody[coro.Pair[int, string]]))
	if got := b.Info().Func; got != "coro_test.genericBody" {
		t.Errorf("a generic body's function is %q", got)
	}
}

func TestFuncOfAMethodAndALiteral(t *testing.T) {
	var bar barkeeper
	c := coro.New(coro.Pull(bar.serve))
	if got := c.Info().Func; got != "coro_test.barkeeper.serve" {
		t.Errorf("a method's function is %q", got)
	}
	c = coro.New(coro.Pull(func(*genYielder) (any, error) { return nil, nil }))
	if got := c.Info().Func; got != "coro_test.TestFuncOfAMethodAndALiteral.func1" {
		t.Errorf("a literal's function is %q", got)
	}
}

type barkeeper struct{}

func (barkeeper) serve(*genYielder) (any, error) { return nil, nil }

// An identity for what another package drives.
func TestNewInfo(t *testing.T) {
	a := coro.NewInfo("name", "function", coro.ShapePull)
	want := &coro.Info{ID: a.ID, Name: "name", Func: "function", Shape: coro.ShapePull, Created: here(-1)}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("info (-want +got):\n%s", diff)
	}
	if b := coro.NewInfo("name", "function", coro.ShapePull); b.ID <= a.ID {
		t.Errorf("the second id is %d, after %d", b.ID, a.ID)
	}
}

func TestPlaceString(t *testing.T) {
	if got := (coro.Place{File: "/home/me/bar/fetch.go", Line: 41}).String(); got != "fetch.go:41" {
		t.Errorf("got %q, want fetch.go:41", got)
	}
	if got := (coro.Place{}).String(); got != "" {
		t.Errorf("the zero Place prints as %q", got)
	}
}

// What is asked of a suspended body may panic: that is the asker's, and the
// body knows nothing of it.
func TestOnBodyPanics(t *testing.T) {
	for _, shape := range []func(coro.Body[struct{}, int, string]) coro.Resumable[struct{}, int, string]{
		coro.Pull[struct{}, int, string], coro.Goroutine[struct{}, int, string],
	} {
		c := coro.New(shape(func(y *coro.Yielder[struct{}, int]) (s string, err error) {
			defer func() {
				if v := recover(); v != nil {
					t.Errorf("the body caught %v", v)
				}
			}()
			_, err = y.Yield(1)
			return "went on", err
		}))
		c.Next()
		func() {
			defer func() {
				if p, ok := recover().(*coro.PanicError); !ok || p.Value != "asked" {
					t.Errorf("OnBody panicked with %v", p)
				}
			}()
			c.OnBody(func(coro.Suspension) { panic("asked") })
		}()
		if c.Status() != coro.Suspended {
			t.Errorf("status %v, want suspended", c.Status())
		}
		c.Next()
		if s, err := c.Result(); s != "went on" || err != nil {
			t.Errorf("result %q, %v", s, err)
		}
	}
}

// A test that fails inside of OnBody ends, and so does the body.
func TestOnBodyExits(t *testing.T) {
	for _, shape := range []func(coro.Body[struct{}, int, string]) coro.Resumable[struct{}, int, string]{
		coro.Pull[struct{}, int, string], coro.Goroutine[struct{}, int, string],
	} {
		c := coro.New(shape(func(y *coro.Yielder[struct{}, int]) (string, error) {
			_, err := y.Yield(1)
			return "", err
		}))
		c.Next()
		exited := make(chan bool)
		go func() {
			defer close(exited)
			c.OnBody(func(coro.Suspension) { runtime.Goexit() })
			t.Error("OnBody returned")
		}()
		<-exited
		if c.Status() != coro.Done {
			t.Errorf("status %v, want done", c.Status())
		}
		if _, _, err := c.Next(); !errors.Is(err, coro.ErrDone) {
			t.Errorf("Next: %v, want ErrDone", err)
		}
	}
}

// Whoever resumes waits while an observer is set, and is not told that the
// coroutine is running.
func TestObserveWhileResumed(t *testing.T) {
	c := coro.New(coro.Pull(counter))
	defer c.Close()
	c.Next()
	stop := make(chan bool)
	observing := make(chan bool)
	go func() {
		defer close(observing)
		for {
			select {
			case <-stop:
				return
			default:
				c.Observe(coro.NopObserver{})
			}
		}
	}()
	for range 20_000 {
		if _, ok, err := c.Next(); !ok {
			t.Fatal(err)
		}
	}
	close(stop)
	<-observing
}

// What was handed out is not kept by the coroutine.
func TestYieldedIsNotKept(t *testing.T) {
	c := coro.New(coro.Pull(func(y *coro.Yielder[struct{}, *[1 << 20]byte]) (int, error) {
		y.Yield(new([1 << 20]byte))
		return 0, nil
	}))
	defer c.Close()
	collected := make(chan bool, 1)
	func() {
		big, _, _ := c.Next()
		runtime.SetFinalizer(big, func(*[1 << 20]byte) { collected <- true })
	}()
	if !collect(func() bool { return len(collected) > 0 }) {
		t.Error("the value is still held while the coroutine is suspended")
	}
}

// A place that lies deeper than what is remembered of a stack is found each
// time: here three lines reach the same suspension by the same helpers.
func TestPlacesThroughHelpers(t *testing.T) {
	var lines []int
	obs := suspendObserver{told: func(s coro.Suspension) { lines = append(lines, s.Place.Line) }}
	inner := func() *coro.Coroutine[struct{}, int, struct{}] {
		return coro.New(coro.Pull(coro.FromSeq(slices.Values([]int{1}))))
	}
	c := coro.New(coro.Pull(func(y *coro.Yielder[struct{}, int]) (int, error) {
		coro.Delegate(y, inner())
		coro.Delegate(y, inner())
		coro.Delegate(y, inner())
		return 0, nil
	}), coro.ObservedBy(obs))
	for range c.All() {
	}
	if len(lines) != 3 {
		t.Fatalf("%d suspensions, want 3", len(lines))
	}
	for i, line := range lines {
		if line != lines[0]+i {
			t.Errorf("suspended at lines %d, want lines that follow each other", lines)
			break
		}
	}
}

// suspendObserver tells of suspensions.
type suspendObserver struct {
	coro.NopObserver
	told func(coro.Suspension)
}

func (o suspendObserver) Suspend(_ *coro.Info, s coro.Suspension) { o.told(s) }
