package stream_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/coro/internal/looptest"
	"coroscope/coro/stream"
)

type machine = coro.Resumable[struct{}, coro.Await, []string]

// A lineReader reads all lines: straight down, and as a machine.
type lineReader struct {
	r     *stream.Reader
	lines []string
	err   error
}

func (m *lineReader) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	for thrown == nil {
		line, ready, err := m.r.TryReadLine()
		if !ready {
			return m.r.ReadingLine(), true
		}
		if err != nil {
			thrown = err
			break
		}
		m.lines = append(m.lines, line)
	}
	if m.err = thrown; thrown == io.EOF {
		m.err = nil
	}
	return coro.Await{}, false
}
func (m *lineReader) Result() []string { return m.lines }
func (m *lineReader) Err() error       { return m.err }

func readLines(r *stream.Reader) func(y *coro.Async) ([]string, error) {
	return func(y *coro.Async) (lines []string, err error) {
		for {
			line, err := r.ReadLine(y)
			if err == io.EOF {
				return lines, nil
			} else if err != nil {
				return lines, err
			}
			lines = append(lines, line)
		}
	}
}

// eachShape runs test with what reads all lines in each shape.
func eachShape(t *testing.T, test func(t *testing.T, lines func(r *stream.Reader) machine)) {
	t.Run("pull", func(t *testing.T) {
		test(t, func(r *stream.Reader) machine { return coro.Pull(readLines(r)) })
	})
	t.Run("goroutine", func(t *testing.T) {
		test(t, func(r *stream.Reader) machine { return coro.Goroutine(readLines(r)) })
	})
	t.Run("statemachine", func(t *testing.T) {
		test(t, func(r *stream.Reader) machine { return &lineReader{r: r} })
	})
}

// pieces is an io.Reader that brings one piece at a time.
type pieces []string

func (p *pieces) Read(b []byte) (int, error) {
	if len(*p) == 0 {
		return 0, io.EOF
	}
	n := copy(b, (*p)[0])
	if (*p)[0] = (*p)[0][n:]; (*p)[0] == "" {
		*p = (*p)[1:]
	}
	return n, nil
}

func TestReadLine(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, tc := range []struct {
		in   pieces
		want []string
	}{
		{nil, nil},
		{pieces{"one\ntwo\n"}, []string{"one", "two"}},
		{pieces{"o", "n", "e", "\n", "t", "wo"}, []string{"one", "two"}},
		{pieces{"\n\r\n\r", "\nx\r\r\n"}, []string{"", "", "", "x\r"}},
		{pieces{"last\r"}, []string{"last\r"}},
		{pieces{long, "\n", long}, []string{long, long}},
	} {
		eachShape(t, func(t *testing.T, lines func(r *stream.Reader) machine) {
			l := looptest.New(t)
			in := append(pieces(nil), tc.in...)
			got, err := coro.RunUntil(l, coro.Spawn(l, lines(stream.NewReader(l, "in", &in))))
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("lines of %.40q, %v (-want +got):\n%s", tc.in, err, diff)
			}
		})
	}
}

// A line that is too long is said to be, and can be read otherwise.
func TestLineTooLong(t *testing.T) {
	eachShape(t, func(t *testing.T, lines func(r *stream.Reader) machine) {
		l := looptest.New(t)
		for _, in := range []pieces{{"ok\n12", "345", "6\nnext"}, {"ok\n123456\nnext"}} {
			r := stream.NewReader(l, "in", &in)
			r.SetMaxLine(5)
			if _, err := coro.RunUntil(l, coro.Spawn(l, lines(r))); err != stream.ErrLineTooLong {
				t.Errorf("got %v, want that the line is too long", err)
			}
			rest, err := coro.RunUntil(l, coro.Spawn(l, coro.Pull(r.ReadAll)))
			if string(rest) != "123456\nnext" || err != nil {
				t.Errorf("what is left is %q, %v", rest, err)
			}
		}
	})
}

// What the reader fails with comes after what it has brought before.
func TestReadFails(t *testing.T) {
	eachShape(t, func(t *testing.T, lines func(r *stream.Reader) machine) {
		l := looptest.New(t)
		broken := errors.New("broken")
		r := stream.NewReader(l, "in", io.MultiReader(strings.NewReader("one\ntwo"), &failing{broken}))
		task := coro.Spawn(l, lines(r))
		if _, err := coro.RunUntil(l, task); err != broken {
			t.Errorf("got %v, want broken", err)
		}
		if _, err := coro.RunUntil(l, coro.Spawn(l, lines(r))); err != broken {
			t.Errorf("later: %v, want broken", err)
		}
	})
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error)  { return 0, f.err }
func (f *failing) Write([]byte) (int, error) { return 0, f.err }

// A task that is canceled loses nothing: what it waited for is for the next.
func TestReadCanceled(t *testing.T) {
	eachShape(t, func(t *testing.T, lines func(r *stream.Reader) machine) {
		l := looptest.New(t)
		pr, pw := io.Pipe()
		r := stream.NewReader(l, "in", pr)
		first := coro.Spawn(l, lines(r), coro.Named("first"))
		var second *coro.Task[[]string]
		l.CallSoon(func() {
			if s, _ := first.Suspension(); s.On()+" "+s.Detail != "await io in no whole line" {
				t.Errorf("it is suspended on %q, %q", s.On(), s.Detail)
			}
			io.WriteString(pw, "one\ntw") // taken by the goroutine, and the loop does not know
			first.Cancel()
			second = coro.Spawn(l, lines(r))
			go func() {
				io.WriteString(pw, "o\n")
				pw.Close()
			}()
		})
		if _, err := coro.RunUntil(l, first); !errors.Is(err, coro.ErrCanceled) {
			t.Errorf("the first ended with %v", err)
		}
		got, err := coro.RunUntil(l, second)
		if diff := cmp.Diff([]string{"one", "two"}, got); diff != "" || err != nil {
			t.Errorf("the second got (%v, -want +got):\n%s", err, diff)
		}
	})
}

// Close ends those who wait, and what is being read.
func TestReaderClose(t *testing.T) {
	eachShape(t, func(t *testing.T, lines func(r *stream.Reader) machine) {
		l := looptest.New(t)
		pr, pw, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer pw.Close()
		r := stream.NewReader(l, "in", pr)
		task := coro.Spawn(l, lines(r))
		l.CallSoon(func() {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
		if _, err := coro.RunUntil(l, task); err != os.ErrClosed {
			t.Errorf("got %v, want os.ErrClosed", err)
		}
	})
}

// Writes come in order, and who awaits them does not get ahead of the reader.
func TestWrite(t *testing.T) {
	l := looptest.New(t)
	a, b := net.Pipe()
	w, r := stream.NewWriter(l, "out", a), stream.NewReader(l, "in", b)
	read := coro.Spawn(l, coro.Pull(r.ReadAll))
	p := []byte("one ")
	w.Write(p)
	copy(p, "xxxx") // the writer has a copy
	w.WriteString("two ")
	n, err := coro.RunUntil(l, w.Write([]byte("three")))
	if n != 5 || err != nil {
		t.Errorf("written: %d, %v", n, err)
	}
	if _, err := coro.RunUntil(l, w.Close()); err != nil {
		t.Error(err)
	}
	got, err := coro.RunUntil(l, read)
	if string(got) != "one two three" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := coro.RunUntil(l, w.Write(p)); err != coro.ErrPoolShutDown {
		t.Errorf("after Close: %v", err)
	}
}

// A write that is canceled before its turn writes nothing; one that is under way
// is brought to its end.
func TestWriteCanceled(t *testing.T) {
	l := looptest.New(t)
	pr, pw := io.Pipe()
	w := stream.NewWriter(l, "out", pw)
	first, second, third := w.WriteString("one "), w.WriteString("two "), w.WriteString("three")
	b := make([]byte, 2)
	if _, err := pr.Read(b); string(b) != "on" || err != nil { // it is under way
		t.Fatalf("read %q, %v", b, err)
	}
	l.CallSoon(func() {
		first.Cancel()
		second.Cancel()
		w.Close()
	})
	rest := coro.Spawn(l, coro.Pull(stream.NewReader(l, "in", pr).ReadAll))
	got, err := coro.RunUntil(l, rest)
	if string(got) != "e three" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if n, err := third.Result(); n != 5 || err != nil {
		t.Errorf("the third: %d, %v", n, err)
	}
}

func TestWriteFails(t *testing.T) {
	l := looptest.New(t)
	broken := errors.New("broken")
	w := stream.NewWriter(l, "out", &failing{broken})
	if _, err := coro.RunUntil(l, w.WriteString("x")); err != broken {
		t.Errorf("got %v, want broken", err)
	}
}

// CloseNow ends a write that nobody reads.
func TestWriterCloseNow(t *testing.T) {
	l := looptest.New(t)
	a, b := net.Pipe()
	defer b.Close()
	w := stream.NewWriter(l, "out", a)
	stuck, waiting := w.WriteString("one"), w.WriteString("two")
	l.CallSoon(func() { w.CloseNow() })
	if _, err := coro.RunUntil(l, stuck); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("what was stuck: %v", err)
	}
	if _, err := coro.RunUntil(l, waiting); err != coro.ErrPoolShutDown {
		t.Errorf("what waited: %v", err)
	}
}

func ExampleReader() {
	fmt.Println(coro.Run(coro.Pull(func(y *coro.Async) (int, error) {
		r := stream.NewReader(coro.LoopOf(y), "orders", strings.NewReader("soup\nroast\n"))
		for n := 0; ; n++ {
			line, err := r.ReadLine(y)
			if err == io.EOF {
				return n, nil
			} else if err != nil {
				return n, err
			}
			fmt.Println(line)
		}
	})))
	// Output:
	// soup
	// roast
	// 2 <nil>
}

func ExampleWriter() {
	var b bytes.Buffer
	fmt.Println(coro.Run(coro.Pull(func(y *coro.Async) (int, error) {
		w := stream.NewWriter(coro.LoopOf(y), "dishes", &b)
		w.WriteString("soup, ")
		return w.WriteString("roast").Await(y)
	})))
	fmt.Println(&b)
	// Output:
	// 5 <nil>
	// soup, roast
}
