package coro_test

// This file defines lessons: tests to be stepped in a debugger, in this order,
// one thing at a time. First coroutines that stand alone, then the loop. See
// docs/debugging.md; set a breakpoint at a lesson's name, and step into what
// its comments say.

import (
	"errors"
	"iter"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
)

// learned fails the lesson unless what was got is what was to be learned.
func learned[T comparable](t *testing.T, what string, want, got T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// oneTurn has the loop take one turn: stopped before it runs, it does that and
// no more.
func oneTurn(t *testing.T, l *coro.Loop) {
	t.Helper()
	l.Stop()
	if err := l.RunForever(); err != nil {
		t.Fatal(err)
	}
}

// Nothing of ours yet: iter.Pull turns an iterator around. Its body stands on a
// goroutine of its own, and next switches there and back.
func TestLessonIterPull(t *testing.T) {
	next, stop := iter.Pull(letters)

	first, _ := next() // step in: the body begins
	learned(t, "the first letter", "a", first)

	second, ok := next() // step in: the body goes on behind its first yield
	learned(t, "the second letter", "b", second)
	learned(t, "there was one", true, ok)

	stop() // step in: the body's yield returns false
	_, ok = next()
	learned(t, "there are more after stop", false, ok)
}

func letters(yield func(string) bool) {
	if !yield("a") { // stands here between the first next and the second
		return
	}
	if !yield("b") {
		return // stop was called
	}
	yield("c")
}

// A coroutine of ours takes values, and errors, at the point where it is
// suspended, and it can return something.
func TestLessonCoroutine(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(coro.Pull(clerk), coro.Named("clerk"))
	learned(t, "status of one that nobody has resumed", coro.Created, c.Status())

	question, ok, err := c.Next() // runs the body to its first Yield
	learned(t, "the first question", "name?", question)
	learned(t, "it is suspended", true, ok)
	learned(t, "an error", nil, err)

	question, _, _ = c.Resume("Ann") // that Yield returns "Ann"
	learned(t, "the second question", "age of Ann?", question)

	question, _, _ = c.Throw(errOops) // this one returns the error
	learned(t, "the question after an error", "sorry, Ann, once more: age?", question)

	_, ok, _ = c.Resume("30") // the body returns
	learned(t, "it is suspended after it returned", false, ok)
	learned(t, "its status", coro.Done, c.Status())

	form, err := c.Result()
	learned(t, "what it returned", "Ann, 30", form)
	learned(t, "the error it returned", nil, err)
}

// clerk asks, and is told.
func clerk(y *coro.Yielder[string, string]) (string, error) {
	name, err := y.Yield("name?")
	if err != nil {
		return "", err
	}
	age, err := y.Yield("age of " + name + "?")
	if err != nil {
		age, err = y.Yield("sorry, " + name + ", once more: age?")
	}
	return name + ", " + age, err
}

// The same as a machine. What the body had on its stack, name, is a field, and
// the place where it stood is a number.
func TestLessonCoroutineMachine(t *testing.T) {
	m := &clerkMachine{}

	question, ok := m.Resume("", nil) // step in: one switch, one case
	learned(t, "the first question", "name?", question)
	learned(t, "it is suspended", true, ok)
	learned(t, "its state", clerkName, m.state)

	question, _ = m.Resume("Ann", nil)
	learned(t, "the second question", "age of Ann?", question)
	learned(t, "its state", clerkAge, m.state)

	question, _ = m.Resume("", errOops)
	learned(t, "the question after an error", "sorry, Ann, once more: age?", question)
	learned(t, "its state", clerkAgain, m.state)

	_, ok = m.Resume("30", nil)
	learned(t, "it is suspended after it ended", false, ok)
	learned(t, "what it returned", "Ann, 30", m.Result())
}

type clerkMachine struct {
	state clerkState
	name  string
	ret   string
	err   error
}

type clerkState int

const (
	clerkStart clerkState = iota
	clerkName
	clerkAge
	clerkAgain
	clerkDone
)

func (m *clerkMachine) Resume(in string, thrown error) (string, bool) {
	switch m.state {
	case clerkStart:
		m.state = clerkName
		return "name?", true
	case clerkName: // in is what the Yield returned
		if thrown != nil {
			break
		}
		m.name = in
		m.state = clerkAge
		return "age of " + m.name + "?", true
	case clerkAge:
		if thrown != nil {
			m.state = clerkAgain
			return "sorry, " + m.name + ", once more: age?", true
		}
		m.ret = m.name + ", " + in
	case clerkAgain:
		m.ret = m.name + ", " + in
	case clerkDone:
		return "", false
	}
	m.state, m.err = clerkDone, thrown
	return "", false
}

func (m *clerkMachine) Result() string { return m.ret }
func (m *clerkMachine) Err() error     { return m.err }

// Close is an error like others, ErrClosed, and the body's chance to clean up.
func TestLessonClose(t *testing.T) {
	coro.CheckLeaks(t)
	var d diary
	c := coro.New(coro.Pull(func(y *coro.Yielder[struct{}, int]) (string, error) {
		defer d.note("deferred")
		_, err := y.Yield(1)
		learned(t, "what a closed body is told", true, errors.Is(err, coro.ErrClosed))
		return "what was there so far", nil
	}))
	c.Next()

	ret, err := c.Close() // step in: the body runs to its end before Close returns
	learned(t, "what the body returned", "what was there so far", ret)
	learned(t, "an error", nil, err)
	d.want(t, "deferred")
}

// A panic reaches the resumer, and brings along the stack of the body, which
// iter.Pull alone would lose.
func TestLessonPanic(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(coro.Pull(divider), coro.Named("divider"))
	c.Next()

	value := panicOf(func() { c.Resume(0) }) // a breakpoint at runtime.gopanic stops in the body
	err, _ := value.(*coro.PanicError)
	learned(t, "the panic is a PanicError", true, err != nil)
	learned(t, "its stack has the body", true, strings.Contains(string(err.Stack), "coro_test.divider"))
	learned(t, "the status", coro.Done, c.Status())
}

func divider(y *coro.Yielder[int, int]) (int, error) {
	by, err := y.Yield(12)
	return 12 / by, err
}

// The loop is a queue of functions. A turn calls those that are in it, first
// come first.
func TestLessonCallSoon(t *testing.T) {
	l := coro.NewLoop()
	defer l.Close()
	var d diary
	l.CallSoon(d.noting("first"))
	second := l.CallSoon(d.noting("second"))
	l.CallSoon(d.noting("third"))
	d.want(t) // nothing has been called

	second.Cancel()
	oneTurn(t, l) // step in, down to Loop.beginTurn
	d.want(t, "first", "third")
}

// What gets into the queue during a turn is for the next one, so nobody can
// keep the others from running.
func TestLessonTurn(t *testing.T) {
	l := coro.NewLoop()
	defer l.Close()
	var d diary
	l.CallSoon(func() {
		d.note("greedy")
		l.CallSoon(d.noting("greedy again"))
	})
	l.CallSoon(d.noting("modest"))

	oneTurn(t, l)
	d.want(t, "greedy", "modest")
	learned(t, "turns taken", 1, l.Turns())

	oneTurn(t, l)
	d.want(t, "greedy", "modest", "greedy again")
	learned(t, "turns taken", 2, l.Turns())
}

// A task is a coroutine that the loop resumes: it stands in the queue as a
// callback does.
func TestLessonTask(t *testing.T) {
	coro.CheckLeaks(t)
	l := coro.NewLoop()
	defer l.Close()
	var d diary
	task := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
		d.note("before")
		err := coro.Wait(y, coro.NextTurn()) // to the end of the queue
		d.note("after")
		return "result", err
	}), coro.Named("task"))
	d.want(t) // Spawn runs nothing

	oneTurn(t, l)
	d.want(t, "before")
	learned(t, "between its turns it is", coro.Suspended, task.Status())

	oneTurn(t, l)
	d.want(t, "before", "after")
	result, err := task.Result()
	learned(t, "its result", "result", result)
	learned(t, "its error", nil, err)
}

// A future is a result that is not there yet. Who awaits it is suspended;
// whoever sets it runs on, and those who waited run in the next turn.
func TestLessonFuture(t *testing.T) {
	coro.CheckLeaks(t)
	l := coro.NewLoop()
	defer l.Close()
	var d diary
	parcel := coro.NewFuture[string](l, "parcel")
	task := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
		d.note("waits")
		what, err := parcel.Await(y)
		d.note("got the " + what)
		return what, err
	}), coro.Named("receiver"))

	oneTurn(t, l)
	at, _ := task.Suspension()
	learned(t, "what it is suspended on", "await future parcel", at.On())

	l.CallSoon(func() {
		parcel.SetResult("book") // step in: it puts the task into the queue
		d.note("sent")           // and runs on
	})
	oneTurn(t, l)
	d.want(t, "waits", "sent")

	oneTurn(t, l)
	d.want(t, "waits", "sent", "got the book")
	learned(t, "the task is done", true, task.Done())
}

// The same as a machine: it returns what it awaits, and is resumed when that
// is there. There is no goroutine but the loop's.
func TestLessonFutureMachine(t *testing.T) {
	l := coro.NewLoop()
	defer l.Close()
	m := &receiverMachine{parcel: coro.NewFuture[string](l, "parcel")}
	task := coro.Spawn(l, m, coro.Named("receiver"))

	oneTurn(t, l)
	learned(t, "its state", 1, m.state)
	learned(t, "the task is", coro.Suspended, task.Status())

	m.parcel.SetResult("book")
	learned(t, "its state still", 1, m.state)

	oneTurn(t, l)
	learned(t, "its state", 2, m.state)
	result, err := task.Result()
	learned(t, "its result", "book", result)
	learned(t, "its error", nil, err)
}

type receiverMachine struct {
	state  int
	parcel *coro.Future[string]
	what   string
	err    error
}

func (m *receiverMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.state == 0 {
		m.state = 1
		return coro.On(m.parcel), true
	}
	if m.state == 1 {
		m.what, m.err = m.parcel.Result()
		if thrown != nil {
			m.err = thrown
		}
	}
	m.state = 2
	return coro.Await{}, false
}

func (m *receiverMachine) Result() string { return m.what }
func (m *receiverMachine) Err() error     { return m.err }

// Who sleeps stands in a heap, by deadline. A virtual clock jumps to the next
// deadline when there is nothing else to do, so this test takes no hour.
func TestLessonSleep(t *testing.T) {
	coro.CheckLeaks(t)
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	var d diary
	bread := coro.Spawn(l, coro.Pull(func(y *coro.Async) (time.Duration, error) {
		err := coro.Wait(y, coro.Sleep(time.Hour).As("bake"))
		d.note("bread is baked")
		return l.Time(), err
	}), coro.Named("bread"))
	coro.Spawn(l, coro.Pull(func(y *coro.Async) (time.Duration, error) {
		err := coro.Wait(y, coro.Sleep(3*time.Minute).As("brew"))
		d.note("tea is brewed")
		return l.Time(), err
	}), coro.Named("tea"))

	oneTurn(t, l) // both begin, and sleep
	at, _ := bread.Suspension()
	learned(t, "what the bread is suspended on", "await sleep bake", at.On())
	learned(t, "the time", 0, l.Time())

	when, err := coro.RunUntil(l, bread)
	d.want(t, "tea is brewed", "bread is baked")
	learned(t, "the time when the bread was baked", time.Hour, when)
	learned(t, "an error", nil, err)
}

// To cancel a task is to ask: an error is thrown in where it is suspended. It
// may still suspend to clean up, and whoever cancels it can wait for that.
func TestLessonCancel(t *testing.T) {
	coro.CheckLeaks(t)
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	var d diary
	guest := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
		defer d.note("leaves")
		err := coro.Wait(y, coro.Sleep(time.Hour).As("dinner"))
		if errors.Is(err, coro.ErrCanceled) {
			d.note("is asked to leave")
			coro.Wait(y, coro.Sleep(time.Minute).As("pay"))
			d.note("has paid")
		}
		return "", err
	}), coro.Named("guest"))
	oneTurn(t, l)

	guest.Cancel() // step in: nothing is thrown yet, the task is only ready
	d.want(t)
	oneTurn(t, l)
	d.want(t, "is asked to leave")
	at, _ := guest.Suspension()
	learned(t, "what it is suspended on", "await sleep pay", at.On())

	_, err := coro.RunUntil(l, guest)
	d.want(t, "is asked to leave", "has paid", "leaves")
	learned(t, "it ended canceled", true, errors.Is(err, coro.ErrCanceled))
	learned(t, "the time", time.Minute, l.Time())
}

// The same as a machine: the error is an argument, and what is left to clean
// up is a state.
func TestLessonCancelMachine(t *testing.T) {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	m := &guestMachine{}
	guest := coro.Spawn(l, m, coro.Named("guest"))
	oneTurn(t, l)
	learned(t, "its state", guestDines, m.state)

	guest.Cancel()
	oneTurn(t, l)
	learned(t, "its state", guestPays, m.state)

	_, err := coro.RunUntil(l, guest)
	learned(t, "its state", guestLeft, m.state)
	learned(t, "it ended canceled", true, errors.Is(err, coro.ErrCanceled))
	learned(t, "the time", time.Minute, l.Time())
}

type guestMachine struct {
	state guestState
	err   error
}

type guestState int

const (
	guestCame guestState = iota
	guestDines
	guestPays
	guestLeft
)

func (m *guestMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case guestCame:
		m.state = guestDines
		return coro.Sleep(time.Hour).As("dinner"), true
	case guestDines:
		m.err = thrown
		if errors.Is(thrown, coro.ErrCanceled) {
			m.state = guestPays
			return coro.Sleep(time.Minute).As("pay"), true
		}
	}
	m.state = guestLeft
	return coro.Await{}, false
}

func (m *guestMachine) Result() string { return "" }
func (m *guestMachine) Err() error     { return m.err }

// A dump of all goroutines, which every Go program can write, has the
// coroutines that are suspended, with their labels and places.
func TestLessonDump(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(coro.Pull(clerk), coro.Named("clerk"))
	c.Next()

	var dump strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&dump, 1); err != nil {
		t.Fatal(err)
	}
	var of string
	for record := range strings.SplitSeq(dump.String(), "\n\n") {
		if strings.Contains(record, `# labels: {"coroutine":"clerk"}`) {
			of = record
		}
	}
	t.Logf("of the clerk:\n%s", of)
	learned(t, "the dump has the body's line", true, strings.Contains(of, "coro_test.clerk"))
	c.Close()
}
