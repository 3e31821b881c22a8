// Package drive plays inputs to the cases of the corpus of bodies, in the shapes
// pull and lowered, and compares what comes of it.
package drive

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"coroscope/coro"
)

var log strings.Builder

// Log records something that a case does.
func Log(args ...any) { fmt.Fprintln(&log, args...) }

// At records that x is evaluated, and returns it.
func At[T any](x T) T {
	Log("at", x)
	return x
}

// fuel is how often Burn may be called in a run.
var fuel int

// Burn ends a run that may otherwise not end.
func Burn() {
	if fuel--; fuel < 0 {
		panic("out of fuel")
	}
}

// Errors that are thrown in.
var (
	ErrA = errors.New("A")
	ErrB = errors.New("B")
)

// ChildFlag has the program be one that a case talks to: it says each line that it
// reads once more.
const ChildFlag = "-child"

func init() {
	if len(os.Args) == 2 && os.Args[1] == ChildFlag {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			fmt.Println(lines.Text(), lines.Text())
		}
		os.Exit(0)
	}
}

// A Case is one call of a function, in both shapes.
type Case struct {
	Name string
	Run  func(script string, lowered bool) (transcript string, suspensions int)
}

// Check plays every script to every case. It ends the program with status 1 if
// the shapes differ.
func Check(cases []Case) {
	differ, played := 0, 0
	for _, c := range cases {
		for _, script := range scripts(c) {
			want, _ := c.Run(script, false)
			got, _ := c.Run(script, true)
			played++
			if got != want {
				fmt.Printf("%s, script %q\n--- pull\n%s--- lowered\n%s\n", c.Name, script, want, got)
				differ++
				break
			}
		}
	}
	fmt.Printf("%d cases, %d scripts, %d differ\n", len(cases), played, differ)
	if differ > 0 {
		os.Exit(1)
	}
}

// limit is after how many suspensions a case is disturbed at most.
const limit = 12

// scripts returns what is played to c: it goes to its end, and it is closed or
// thrown into after each suspension, and then goes on, or once more.
//
//	.  next   s  send   a, b  throw   c  close   p  cancel in a panic's place
func scripts(c Case) []string {
	all := []string{"", "s", "a", "c", "sa", "ca"}
	if strings.HasPrefix(c.Name, "Talks") { // to a process, which takes long to start
		return []string{"", ".c", ".b", "..c", "..b", "...b"}
	}
	for _, step := range []string{".", "s"} {
		_, n := c.Run(strings.Repeat(step, 40), false)
		all = append(all, strings.Repeat(step, 40))
		for i := 1; i <= min(n, limit); i++ {
			lead := "." + strings.Repeat(step, i-1)
			for _, end := range []string{"c", "cc", "a" + strings.Repeat(step, 20), "b" + step + "c", "aa" + step, "ac", "ab" + step + step + "c", "x" + step + step} {
				all = append(all, lead+end)
			}
		}
	}
	return all
}

// Body is a case of a body that stands alone.
func Body[In, Out, Ret any](name string, body func() coro.Body[In, Out, Ret], lowered func() coro.Resumable[In, Out, Ret]) Case {
	return Case{name, func(script string, isLowered bool) (string, int) {
		log.Reset()
		fuel = 400
		var r coro.Resumable[In, Out, Ret]
		if isLowered {
			r = lowered()
		} else {
			r = coro.Pull(body())
		}
		c := coro.New(r, coro.Named("it"), coro.InFunc("it"))
		suspensions := 0
		for i, op := range script {
			var out Out
			var ok bool
			var err error
			panicked := catch(func() {
				switch op {
				case '.':
					out, ok, err = c.Next()
				case 's':
					out, ok, err = c.Resume(value[In](i))
				case 'a':
					out, ok, err = c.Throw(ErrA)
				case 'b':
					out, ok, err = c.Throw(ErrB)
				case 'x':
					out, ok, err = c.Throw(coro.ErrClosed)
				case 'c':
					var ret Ret
					ret, err = c.Close()
					Log("close:", ret)
				}
			})
			if ok {
				suspensions++
			}
			Log(string(op), out, ok, text(err), panicked)
			if at, suspended := c.Suspension(); suspended {
				Log("  at", at.On(), at.Place.Line)
				Log("  inside", inside(c))
			}
		}
		if panicked := catch(func() { c.Close() }); panicked != "" {
			Log("panic in the last close", panicked)
		}
		ret, err := c.Result()
		Log("result", ret, text(err), c.Status())
		return log.String(), suspensions
	}}
}

// inside tells through which coroutines c is suspended.
func inside(c coro.Inspectable) string {
	var names []string
	for _, i := range coro.Chain(c) {
		names = append(names, i.Info().Name)
	}
	return strings.Join(names, " > ")
}

// catch returns what f panics with, or that it calls runtime.Goexit, which ends
// a goroutine of its own.
func catch(f func()) string {
	done := make(chan string)
	go func() {
		how := "goexit"
		defer func() {
			v := recover()
			if p, ok := v.(*coro.PanicError); ok {
				v = p.Value
			}
			if v != nil {
				how = fmt.Sprint("panic: ", v)
			}
			done <- how
		}()
		f()
		how = ""
	}()
	return <-done
}

// text tells an error without what differs from run to run: numbers of
// coroutines, and stacks.
func text(err error) string {
	var p *coro.PanicError
	if errors.As(err, &p) {
		return fmt.Sprintf("panicked with %v", p.Value)
	}
	var m *coro.MisuseError
	if errors.As(err, &m) {
		return fmt.Sprintf("%s: %v", m.Call, m.Err)
	}
	return fmt.Sprint(err)
}

// value returns the i-th value that is sent.
func value[In any](i int) In {
	var in In
	switch p := any(&in).(type) {
	case *int:
		*p = i
	case *string:
		*p = fmt.Sprint("s", i)
	case *bool:
		*p = i%3 != 0
	case *float64:
		*p = float64(i) / 2
	case *any:
		*p = i
	}
	return in
}

// Task is a case of a task on a loop, whose clock is virtual. It is canceled
// instead of thrown into, and closing is closing the loop.
func Task[Ret any](name string, body func(*coro.Loop) coro.Body[struct{}, coro.Await, Ret], lowered func(*coro.Loop) coro.Resumable[struct{}, coro.Await, Ret]) Case {
	return Case{name, func(script string, isLowered bool) (string, int) {
		log.Reset()
		fuel = 400
		rec := &recorder{script: script}
		loop := coro.NewLoop(coro.WithName("loop"), coro.WithClock(&coro.VirtualClock{}), coro.WithObserver(rec),
			coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) { Log("exception", e.Message, text(e.Err)) }))
		rec.loop = loop
		var r coro.Resumable[struct{}, coro.Await, Ret]
		if isLowered {
			r = lowered(loop)
		} else {
			r = coro.Pull(body(loop))
		}
		rec.task = coro.Spawn(loop, r, coro.Named("it"), coro.InFunc("it"))
		task := rec.task.(*coro.Task[Ret])
		_, err := coro.RunUntil(loop, task)
		if !task.Done() {
			why, _, _ := strings.Cut(text(err), "\n")
			Log("loop:", why)
		}
		loop.Close()
		ret, err := task.Result()
		Log("result", ret, text(err))
		return log.String(), rec.suspensions
	}}
}

// A recorder writes down what tasks do, and plays the script at the suspensions
// of the one that is the case.
type recorder struct {
	coro.NopObserver
	loop        *coro.Loop
	task        coro.AnyTask
	script      string
	suspensions int
}

func (r *recorder) Resume(c *coro.Info, _ coro.Suspension, start bool, thrown error) {
	if start {
		Log(c.Name, "begins")
	} else {
		Log(c.Name, "goes on", r.loop.Time(), text(thrown))
	}
}

func (r *recorder) Suspend(c *coro.Info, s coro.Suspension) {
	detail := steady(s.Detail)
	if c.Name != "it" {
		Log(c.Name, s.On(), detail, r.loop.Time())
		return
	}
	Log(c.Name, s.On(), detail, s.Place.Line, r.loop.Time())
	if r.suspensions++; r.suspensions > 60 {
		r.loop.CallSoonThreadsafe(r.loop.Stop)
	}
	if r.script == "" {
		return
	}
	op := r.script[0]
	r.script = r.script[1:]
	switch op {
	case 'a':
		r.loop.CallSoonThreadsafe(func() { r.task.CancelCause(ErrA) })
	case 'b', 'x':
		r.loop.CallSoonThreadsafe(func() { r.task.Cancel() })
	case 'c':
		r.script = ""
		r.loop.CallSoonThreadsafe(r.loop.Stop)
	}
}

// steady returns a detail without the numbers in it that differ from run to run.
func steady(detail string) string {
	detail, _, _ = strings.Cut(detail, "#")
	if what, _, ok := strings.Cut(detail, "process "); ok {
		return what + "process"
	}
	return detail
}

func (r *recorder) End(c *coro.Info, o coro.Outcome) {
	Log(c.Name, "ends", o.Kind, text(o.Err), r.loop.Time())
}

// Nap is a task that sleeps for d and returns n, or fails if n is negative.
func Nap(d time.Duration, n int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		err := coro.Wait(y, coro.Sleep(d).As("nap"))
		if err == nil && n < 0 {
			err = ErrB
		}
		return n, err
	}
}
