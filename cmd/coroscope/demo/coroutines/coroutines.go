// Package coroutines is the demo coroutines: what one does with coroutines on
// an event loop, in five parts that all fetch pages from a site in memory.
//
//   - Three pages are awaited one after the other by one coroutine, and at the
//     same time by three tasks. Awaiting does not make anything concurrent;
//     tasks do.
//   - Two tasks are made and forgotten: one fails, one never ends. Nobody
//     awaits them, so nobody is told, until the loop closes and reports both.
//   - A page takes longer than somebody has time for: its task is canceled.
//   - A download is canceled, and cleans up before it ends, for which it is
//     suspended as for anything else.
//   - A site is crawled by three workers that share what they know. There is no
//     lock, since only one of them runs at a time.
package coroutines

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// Demo is the demo coroutines.
var Demo = demo.Demo{
	Name:    "coroutines",
	About:   "awaits in sequence against tasks, a forgotten task, a timeout, a cancellation, a crawler",
	Shapes:  demo.ShapeNames(),
	Run:     run,
	Figures: figures,
	Parts:   parts,
}

// What the parts are made with.
const (
	limitTime = 120 * time.Millisecond // that somebody has for the video
	patience  = 150 * time.Millisecond // after which the download is canceled
	chunks    = 8
	workers   = 3
)

// threePages are what is fetched in sequence, and at the same time.
var threePages = []string{"home", "news", "shop"}

// The names of the coroutines that figures look for, and of the loop.
const (
	loopName       = "main"
	sequenceName   = "sequential"
	concurrentName = "concurrent"
	limitName      = "limit"
	downloadName   = "download"
	crawlerName    = "crawler"
)

// A show is one run of the demo.
type show struct {
	*demo.Stage
	progress func(*frontier) // of the crawl
}

// A part is one of the five. Begin returns the tasks that are waited for before
// the next part begins; if it returns none, that begins in the next turn.
type part struct {
	title string
	begin func() []*coro.Task[int]
}

func (s *show) parts() []part {
	return []part{
		{"Three pages, awaited one after the other, and fetched by three tasks at the same time.", s.sequenceAndTasks},
		{"Two tasks that nobody awaits: one will fail, the other waits for an answer that never comes.", s.forgotten},
		{fmt.Sprintf("A timeout: the video takes %v, and somebody has %v.", site["video"].latency, limitTime), s.timeout},
		{"A download is canceled: before it ends it cleans up, and is suspended for that too.", s.canceled},
		{fmt.Sprintf("The site is crawled: %d workers, who share what they know without a lock.", workers), s.crawl},
	}
}

// parts is the demo, to be stepped.
func parts(stage *demo.Stage) []demo.Part {
	s := &show{Stage: stage, progress: func(f *frontier) { stage.Say("  crawled: %s", f) }}
	var all []demo.Part
	for _, p := range s.parts() {
		all = append(all, demo.Part{Title: p.title, Begin: func() { p.begin() }})
	}
	return all
}

func run(ctx context.Context, env *demo.Env) error {
	l := env.NewLoop(loopName, &teller{env: env}, coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) {
		env.Say("reported: %s", e)
	}))
	defer l.Close()
	const every = 5 // changes of the frontier, for who does not look at a terminal
	progress := env.NewProgress(every)
	s := &show{
		Stage: &demo.Stage{Loop: l, Shape: demo.ShapesIn(env.Shape)[0], Say: env.Say},
		progress: func(f *frontier) {
			progress.Tell("%-10s  %s", crawlerName, f.picture())
			if f.over() {
				progress.Done()
			}
		},
	}
	for _, p := range s.parts() {
		if err := ctx.Err(); err != nil {
			return err
		}
		env.Title("%s", p.title)
		if err := s.wait(p.begin()); err != nil {
			return err
		}
	}
	env.Title("The loop is closed, and reports what nobody has awaited.")
	return l.Close()
}

// wait runs the loop until all tasks have ended, or for a turn if there are
// none. Being canceled is no error: that is what some parts are about.
func (s *show) wait(tasks []*coro.Task[int]) error {
	if len(tasks) == 0 {
		turn := coro.NewFuture[struct{}](s.Loop, "turn")
		s.Loop.CallSoon(func() { turn.SetResult(struct{}{}) })
		_, err := coro.RunUntil(s.Loop, turn)
		return err
	}
	for _, t := range tasks {
		if _, err := coro.RunUntil(s.Loop, t); err != nil && !errors.Is(err, coro.ErrCanceled) {
			return fmt.Errorf("%s: %w", t, err)
		}
	}
	return nil
}

// spawn makes a task that is called name and belongs to no other.
func (s *show) spawn(name, fn string, r coro.Resumable[struct{}, coro.Await, int]) *coro.Task[int] {
	return coro.Spawn(s.Loop, r, coro.Named(name), coro.InFunc(fn))
}

func (s *show) sequenceAndTasks() []*coro.Task[int] {
	return []*coro.Task[int]{
		s.spawn(sequenceName, sequenceMachine.Func, sequenceIn(s.Shape, threePages)),
		s.spawn(concurrentName, gatherMachine.Func, gatherIn(s.Shape, func() []*coro.Task[int] {
			var pages []*coro.Task[int]
			for _, path := range threePages {
				pages = append(pages, startFetch(s.Loop, s.Shape, path))
			}
			return pages
		})),
	}
}

// forgotten makes two tasks and forgets them.
func (s *show) forgotten() []*coro.Task[int] {
	startFetch(s.Loop, s.Shape, "advert") // which does not exist
	s.spawn("survey", surveyMachine.Func, surveyIn(s.Shape, coro.NewFuture[int](s.Loop, "answer")))
	return nil
}

func (s *show) timeout() []*coro.Task[int] {
	return []*coro.Task[int]{
		s.spawn(limitName, limitMachine.Func, limitIn(s.Shape, s.Loop, limitTime, func() *coro.Task[int] {
			return startFetch(s.Loop, s.Shape, "video")
		})),
	}
}

func (s *show) canceled() []*coro.Task[int] {
	t := s.spawn(downloadName, downloadMachine.Func, downloadIn(s.Shape, chunks))
	s.Loop.CallLater(patience, func() {
		s.Say("%-10s  somebody cancels it", downloadName)
		t.Cancel()
	})
	return []*coro.Task[int]{t}
}

func (s *show) crawl() []*coro.Task[int] {
	f := newFrontier(s.Loop, "home")
	f.changed = s.progress
	return []*coro.Task[int]{s.spawn(crawlerName, gatherMachine.Func, gatherIn(s.Shape, func() []*coro.Task[int] {
		return startWorkers(s.Loop, s.Shape, f, workers)
	}))}
}

// startWorkers makes n workers of a frontier.
func startWorkers(l *coro.Loop, shape coro.Shape, f *frontier, n int) []*coro.Task[int] {
	var all []*coro.Task[int]
	for i := range n {
		all = append(all, coro.Spawn(l, workerIn(shape, f), coro.Named(fmt.Sprintf("worker%d", i+1)), coro.InFunc(workerMachine.Func)))
	}
	return all
}

// picture says how far the crawl is, with a bar.
func (f *frontier) picture() string {
	return strings.Repeat("█", f.fetched) + strings.Repeat("▒", f.taken) + strings.Repeat("·", len(f.todo)) +
		fmt.Sprintf(" fetched %d, on their way %d, to be fetched %d", f.fetched, f.taken, len(f.todo))
}

// A teller tells what happens to all coroutines but the crawler's workers, who
// have their own way to say how far they are.
type teller struct {
	coro.NopObserver
	env *demo.Env
}

func (t *teller) say(c *coro.Info, format string, args ...any) {
	if c.Func != workerMachine.Func {
		t.env.Say("%-10s  %s", c.Name, fmt.Sprintf(format, args...))
	}
}

// Resume implements [coro.Observer].
func (t *teller) Resume(c *coro.Info, _ coro.Suspension, _ bool, thrown error) {
	if thrown != nil {
		t.say(c, "<- %v", thrown)
	}
}

// Suspend implements [coro.Observer].
func (t *teller) Suspend(c *coro.Info, s coro.Suspension) {
	t.say(c, "-> %s", strings.TrimSpace(s.On()+" "+s.Detail))
}

// End implements [coro.Observer].
func (t *teller) End(c *coro.Info, o coro.Outcome) {
	what := "has " + o.Kind.String()
	if o.Kind == coro.Canceled || o.Kind == coro.Closed {
		what = "is " + o.Kind.String()
	}
	t.say(c, "%s", what)
}
