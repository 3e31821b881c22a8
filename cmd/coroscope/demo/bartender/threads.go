package bartender

// This file defines the first half: a bartender of their own for every guest.

import (
	"context"
	"runtime/trace"
	"sync"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/statemachine/specimen"
)

// What the trace calls the first half. The regions stand on each bartender's
// goroutine.
const (
	manyTask   = "a bartender for every guest"
	oneTask    = "bartender"
	waitPrefix = "wait lock "
	mixRegion  = "mix"
	bakeRegion = "bake"
	handRegion = "by hand"
	doneRegion = "serve"
)

// A tool can be used by one bartender at a time.
type tool struct {
	name string
	sync.Mutex
}

// take locks the tool. If it must wait for that it tells first.
func (t *tool) take(ctx context.Context, waiting func()) {
	if t.TryLock() {
		return
	}
	waiting()
	trace.WithRegion(ctx, waitPrefix+t.name, t.Lock)
}

// manyBartenders serves each guest with a bartender, that is a goroutine, of
// their own.
func manyBartenders(ctx context.Context, env *demo.Env, bar specimen.Bar) {
	ctx, task := trace.NewTask(ctx, manyTask)
	defer task.End()
	shaker, oven := &tool{name: "shaker"}, &tool{name: "oven"}
	var all sync.WaitGroup
	for _, guest := range bar.Guests {
		all.Go(func() { bartender(ctx, env, bar, guest, shaker, oven) })
	}
	all.Wait()
}

// bartender serves one guest. It is what a guest's coroutine does, in the same
// order, with a lock for each tool.
func bartender(ctx context.Context, env *demo.Env, bar specimen.Bar, guest string, shaker, oven *tool) {
	ctx, task := trace.NewTask(ctx, oneTask)
	defer task.End()
	defer trace.StartRegion(ctx, "bartender of "+guest).End()
	act := func(action string) {
		env.Say("%-4s  bartender of %s %s", guest, guest, action)
		trace.WithRegion(ctx, handRegion, work)
	}
	waiting := func(t *tool) func() {
		return func() { env.Say("%-4s  bartender of %s stands and waits for the %s", guest, guest, t.name) }
	}

	time.Sleep(bar.Order)
	act("takes the order")

	shaker.take(ctx, waiting(shaker))
	trace.WithRegion(ctx, mixRegion, func() { time.Sleep(bar.Mix) })
	shaker.Unlock()
	act("pours the drink")

	oven.take(ctx, waiting(oven))
	trace.WithRegion(ctx, bakeRegion, func() { time.Sleep(bar.Bake) })
	oven.Unlock()

	time.Sleep(bar.Serve)
	trace.WithRegion(ctx, doneRegion, func() { act("serves") })
}
