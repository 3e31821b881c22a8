// Package underhood is the demo underhood: a computation is resumed one step
// at a time, in every shape beside each other, and between the steps one looks
// at what each keeps while it is suspended.
//
// A state machine keeps a number and a frame, a stackful coroutine its whole
// stack. What is sent in and what comes out is the same.
package underhood

import (
	"context"
	"fmt"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine/specimen"
	cotrace "coroscope/trace"
)

// Demo is the demo underhood.
var Demo = demo.Demo{
	Name:    "underhood",
	About:   "one computation, one step at a time: state, frame, stack, what was sent, what came out",
	Shapes:  append([]string{demo.AllShapes}, demo.ShapeNames()...),
	Run:     run,
	Figures: figures,
}

const (
	loopName    = "underhood"
	resumerName = "resumer"
)

// look is how long the computations are looked at between two steps, so that
// each suspension can be seen in the trace.
const look = 5 * time.Millisecond

func run(ctx context.Context, env *demo.Env) error {
	l := env.NewLoop(loopName, nil)
	defer l.Close()
	// The one who resumes is a task, so that all of it is on one page of the
	// trace.
	resumer := func(y *coro.Async) (struct{}, error) {
		shapes := demo.ShapesIn(env.Shape)
		if err := average(ctx, y, env, cotrace.Context(l), shapes); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, treeWalk(ctx, y, env, cotrace.Context(l), shapes)
	}
	t := coro.Spawn(l, coro.Pull(resumer), coro.Named(resumerName), coro.InFunc("underhood.resumer"))
	_, err := coro.RunUntil(l, t)
	return err
}

// average sends values to the running average.
func average(ctx context.Context, y *coro.Async, env *demo.Env, task context.Context, shapes []coro.Shape) error {
	env.Title("The running average: values are sent in, averages come out.")
	var all []*subject[float64, float64, float64]
	for _, shape := range shapes {
		s := newSubject(task, env, "average", shape, specimen.AverageIn(shape))
		defer s.Close()
		all = append(all, s)
	}
	type coroutine = *demo.Driven[float64, float64, float64]
	send := func(v float64) func(coroutine) (float64, bool, error) {
		return func(c coroutine) (float64, bool, error) { return c.Resume(v) }
	}
	for _, step := range []struct {
		title string
		do    func(coroutine) (float64, bool, error)
	}{
		{"Next: it starts, and hands out a first average.", coroutine.Next},
		{"Resume(10): the value arrives where it is suspended.", send(10)},
		{"Resume(20)", send(20)},
		{"Throw(reset): an error arrives there instead. It means something to this body, which goes on.", func(c coroutine) (float64, bool, error) { return c.Throw(specimen.ErrReset) }},
		{"Resume(5)", send(5)},
		{"Close: it is asked to end, and returns its last average.", closing},
	} {
		env.Title("%s", step.title)
		for _, s := range all {
			s.step(step.do)
		}
		if err := pace(ctx, y); err != nil {
			return err
		}
	}
	return nil
}

// closing closes a coroutine and shows what it returned as what came out.
func closing(c *demo.Driven[float64, float64, float64]) (float64, bool, error) {
	ret, err := c.Close()
	return ret, false, err
}

// treeWalk takes the values out of a tree.
func treeWalk(ctx context.Context, y *coro.Async, env *demo.Env, task context.Context, shapes []coro.Shape) error {
	env.Title("A tree is walked: recursion on a stack, and without one.\n\n        4\n      2   6\n     1 3 5 7")
	tree := specimen.NewTree(
		specimen.NewTree(specimen.Leaf(1), 2, specimen.Leaf(3)), 4,
		specimen.NewTree(specimen.Leaf(5), 6, specimen.Leaf(7)))
	var all []*subject[struct{}, int, int]
	for _, shape := range shapes {
		s := newSubject(task, env, "treewalk", shape, specimen.TreeWalkIn(shape, tree))
		defer s.Close()
		all = append(all, s)
	}
	for n := 1; all[0].Status() != coro.Done; n++ {
		env.Title("Next, for the %s time", ordinal(n))
		for _, s := range all {
			s.step((*demo.Driven[struct{}, int, int]).Next)
		}
		if err := pace(ctx, y); err != nil {
			return err
		}
	}
	return nil
}

// pace lets some time pass between two steps.
func pace(ctx context.Context, y *coro.Async) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return coro.Wait(y, coro.Sleep(look).As("look"))
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n) + suffix
}
