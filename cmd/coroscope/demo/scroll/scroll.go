// Package scroll is the demo scroll: somebody watches short videos, one after
// the other, and stops after a few. Nobody knows beforehand after how many, and
// the feed has no end.
//
// There are three ways to load the videos, and the demo runs all three at the
// same time, on one loop, so that they stand side by side:
//
//   - all up front: load a page of the feed, then play. Nothing stalls, but the
//     first frame is late, and what is not watched was loaded for nothing.
//   - when needed: load one, play it, load the next. Nothing is wasted, but
//     nothing is loaded while a video plays either, so each but the first stalls.
//   - prefetched: a second coroutine loads one video ahead while one plays. The
//     first frame is early, nothing stalls, and one video at most is wasted.
//
// The first two are one coroutine each, which can do one thing at a time. That
// the third is two is the whole difference.
package scroll

import (
	"context"
	"fmt"
	"strings"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// Demo is the demo scroll.
var Demo = demo.Demo{
	Name:    "scroll",
	About:   "an endless feed of videos: loaded all up front, one when it is needed, or ahead while one plays",
	Shapes:  demo.ShapeNames(),
	Run:     run,
	Figures: figures,
	Parts:   parts,
}

const (
	loopName   = "feed"
	loaderName = "loader"
)

// A way is one of the ways to load videos.
type way struct {
	title  string // as it is told
	viewer string // the name of the coroutine that plays them
	fn     string // its function
	start  func(coro.Shape, *coro.Loop) coro.Resumable[struct{}, coro.Await, int]
}

// ways are all there are, in the order in which they are told.
var ways = []way{
	{"all up front", "upfront", upFrontMachine.Func, func(shape coro.Shape, _ *coro.Loop) coro.Resumable[struct{}, coro.Await, int] {
		return upFrontIn(shape, pageSize, watches)
	}},
	{"when needed", "ondemand", onDemandMachine.Func, func(shape coro.Shape, _ *coro.Loop) coro.Resumable[struct{}, coro.Await, int] {
		return onDemandIn(shape, watches)
	}},
	{"prefetched", "prefetch", viewerMachine.Func, func(shape coro.Shape, l *coro.Loop) coro.Resumable[struct{}, coro.Await, int] {
		return viewerIn(shape, &shelf{loop: l, size: 1}, watches)
	}},
}

func run(_ context.Context, env *demo.Env) error {
	shape := demo.ShapesIn(env.Shape)[0]
	env.Title("Somebody watches %d videos of a feed that has no end. All three ways at the same time (%s):", watches, shape)
	tell := &teller{env: env, seen: make(map[*coro.Info]*told)}
	tell.heading()
	l := env.NewLoop(loopName, tell)
	defer l.Close()

	_, err := demo.RunAll(l, begin(l, shape))
	return err
}

// begin makes the tasks of all viewers.
func begin(l *coro.Loop, shape coro.Shape) []*coro.Task[int] {
	var viewers []*coro.Task[int]
	for _, w := range ways {
		viewers = append(viewers, coro.Spawn(l, w.start(shape, l), coro.Named(w.viewer), coro.InFunc(w.fn)))
	}
	return viewers
}

// parts is the demo, to be stepped.
func parts(s *demo.Stage) []demo.Part {
	return []demo.Part{{
		Title: "Videos are loaded all up front, one when it is needed, and ahead while one plays: three viewers at the same time.",
		Begin: func() { begin(s.Loop, s.Shape) },
	}}
}

// A teller tells what happens, in a column for each way.
type teller struct {
	coro.NopObserver
	env  *demo.Env
	seen map[*coro.Info]*told
}

// told is what was told of one coroutine.
type told struct{ loads, plays int }

// column is how wide a way's column is: three of them and the time fit into 80.
const column = 22

func (t *teller) heading() {
	const time = 13 // columns that Say puts before each line
	line := strings.Repeat(" ", time)
	for _, w := range ways {
		line += fmt.Sprintf("%-*s", column, w.title)
	}
	t.env.Print("%s", line)
}

// say puts words into the column of the way that c belongs to.
func (t *teller) say(c *coro.Info, format string, args ...any) {
	viewer := c.Name
	if c.Parent != nil {
		viewer = c.Parent.Name
	}
	for i, w := range ways {
		if w.viewer == viewer {
			t.env.Say("%s", strings.Repeat(" ", i*column)+fmt.Sprintf(format, args...))
		}
	}
}

// Suspend implements [coro.Observer].
func (t *teller) Suspend(c *coro.Info, s coro.Suspension) {
	n := t.seen[c]
	if n == nil {
		n = &told{}
		t.seen[c] = n
	}
	stalls := ""
	if n.plays > 0 {
		stalls = "STALLS, "
	}
	switch s.On() {
	case onLoad:
		n.loads++
		t.say(c, "%sloads %d", stalls, n.loads)
	case onPlay:
		n.plays++
		t.say(c, "plays %d", n.plays)
	case onVideo:
		t.say(c, "%swaits for %d", stalls, n.plays+1)
	}
}

// End implements [coro.Observer].
func (t *teller) End(c *coro.Info, o coro.Outcome) {
	if c.Parent == nil && o.Kind == coro.Returned {
		t.say(c, "stops scrolling")
	}
}
