package process_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/coro/internal/looptest"
	"coroscope/coro/process"
)

// The tests run their own binary as the other program.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "child" {
		child(os.Args[2:])
		return
	}
	os.Exit(m.Run())
}

// child is what the other program does.
func child(args []string) {
	switch args[0] {
	case "print":
		fmt.Print("out\n")
		fmt.Fprint(os.Stderr, "warning\nbad\n")
	case "fail":
		fmt.Print("half")
		fmt.Fprint(os.Stderr, "warning\nbad\n")
		os.Exit(3)
	case "large":
		os.Stdout.Write(make([]byte, 1<<20))
	case "upper":
		in := bufio.NewScanner(os.Stdin)
		for in.Scan() {
			fmt.Println(strings.ToUpper(in.Text()))
		}
	case "stubborn":
		signal.Ignore(sigterm)
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "sleep":
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "graceful":
		c := make(chan os.Signal, 1)
		signal.Notify(c, sigterm)
		fmt.Println("ready")
		<-c
		fmt.Println("bye")
		os.Exit(4)
	case "family":
		family()
	case "leave": // somebody behind who has the pipes
		cmd := exec.Command(os.Args[0], "child", "upper")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			panic(err)
		}
	}
}

func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], append([]string{"child"}, args...)...)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0") // the race detector sleeps otherwise
	return cmd
}

// An awaiter awaits one future, as a machine.
type awaiter[T any] struct {
	f     *coro.Future[T]
	begun bool
	v     T
	err   error
}

func (m *awaiter[T]) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if !m.begun {
		m.begun = true
		return coro.On(m.f), true
	}
	if m.err = thrown; thrown == nil {
		m.v, m.err = m.f.Result()
	}
	return coro.Await{}, false
}
func (m *awaiter[T]) Result() T  { return m.v }
func (m *awaiter[T]) Err() error { return m.err }

// eachShape runs test with what awaits a future in each shape.
func eachShape[T any](t *testing.T, test func(t *testing.T, l *coro.Loop, await func(f *coro.Future[T]) *coro.Task[T])) {
	for name, shape := range map[string]func(f *coro.Future[T]) coro.Resumable[struct{}, coro.Await, T]{
		"pull":         func(f *coro.Future[T]) coro.Resumable[struct{}, coro.Await, T] { return coro.Pull(f.Await) },
		"goroutine":    func(f *coro.Future[T]) coro.Resumable[struct{}, coro.Await, T] { return coro.Goroutine(f.Await) },
		"statemachine": func(f *coro.Future[T]) coro.Resumable[struct{}, coro.Await, T] { return &awaiter[T]{f: f} },
	} {
		t.Run(name, func(t *testing.T) {
			l := looptest.New(t)
			test(t, l, func(f *coro.Future[T]) *coro.Task[T] {
				return coro.Spawn(l, shape(f), coro.Named("awaiter"))
			})
		})
	}
}

func TestRun(t *testing.T) {
	eachShape(t, func(t *testing.T, l *coro.Loop, await func(f *coro.Future[process.Output]) *coro.Task[process.Output]) {
		out, err := coro.RunUntil(l, await(process.Run(l, command("print"))))
		if string(out.Stdout) != "out\n" || string(out.Stderr) != "warning\nbad\n" || !out.State.Success() || err != nil {
			t.Errorf("got %q, %q, %v, %v", out.Stdout, out.Stderr, out.State, err)
		}
		large, err := coro.RunUntil(l, await(process.Run(l, command("large"))))
		if len(large.Stdout) != 1<<20 || err != nil {
			t.Errorf("%d bytes, %v", len(large.Stdout), err)
		}
		var to strings.Builder
		cmd := command("upper")
		cmd.Stdin, cmd.Stdout = strings.NewReader("one\ntwo\n"), &to
		out, err = coro.RunUntil(l, await(process.Run(l, cmd)))
		if to.String() != "ONE\nTWO\n" || out.Stdout != nil || err != nil {
			t.Errorf("elsewhere it printed %q, and %q, %v", to.String(), out.Stdout, err)
		}
	})
}

func TestRunFails(t *testing.T) {
	eachShape(t, func(t *testing.T, l *coro.Loop, await func(f *coro.Future[process.Output]) *coro.Task[process.Output]) {
		_, err := coro.RunUntil(l, await(process.Run(l, command("fail"))))
		e, ok := errors.AsType[*process.ExitError](err)
		if !ok || string(e.Output.Stdout) != "half" || e.Output.State.ExitCode() != 3 {
			t.Fatalf("got %v", err)
		}
		if !strings.HasSuffix(err.Error(), ": exit status 3: bad") {
			t.Errorf("the error says %q", err)
		}
		if x, ok := errors.AsType[*exec.ExitError](err); !ok || x.ExitCode() != 3 {
			t.Errorf("%v is no exec.ExitError", err)
		}
		_, err = coro.RunUntil(l, await(process.Run(l, exec.Command("/no/such/program"))))
		if !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "start program: ") {
			t.Errorf("of no program: %v", err)
		}
	})
}

// A task that is canceled goes on when its process has ended: by itself, if it
// heeds SIGTERM, or killed after a while.
func TestRunCanceled(t *testing.T) {
	cause := errors.New("closing time")
	for _, mode := range []string{"sleep", "stubborn", "graceful"} {
		t.Run(mode, func(t *testing.T) {
			eachShape(t, func(t *testing.T, l *coro.Loop, await func(f *coro.Future[process.Output]) *coro.Task[process.Output]) {
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				cmd := command(mode)
				cmd.Stdout = w
				grace := time.Hour
				if mode == "stubborn" {
					grace = time.Millisecond
				}
				task := await(process.RunWithin(l, cmd, grace))
				w.Close()
				l.CallSoon(func() {
					if _, err := r.Read(make([]byte, 1)); err != nil {
						t.Error(err)
					}
					if s, _ := task.Suspension(); s.Kind != coro.OnProcess || s.Detail != fmt.Sprint("process ", cmd.Process.Pid) {
						t.Errorf("it is suspended on %q, %q", s.On(), s.Detail)
					}
					task.CancelCause(cause)
					task.CancelCause(cause)
				})
				if _, err := coro.RunUntil(l, task); !errors.Is(err, coro.ErrCanceled) || !errors.Is(err, cause) {
					t.Errorf("the task ended with %v", err)
				}
				if cmd.ProcessState == nil {
					t.Error("the task went on before its process had ended")
				} else if mode == "graceful" && runtime.GOOS != "windows" && cmd.ProcessState.ExitCode() != 4 {
					t.Errorf("the process was not asked, but ended with %v", cmd.ProcessState)
				}
			})
		})
	}
}

// What a process has started may go on printing, and is waited for, but not
// after a cancellation.
func TestRunLeavesSomebodyBehind(t *testing.T) {
	eachShape(t, func(t *testing.T, l *coro.Loop, await func(f *coro.Future[process.Output]) *coro.Task[process.Output]) {
		for _, cancel := range []bool{false, true} {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd := command("leave")
			cmd.Stdin = r
			task := await(process.RunWithin(l, cmd, 10*time.Millisecond))
			r.Close()
			l.CallSoon(func() {
				if cancel {
					task.Cancel()
				} else {
					io.WriteString(w, "later\n")
					w.Close()
				}
			})
			out, err := coro.RunUntil(l, task)
			w.Close()
			switch {
			case cancel && !errors.Is(err, coro.ErrCanceled):
				t.Errorf("canceled: %v", err)
			case !cancel && (string(out.Stdout) != "LATER\n" || err != nil):
				t.Errorf("got %q, %v", out.Stdout, err)
			}
		}
	})
}

// A program is talked to, line by line.
func TestTalk(t *testing.T) {
	l := looptest.New(t)
	var got []string
	_, err := coro.RunUntil(l, coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
		return nil, process.With(y, command("upper"), process.Stdin|process.Stdout, func(p *process.Process) error {
			for _, word := range []string{"one", "two"} {
				if _, err := p.Stdin.WriteString(word + "\n").Await(y); err != nil {
					return err
				}
				line, err := p.Stdout.ReadLine(y)
				if err != nil {
					return err
				}
				got = append(got, line)
			}
			p.Stdin.WriteString("last\n")
			p.Stdin.Close()
			rest, err := p.Stdout.ReadAll(y)
			got = append(got, string(rest))
			return err
		})
	})))
	if diff := cmp.Diff([]string{"ONE", "TWO", "LAST\n"}, got); diff != "" || err != nil {
		t.Errorf("it answered (%v, -want +got):\n%s", err, diff)
	}
}

// With leaves no process, however its body ends.
func TestWithEnds(t *testing.T) {
	broken := errors.New("broken")
	for name, tc := range map[string]struct {
		child string
		body  func(y *coro.Async, p *process.Process) error
		want  func(err error) bool
	}{
		"well":       {"print", func(*coro.Async, *process.Process) error { return nil }, func(err error) bool { return err == nil }},
		"exit code":  {"fail", func(*coro.Async, *process.Process) error { return nil }, func(err error) bool { _, ok := errors.AsType[*process.ExitError](err); return ok }},
		"an error":   {"sleep", func(*coro.Async, *process.Process) error { return broken }, func(err error) bool { return err == broken }},
		"a timeout":  {"sleep", func(y *coro.Async, p *process.Process) error { _, err := p.Stderr.Read(y); return err }, func(err error) bool { return errors.Is(err, coro.ErrCanceled) }},
		"a panic":    {"stubborn", func(*coro.Async, *process.Process) error { panic(broken) }, func(err error) bool { return errors.Is(err, broken) }},
		"waiting":    {"sleep", func(y *coro.Async, p *process.Process) error { _, err := p.Wait().Await(y); return err }, func(err error) bool { return errors.Is(err, coro.ErrCanceled) }},
		"after body": {"sleep", func(*coro.Async, *process.Process) error { return nil }, func(err error) bool { return errors.Is(err, coro.ErrCanceled) }},
	} {
		t.Run(name, func(t *testing.T) {
			l := looptest.New(t)
			var started *process.Process
			task := coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
				return nil, process.With(y, command(tc.child), process.Stderr, func(p *process.Process) error {
					started = p
					return tc.body(y, p)
				})
			}))
			l.CallSoon(func() {
				if name == "a timeout" || name == "waiting" || name == "after body" {
					task.Cancel()
				}
			})
			if _, err := coro.RunUntil(l, task); !tc.want(err) {
				t.Errorf("it ended with %v", err)
			}
			wait := started.Wait()
			if _, err := coro.RunUntil(l, wait); err != nil {
				t.Error(err)
			}
			if err := started.Signal(os.Kill); !errors.Is(err, os.ErrProcessDone) {
				t.Errorf("the process is there still: %v", err)
			}
		})
	}
}

// Several wait for one process; canceling one of them concerns nobody else.
func TestWait(t *testing.T) {
	eachShape(t, func(t *testing.T, l *coro.Loop, await func(f *coro.Future[*os.ProcessState]) *coro.Task[*os.ProcessState]) {
		p, err := process.Start(l, command("fail"), 0)
		if err != nil {
			t.Fatal(err)
		}
		canceled, first, second := await(p.Wait()), await(p.Wait()), await(p.Ending(time.Hour))
		l.CallSoon(func() { canceled.Cancel() })
		for _, task := range []*coro.Task[*os.ProcessState]{first, second} {
			if state, err := coro.RunUntil(l, task); err != nil || state.ExitCode() != 3 {
				t.Errorf("it ended with %v, %v; want exit code 3", state, err)
			}
		}
		if state, err := coro.RunUntil(l, await(p.Wait())); err != nil || state.ExitCode() != 3 {
			t.Errorf("later: %v, %v", state, err)
		}
		if !canceled.Canceled() {
			t.Error("the first is not canceled")
		}
		p.Terminate(0) // of what has ended: nothing
	})
}

func TestStartBadly(t *testing.T) {
	l := looptest.New(t)
	if _, err := process.Start(l, exec.Command("/no/such/program"), process.Stdin|process.Stdout|process.Stderr); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of no program: %v", err)
	}
	cmd := command("print")
	cmd.Stdout = io.Discard
	if _, err := process.Start(l, cmd, process.Stdout); err == nil || !strings.Contains(err.Error(), "goes elsewhere already") {
		t.Errorf("two ways for a stream: %v", err)
	}
}

// A loop that is closed ends what its tasks ran.
// A process is started on the pool, and none is left if that is canceled.
func TestStarting(t *testing.T) {
	eachShape(t, func(t *testing.T, l *coro.Loop, await func(f *coro.Future[*process.Process]) *coro.Task[*process.Process]) {
		p, err := coro.RunUntil(l, await(process.Starting(l, command("fail"), process.Stdout)))
		if err != nil {
			t.Fatal(err)
		}
		state, err := coro.RunUntil(l, p.Wait())
		if err != nil || state.ExitCode() != 3 {
			t.Errorf("it ended with %v, %v", state, err)
		}
		p.Close()

		if _, err := coro.RunUntil(l, await(process.Starting(l, exec.Command("/no/such/program"), process.Stdin))); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v, want os.ErrNotExist", err)
		}

		cmd := command("sleep")
		f := process.Starting(l, cmd, process.Stdout)
		task := await(f)
		l.CallSoon(func() { l.CallSoon(func() { task.Cancel() }) })
		if _, err := coro.RunUntil(l, task); !errors.Is(err, coro.ErrCanceled) {
			t.Errorf("canceled: %v", err)
		}
		if p, err := f.Result(); err == nil { // it was there already
			p.Kill()
			coro.RunUntil(l, p.Wait())
			p.Close()
		}
		if cmd.Process != nil && cmd.ProcessState == nil {
			t.Error("the task went on, and a process is left")
		}
	})
}

func TestRunOnAClosedLoop(t *testing.T) {
	l := looptest.New(t)
	cmd := command("sleep")
	coro.Spawn(l, &awaiter[process.Output]{f: process.Run(l, cmd)})
	l.CallSoon(func() { l.CallSoon(l.Stop) })
	l.RunForever()
	l.Close() // newLoop sees that its goroutines end
}

func ExampleRun() {
	fmt.Println(coro.Run(coro.Pull(func(y *coro.Async) (string, error) {
		out, err := process.Run(coro.LoopOf(y), command("print")).Await(y)
		return string(out.Stdout), err
	})))
	// Output:
	// out
	//  <nil>
}

func ExampleWith() {
	fmt.Println(coro.Run(coro.Pull(func(y *coro.Async) (answer string, err error) {
		err = process.With(y, command("upper"), process.Stdin|process.Stdout, func(p *process.Process) error {
			if _, err := p.Stdin.WriteString("soup\n").Await(y); err != nil {
				return err
			}
			answer, err = p.Stdout.ReadLine(y)
			return err
		})
		return answer, err
	})))
	// Output: SOUP <nil>
}
