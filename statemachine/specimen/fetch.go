package specimen

// This file defines fetch: errors thrown in, retries, and work that is deferred
// and must be done however it ends.

import (
	"errors"
	"fmt"
	"time"

	"coroscope/coro"
	"coroscope/statemachine"
)

// ErrTimeout, thrown into the specimen fetch, says that what it asked for took
// too long. It tries again.
var ErrTimeout = errors.New("timeout")

// An Ask is what fetch wants its resumer to do for it, since it does no input
// or output itself. The resumer sends the answer, or throws an error in.
type Ask struct {
	Do   string        // "connect", "read", "goodbye" or "wait"
	Try  int           // from 1
	Wait time.Duration // how long to wait, for "wait"
}

func (a Ask) String() string {
	if a.Do == "wait" {
		return fmt.Sprintf("%s %v after try %d", a.Do, a.Wait, a.Try)
	}
	return fmt.Sprintf("%s, try %d", a.Do, a.Try)
}

// firstWait is how long fetch waits before the second try. Each later wait is
// twice as long.
const firstWait = 100 * time.Millisecond

// FetchBody asks for a connection and reads chunks from it until an empty one
// comes; it returns them joined. After [ErrTimeout] it begins anew, up to the
// given number of tries, at least 1. Any other error ends it.
//
// While it has a connection two things are deferred. Note is told that the
// connection is released, always. And the other side is told goodbye if
// something went wrong, which takes a suspension. That is so even when fetch is
// closed: then it yields after its close, is unwound, and only the release is
// done.
//
//coro:lower
func FetchBody(tries int, note func(string)) coro.Body[string, Ask, string] {
	return func(y *coro.Yielder[string, Ask]) (string, error) {
		wait := firstWait
		for try := 1; ; try++ {
			page, err := attempt(y, try, note)
			if err == nil {
				return page, nil
			}
			if !errors.Is(err, ErrTimeout) {
				return "", err
			}
			if try >= tries {
				return "", gaveUp(try, err)
			}
			if _, err := y.YieldAs("backoff", Ask{Do: "wait", Try: try, Wait: wait}); err != nil {
				return "", err
			}
			wait *= 2
		}
	}
}

func attempt(y *coro.Yielder[string, Ask], try int, note func(string)) (page string, err error) {
	if _, err := y.YieldAs("connect", Ask{Do: "connect", Try: try}); err != nil {
		return "", err
	}
	defer note("connection released")
	defer func() {
		if err != nil {
			if _, thrown := y.YieldAs("goodbye", Ask{Do: "goodbye", Try: try}); thrown != nil {
				err = thrown
			}
		}
	}()
	for {
		chunk, err := y.YieldAs("read", Ask{Do: "read", Try: try})
		if err != nil {
			return "", err
		}
		if chunk == "" {
			return page, nil
		}
		page += chunk
	}
}

func gaveUp(tries int, err error) error { return fmt.Errorf("gave up after %d tries: %w", tries, err) }

// Fetch is FetchBody as a machine. What is deferred is not kept in a list: the
// state says what it is.
type Fetch struct {
	state  fetchState
	try    int
	tries  int
	wait   time.Duration
	page   []byte
	failed error
	note   func(string)
	err    error
}

type fetchState uint8

const (
	fetchStart fetchState = iota
	fetchConnect
	fetchRead
	fetchGoodbye
	fetchBackoff
	fetchDone
)

var fetchMachine = statemachine.Description{
	Name:  "fetch",
	Func:  "specimen.Fetch",
	File:  statemachine.ThisFile(),
	Frame: "Fetch",
	States: []statemachine.State{
		fetchStart:   {Name: "start", Role: statemachine.Start, Means: "nothing has run yet"},
		fetchConnect: {Name: "connect", Label: "connect", Line: 230, Means: "a connection was asked for"},
		fetchRead:    {Name: "read", Label: "read", Line: 236, Means: "connected; a chunk was asked for. Deferred: goodbye if that fails, release"},
		fetchGoodbye: {Name: "goodbye", Label: "goodbye", Line: 242, Means: "connected; what failed is known, and goodbye is being said. Deferred: release"},
		fetchBackoff: {Name: "backoff", Label: "backoff", Line: 224, Means: "not connected; waiting before the next try"},
		fetchDone:    {Name: "done", Role: statemachine.End, Means: "the page is complete, or it failed for good"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "connect"},
		{From: "connect", To: "read", When: "connected"},
		{From: "connect", To: "backoff", When: "timeout"},
		{From: "connect", To: "done", When: "last timeout, or thrown"},
		{From: "read", To: "read", When: "sent a chunk"},
		{From: "read", To: "goodbye", When: "thrown"},
		{From: "read", To: "done", When: "sent the empty chunk"},
		{From: "goodbye", To: "backoff", When: "it was a timeout"},
		{From: "goodbye", To: "done", When: "it was the last, or another error, or unwound"},
		{From: "backoff", To: "connect", When: "resumed"},
		{From: "backoff", To: "done", When: "thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "try", Type: "int", Means: "which one this is"},
		{Name: "tries", Type: "int", Means: "how many there may be"},
		{Name: "wait", Type: "time.Duration", Means: "before the next try"},
		{Name: "page", Type: "[]byte", Means: "what this try has read"},
		{Name: "failed", Type: "error", Means: "what goodbye is said for"},
	},
}

// fetchRoom is how much a page may hold before reading allocates.
const fetchRoom = 4096

// NewFetch returns the machine that does what FetchBody does. Its frame has
// room for a page of 4,096 bytes; reading more allocates.
func NewFetch(tries int, note func(string)) *Fetch {
	return &Fetch{tries: tries, note: note, page: make([]byte, 0, fetchRoom)}
}

// Resume implements [coro.Resumable].
func (m *Fetch) Resume(chunk string, thrown error) (Ask, bool) {
	switch m.state {
	case fetchStart:
		m.try, m.wait = 1, firstWait
		return m.connect()
	case fetchConnect:
		if thrown != nil {
			return m.attemptFailed(thrown)
		}
		m.page = m.page[:0]
		return m.read()
	case fetchRead:
		if thrown != nil {
			m.failed = thrown
			return m.goodbye()
		}
		if chunk != "" {
			m.page = append(m.page, chunk...)
			return m.read()
		}
		m.note("connection released")
		return m.end(nil)
	case fetchGoodbye:
		m.note("connection released")
		if thrown != nil {
			m.failed = thrown
		}
		return m.attemptFailed(m.failed)
	case fetchBackoff: // the loop's next round
		if thrown != nil {
			return m.end(thrown)
		}
	case fetchDone:
		return Ask{}, false
	}
	m.try++
	m.wait *= 2
	return m.connect()
}

// Unwind implements [coro.Unwinder]. It is called where Resume has yielded
// after a close, and only goodbye does that: what is still deferred there is
// done without suspending.
func (m *Fetch) Unwind() {
	m.note("connection released")
	m.end(coro.ErrIgnoredClose)
}

// attemptFailed is where a failed attempt leads to: another, or the end.
func (m *Fetch) attemptFailed(err error) (Ask, bool) {
	m.failed = nil
	if !errors.Is(err, ErrTimeout) {
		return m.end(err)
	}
	if m.try >= m.tries {
		return m.end(gaveUp(m.try, err))
	}
	m.state = fetchBackoff
	return Ask{Do: "wait", Try: m.try, Wait: m.wait}, true
}

// connect suspends until there is a connection.
func (m *Fetch) connect() (Ask, bool) {
	m.state = fetchConnect
	return Ask{Do: "connect", Try: m.try}, true
}

// read suspends until there is a chunk.
func (m *Fetch) read() (Ask, bool) {
	m.state = fetchRead
	return Ask{Do: "read", Try: m.try}, true
}

// goodbye suspends until the other side was told.
func (m *Fetch) goodbye() (Ask, bool) {
	m.state = fetchGoodbye
	return Ask{Do: "goodbye", Try: m.try}, true
}

func (m *Fetch) end(err error) (Ask, bool) {
	m.state, m.err = fetchDone, err
	return Ask{}, false
}

// Result implements [coro.Resumable].
func (m *Fetch) Result() string {
	if m.err != nil {
		return ""
	}
	return string(m.page)
}

// Err implements [coro.Resumable].
func (m *Fetch) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *Fetch) Func() string { return fetchMachine.Func }

// Point implements [coro.Pointer].
func (m *Fetch) Point() coro.Point { return fetchMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *Fetch) Frame() []coro.Slot {
	return []coro.Slot{
		{Name: "try", Value: m.try},
		{Name: "tries", Value: m.tries},
		{Name: "wait", Value: m.wait},
		{Name: "page", Value: string(m.page)},
		{Name: "failed", Value: m.failed},
	}
}
