package specimen

// This file measures that resuming a machine allocates nothing. Starting one
// may: that is where a bartender makes the guests' tasks.

import (
	"strings"
	"testing"
	"time"

	"coroscope/coro"
)

// wantNoAllocs fails t if f allocates. F is also called once before.
func wantNoAllocs(t *testing.T, f func()) {
	t.Helper()
	if n := testing.AllocsPerRun(200, f); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// goOn fails t if a machine has ended that is to be measured.
func goOn(t *testing.T, ok bool) {
	t.Helper()
	if !ok {
		t.Fatal("the machine has ended")
	}
}

func TestFibonacciAllocatesNothing(t *testing.T) {
	m := NewFibonacci(1000)
	wantNoAllocs(t, func() {
		_, ok := m.Resume(struct{}{}, nil)
		goOn(t, ok)
	})
}

func TestAverageAllocatesNothing(t *testing.T) {
	m := NewAverage()
	wantNoAllocs(t, func() {
		_, ok := m.Resume(4, nil)
		goOn(t, ok)
	})
}

func TestTreeWalkAllocatesNothing(t *testing.T) {
	m := NewTreeWalk(PerfectTree(10))
	wantNoAllocs(t, func() {
		_, ok := m.Resume(struct{}{}, nil)
		goOn(t, ok)
	})
}

func TestFringeAllocatesNothing(t *testing.T) {
	m := NewFringe(PerfectTree(10))
	wantNoAllocs(t, func() {
		_, ok := m.Resume(struct{}{}, nil)
		goOn(t, ok)
	})
}

func TestSameFringeAllocatesNothing(t *testing.T) {
	m := NewSameFringe(PerfectTree(10), PerfectTree(10))
	wantNoAllocs(t, func() {
		_, ok := m.Resume(struct{}{}, nil)
		goOn(t, ok)
	})
}

func TestReaderAllocatesNothing(t *testing.T) {
	m := NewReader([]string{strings.Repeat("A**B*C ", 100)})
	wantNoAllocs(t, func() {
		_, ok := m.Resume(struct{}{}, nil)
		goOn(t, ok)
	})
}

func TestSquashAllocatesNothing(t *testing.T) {
	m := NewSquash([]string{strings.Repeat("A**B*C ", 100)})
	wantNoAllocs(t, func() {
		_, ok := m.Resume(struct{}{}, nil)
		goOn(t, ok)
	})
}

func TestPrinterAllocatesNothing(t *testing.T) {
	m := NewPrinter([]string{strings.Repeat("A**B*C ", 1000)})
	wantNoAllocs(t, func() {
		_, ok := m.Resume(struct{}{}, nil)
		goOn(t, ok)
	})
}

func TestParserAllocatesNothing(t *testing.T) {
	m := NewParser()
	m.Resume(Token{}, nil)
	wantNoAllocs(t, func() {
		for _, token := range []Token{
			{Number, 2}, {Kind: '*'}, {Kind: '('}, {Number, 3}, {Kind: '+'}, {Number, 4}, {Kind: ')'}, {Kind: ';'},
		} {
			_, ok := m.Resume(token, nil)
			goOn(t, ok)
		}
	})
}

func TestTokenizerAllocatesNothing(t *testing.T) {
	m := NewTokenizer()
	m.Resume(0, nil)
	const text = "12*(3+45);"
	wantNoAllocs(t, func() {
		for i := range len(text) {
			_, ok := m.Resume(text[i], nil)
			goOn(t, ok)
		}
	})
}

func TestFetchAllocatesNothing(t *testing.T) {
	m := NewFetch(1000, func(string) {})
	m.Resume("", nil)
	wantNoAllocs(t, func() { // an attempt that fails, up to the next
		m.Resume("", nil)
		m.Resume("a chunk", nil)
		m.Resume("", ErrTimeout)
		m.Resume("", nil)
		_, ok := m.Resume("", nil)
		goOn(t, ok)
	})
}

func TestGuestAllocatesNothing(t *testing.T) {
	l := coro.NewLoop()
	defer l.Close()
	b := someBar.open(l, coro.ShapeStateMachine)
	m := newGuest(b, "Ann")
	wantNoAllocs(t, func() {
		b.shakers.free, b.ovens.free = 0, 0
		m.state = guestStart
		m.Resume(struct{}{}, nil) // order
		m.Resume(struct{}{}, nil) // no shaker
		b.shakers.putBack()
		m.Resume(struct{}{}, nil) // mix
		m.Resume(struct{}{}, nil) // no oven
		b.ovens.putBack()
		m.Resume(struct{}{}, nil) // bake
		_, ok := m.Resume(struct{}{}, nil)
		goOn(t, ok) // serve
		m.Resume(struct{}{}, nil)
	})
	if m.state != guestDone {
		t.Errorf("the guest is in state %s at last, want done", m.Point().Name)
	}
}

func TestBartenderAllocatesNothing(t *testing.T) {
	l := coro.NewLoop(coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))
	defer l.Close()
	m := newBartender(someBar.open(l, coro.ShapeStateMachine))
	m.Resume(struct{}{}, nil) // start, which makes tasks
	wantNoAllocs(t, func() {
		_, ok := m.Resume(struct{}{}, nil)
		goOn(t, ok)
	})
}

func TestEchoServerAllocatesNothing(t *testing.T) {
	l := coro.NewLoop()
	defer l.Close()
	in, out := NewPipe(l, 64), NewPipe(l, 8)
	m := NewEchoServer(in, out)
	m.Resume(struct{}{}, nil)
	line, back := []byte("twelve bytes\n"), make([]byte, 0, 64)
	wantNoAllocs(t, func() {
		in.TryWrite(line)
		m.Resume(struct{}{}, nil) // no room for all of it
		back, _ = out.TryRead(back[:0])
		_, ok := m.Resume(struct{}{}, nil) // waits for the next line
		goOn(t, ok)
		back, _ = out.TryRead(back[:0])
	})
	if m.state != echoServerRead || m.lines == 0 {
		t.Errorf("the server is in state %s with %d lines sent", m.Point().Name, m.lines)
	}
}

func TestEchoClientAllocatesNothing(t *testing.T) {
	l := coro.NewLoop(coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))
	defer l.Close()
	line := []byte("twelve bytes\n")
	lines := make([][]byte, 1000)
	for i := range lines {
		lines[i] = line
	}
	m := NewEchoClient(l, coro.ShapeStateMachine, time.Second, lines)
	m.Resume(struct{}{}, nil) // start, which makes the pipes and the server
	back := make([]byte, 0, 64)
	wantNoAllocs(t, func() {
		m.Resume(struct{}{}, nil) // thought; no room for all of it
		back, _ = m.to.TryRead(back[:0])
		m.Resume(struct{}{}, nil) // sent; nothing there yet
		back, _ = m.to.TryRead(back)
		n, _ := m.from.TryWrite(back)
		m.Resume(struct{}{}, nil) // not all is there
		m.from.TryWrite(back[n:])
		_, ok := m.Resume(struct{}{}, nil) // back; thinks
		goOn(t, ok)
	})
	if m.state != echoClientThink || m.echoed == 0 {
		t.Errorf("the client is in state %s with %d lines back", m.Point().Name, m.echoed)
	}
}
