// Package batteries is the demo batteries: what tasks of a loop wait for, beside
// time and each other, in a kitchen.
//
//   - Cooks take orders from a bounded queue when the doors have opened, which is
//     an event. They share two stoves, which are a semaphore, and one good knife,
//     which is a lock.
//   - Two courses are gathered under a timeout. One is ready in time; the souffle
//     of the other is not, and is canceled.
//   - A banquet is a group: the roast burns, and what else is being made for it is
//     canceled. The banquet fails with all errors together.
//   - A guest and the kitchen chat over two streams in memory.
package batteries

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// Demo is the demo batteries.
var Demo = demo.Demo{
	Name:    "batteries",
	About:   "a kitchen: a queue, stoves, a knife, a timeout, a group that fails together, a chat",
	Shapes:  demo.ShapeNames(),
	Run:     run,
	Figures: figures,
	Parts:   parts,
}

// What the kitchen has.
const (
	stoves    = 2
	queueSize = 2
	courseMax = 120 * time.Millisecond // that guests wait for a course
)

// The names of what is waited for, and of the coroutines that figures look for.
const (
	loopName    = "kitchen"
	stovesName  = "stoves"
	knifeName   = "knife"
	ordersName  = "orders"
	waiterName  = "waiter"
	courseName  = "course"
	banquetName = "banquet"
	chatPrefix  = "to "
)

var cooks = []string{"Ann", "Ben", "Cleo", "Dan"}

// An order is a dish that is to be chopped for and fried.
type order struct {
	dish string
	chop time.Duration
	fry  time.Duration
}

func (o order) String() string { return o.dish }

// evening is what is ordered.
var evening = []order{
	{"ratatouille", 75 * time.Millisecond, 200 * time.Millisecond},
	{"omelet", 10 * time.Millisecond, 100 * time.Millisecond},
	{"stir-fry", 75 * time.Millisecond, 125 * time.Millisecond},
	{"steak", 10 * time.Millisecond, 225 * time.Millisecond},
	{"dumplings", 50 * time.Millisecond, 175 * time.Millisecond},
	{"fritters", 25 * time.Millisecond, 100 * time.Millisecond},
	{"paella", 60 * time.Millisecond, 250 * time.Millisecond},
	{"crepe", 10 * time.Millisecond, 75 * time.Millisecond},
}

// The errors of the banquet.
var (
	errBurned  = errors.New("the roast is burned")
	errSpilled = errors.New("the sauce was spilled in a hurry")
)

// A kitchen is where the cooks work.
type kitchen struct {
	*demo.Stage
	doors  *coro.Event
	orders *coro.Queue[order]
	stoves *coro.Semaphore
	knife  *coro.Lock
}

func newKitchen(s *demo.Stage) *kitchen {
	return &kitchen{
		Stage:  s,
		doors:  coro.NewEvent(s.Loop, "doors"),
		orders: coro.NewQueue[order](s.Loop, ordersName, queueSize),
		stoves: coro.NewBoundedSemaphore(s.Loop, stovesName, stoves),
		knife:  coro.NewLock(s.Loop, knifeName),
	}
}

// A part is one of the demo's. Begin returns the tasks that are waited for.
type part struct {
	title string
	begin func() []*coro.Task[int]
}

func (k *kitchen) parts() []part {
	return []part{
		{fmt.Sprintf("Dinner: %d cooks, %d stoves, one good knife, and room for %d orders on the counter.", len(cooks), stoves, queueSize), k.dinner},
		{fmt.Sprintf("Two courses, of several dishes each; guests wait %v for one.", courseMax), k.courses},
		{"A banquet: everything is served, or nothing is. The roast burns.", k.banquet},
		{"A guest and the kitchen chat.", k.chat},
	}
}

// parts is the demo, to be stepped.
func parts(s *demo.Stage) []demo.Part {
	k := newKitchen(s)
	var all []demo.Part
	for _, p := range k.parts() {
		all = append(all, demo.Part{Title: p.title, Begin: func() {
			for _, t := range p.begin() {
				t.AddDoneCallback(func() { t.Result() }) // somebody has seen it
			}
		}})
	}
	return all
}

func run(ctx context.Context, env *demo.Env) error {
	l := env.NewLoop(loopName, &teller{env: env})
	defer l.Close()
	k := newKitchen(&demo.Stage{Loop: l, Shape: demo.ShapesIn(env.Shape)[0], Say: env.Say})
	for _, p := range k.parts() {
		if err := ctx.Err(); err != nil {
			return err
		}
		env.Title("%s", p.title)
		for _, t := range p.begin() {
			if _, err := coro.RunUntil(l, t); err != nil && !expected(err) {
				return fmt.Errorf("%s: %w", t, err)
			}
		}
	}
	return l.Close()
}

// expected reports whether err is what a part is about.
func expected(err error) bool {
	return errors.Is(err, coro.ErrTimeout) || errors.Is(err, errBurned)
}

func (k *kitchen) spawn(name, fn string, r coro.Resumable[struct{}, coro.Await, int]) *coro.Task[int] {
	return coro.Spawn(k.Loop, r, coro.Named(name), coro.InFunc(fn))
}

func (k *kitchen) dinner() []*coro.Task[int] {
	all := []*coro.Task[int]{k.spawn(waiterName, waiterMachine.Func, waiterIn(k, evening))}
	for _, name := range cooks {
		all = append(all, k.spawn(name, cookMachine.Func, cookIn(k, name)))
	}
	return all
}

func (k *kitchen) courses() []*coro.Task[int] {
	course := func(name string, dishes ...dish) *coro.Task[int] {
		return k.spawn(name, courseMachine.Func, courseIn(k.Shape, k.Loop, courseMax, func() []coro.Result[int] {
			var all []coro.Result[int]
			for _, d := range dishes {
				all = append(all, k.spawn(d.name, dishMachine.Func, dishIn(k.Shape, d)))
			}
			return all
		}))
	}
	return []*coro.Task[int]{
		course("first "+courseName, dish{name: "soup", takes: 60 * time.Millisecond}, dish{name: "salad", takes: 20 * time.Millisecond}),
		course("last "+courseName, dish{name: "sorbet", takes: 40 * time.Millisecond}, dish{name: "souffle", takes: 300 * time.Millisecond}),
	}
}

func (k *kitchen) banquet() []*coro.Task[int] {
	return []*coro.Task[int]{k.spawn(banquetName, banquetMachine.Func, banquetIn(k.Shape, k.Loop,
		dish{name: "bread", takes: 20 * time.Millisecond},
		dish{name: "roast", takes: 70 * time.Millisecond, fails: errBurned},
		dish{name: "sauce", takes: 100 * time.Millisecond, spills: errSpilled},
		dish{name: "pie", takes: 150 * time.Millisecond},
	))}
}

func (k *kitchen) chat() []*coro.Task[int] {
	toKitchen := coro.NewQueue[string](k.Loop, chatPrefix+"kitchen", 1)
	toGuest := coro.NewQueue[string](k.Loop, chatPrefix+"guest", 1)
	guest := talk{k.Say, "guest", []string{"What is the soup today?", "And without leek?", "Then I take the bread."}, true}
	answers := talk{k.Say, "kitchen", []string{"Leek and potato.", "Potato.", "It was served at the banquet."}, false}
	return []*coro.Task[int]{
		k.spawn(guest.name, chatMachine.Func, chatIn(k.Shape, guest, toGuest, toKitchen)),
		k.spawn(answers.name, chatMachine.Func, chatIn(k.Shape, answers, toKitchen, toGuest)),
	}
}

// A teller tells who waits for what, but for time, and how tasks end that do not
// just return.
type teller struct {
	coro.NopObserver
	env *demo.Env
}

// Suspend implements [coro.Observer].
func (t *teller) Suspend(c *coro.Info, s coro.Suspension) {
	if s.Kind != coro.OnSleep {
		t.env.Say("%-12s  -> %s", c.Name, strings.TrimSpace(s.On()+" "+s.Detail))
	}
}

// End implements [coro.Observer].
func (t *teller) End(c *coro.Info, o coro.Outcome) {
	switch o.Kind {
	case coro.Canceled, coro.Closed:
		t.env.Say("%-12s  is %s", c.Name, o.Kind)
	case coro.Failed:
		t.env.Say("%-12s  has failed: %v", c.Name, o.Err)
	}
}
