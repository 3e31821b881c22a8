// Package rec records what the cases of the corpus do, and holds a lowered
// function against the same one under iter.Pull.
package rec

import (
	"fmt"
	"iter"
	"os"
	"reflect"
	"strings"
)

var log strings.Builder

// Log records something that a case does.
func Log(args ...any) { fmt.Fprintln(&log, args...) }

// At records that x is evaluated, and returns it.
func At[T any](x T) T {
	Log("at", x)
	return x
}

// Next is the next of the run that is on, for bodies that call it.
var Next func()

// fuel is how often Burn may be called in a run.
var fuel int

// Burn ends a run that may otherwise not end.
func Burn() {
	if fuel--; fuel < 0 {
		panic("out of fuel")
	}
}

// A Run is one call of a function, in both ways.
type Run struct {
	Name    string
	Seq     func() any              // an iterator
	Machine func() (next, stop any) // its machine's methods
}

// limit is how many values are taken at most.
const limit = 60

// Check compares the two ways, stopped after any number of values. It ends the
// program with status 1 if they differ.
func Check(runs []Run) {
	differ := 0
	for _, r := range runs {
		for k := 0; k <= limit; k++ {
			want, ended := transcript(func() (next, stop any) {
				seq := reflect.ValueOf(r.Seq())
				return toAny(iter.Pull(values(seq)))
			}, k)
			got, _ := transcript(r.Machine, k)
			if got != want {
				fmt.Printf("%s, stopped after %d values\n--- iter.Pull\n%s--- lowered\n%s\n", r.Name, k, want, got)
				differ++
				break
			}
			if ended {
				break
			}
		}
	}
	fmt.Printf("%d runs, %d differ\n", len(runs), differ)
	if differ > 0 {
		os.Exit(1)
	}
}

func toAny(next func() (all, bool), stop func()) (any, any) { return next, stop }

// all are the values of one yield.
type all []any

// values returns an iterator over the values that seq hands out at once.
func values(seq reflect.Value) iter.Seq[all] {
	return func(yield func(all) bool) {
		if seq.IsNil() {
			var f func()
			f()
		}
		yieldType := seq.Type().In(0)
		seq.Call([]reflect.Value{reflect.MakeFunc(yieldType, func(args []reflect.Value) []reflect.Value {
			vs := all{}
			for _, arg := range args {
				vs = append(vs, arg.Interface())
			}
			return []reflect.Value{reflect.ValueOf(yield(vs))}
		})})
	}
}

// transcript takes k values, stops, and says what happened, and whether the
// end was reached before.
func transcript(start func() (next, stop any), k int) (text string, ended bool) {
	log.Reset()
	fuel = 100
	var next, stop any
	do("start", func() { next, stop = start() })
	if next == nil {
		return log.String(), true
	}
	step := func() bool {
		more := false
		do("next", func() { more = call(next) })
		return more
	}
	Next = func() { call(next) }
	for range k {
		if !step() {
			ended = true
			break
		}
	}
	do("stop", stop.(func()))
	step()
	do("stop", stop.(func()))
	step()
	return log.String(), ended
}

// call calls a next, of either kind.
func call(next any) bool {
	out := reflect.ValueOf(next).Call(nil)
	vs := []any{}
	if _, pulled := next.(func() (all, bool)); pulled && out[1].Bool() {
		vs = out[0].Interface().(all)
	} else {
		for _, v := range out[:len(out)-1] {
			vs = append(vs, v.Interface())
		}
	}
	for i, v := range vs {
		if err, ok := v.(error); ok { // which may be a pointer
			vs[i] = err.Error()
		}
	}
	ok := out[len(out)-1].Bool()
	if ok {
		Log("yielded", fmt.Sprintf("%#v", vs))
	} else {
		Log("ended")
	}
	return ok
}

// do runs f, and records how it ended if it did not return.
func do(what string, f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		how := "goexit"
		defer func() {
			if p := recover(); p != nil {
				how = fmt.Sprintf("panic: %v", p)
			}
			if how != "" {
				Log(what, how)
			}
		}()
		f()
		how = ""
	}()
	<-done
}
