package tasks

// This file has tasks as people write them: pools of workers, retries, pipelines,
// and cleaning up.

import (
	"errors"
	"fmt"
	"time"

	. "corpus/drive"

	"coroscope/coro"
)

// lowered workers, and this one, share a queue.
//
//lower:run Pool(l, 3)
//coro:lower
func Pool(l *coro.Loop, workers int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (done int, err error) {
		jobs := coro.NewQueue[int](l, "jobs", 2)
		results := coro.NewQueue[string](l, "results", 0)
		err = coro.WithGroup(y, "workers", func(g *coro.Group) error {
			for w := range workers {
				if _, err := coro.SpawnIn(g, LoweredPoolWorker(jobs, results, w), coro.Named(fmt.Sprint("worker", w))); err != nil {
					return err
				}
			}
			for job := range 7 {
				if err := jobs.Put(y, job); err != nil {
					return err
				}
			}
			if err := jobs.Join(y); err != nil {
				return err
			}
			jobs.Shutdown()
			return nil
		})
		for results.Len() > 0 {
			r, _ := results.TryGet()
			Log(r)
			done++
		}
		return done, err
	}
}

//lower:run PoolWorker(y, filled(l, 3), coro.NewQueue[string](l, "results", 0), 1)
//coro:lower
func PoolWorker(y *coro.Async, jobs *coro.Queue[int], results *coro.Queue[string], id int) (struct{}, error) {
	for {
		job, err := jobs.Get(y)
		switch {
		case errors.Is(err, coro.ErrQueueShutDown):
			return struct{}{}, nil
		case err != nil:
			return struct{}{}, fmt.Errorf("worker %d: %w", id, err)
		}
		func() {
			defer jobs.TaskDone()
			err = coro.Wait(y, coro.Sleep(time.Duration(job%3+1)*time.Second).As("work"))
			if err == nil {
				err = results.Put(y, fmt.Sprintf("%d by %d", job, id))
			}
		}()
		if err != nil {
			return struct{}{}, err
		}
	}
}

func filled(l *coro.Loop, n int) *coro.Queue[int] {
	q := coro.NewQueue[int](l, "jobs", 0)
	for i := range n {
		q.TryPut(i)
	}
	q.Shutdown()
	return q
}

// attempts fail a few times, or take too long.
type attempts struct{ n, fails, hangs int }

func (a *attempts) try(y *coro.Async) (string, error) {
	a.n++
	switch {
	case a.n <= a.fails:
		return "", errors.Join(coro.Wait(y, coro.Sleep(100*time.Millisecond).As("try")), ErrA)
	case a.n <= a.fails+a.hangs:
		return "never", coro.Wait(y, coro.Sleep(time.Hour).As("hang"))
	}
	return fmt.Sprint("after ", a.n), coro.Wait(y, coro.NextTurn())
}

//lower:run Retry(y, 0, 0)
//lower:run Retry(y, 2, 1)
//lower:run Retry(y, 3, 3)
//coro:lower
func Retry(y *coro.Async, fails, hangs int) (answer string, err error) {
	a := &attempts{fails: fails, hangs: hangs}
	for backoff, tries := 100*time.Millisecond, 0; tries < 5; backoff, tries = backoff*2, tries+1 {
		err = coro.WithTimeout(y, time.Second, func(*coro.Timeout) (err error) {
			answer, err = a.try(y)
			return
		})
		if err == nil || errors.Is(err, coro.ErrCanceled) {
			return
		}
		Log("try", tries, err)
		if failed := coro.Wait(y, coro.Sleep(backoff).As("back off")); failed != nil {
			return "", errors.Join(err, failed)
		}
	}
	return "", fmt.Errorf("gave up: %w", err)
}

//lower:run Pipeline(y)
//coro:lower
func Pipeline(y *coro.Async) (string, error) {
	l := coro.LoopOf(y)
	raw, cut, fried := coro.NewQueue[int](l, "raw", 1), coro.NewQueue[int](l, "cut", 1), coro.NewQueue[int](l, "fried", 1)
	all := ""
	err := coro.WithGroup(y, "kitchen", func(g *coro.Group) error {
		coro.SpawnIn(g, LoweredStage(raw, cut, time.Second, 10), coro.Named("cutter"))
		coro.SpawnIn(g, LoweredStage(cut, fried, 2*time.Second, 100), coro.Named("cook"))
		feeder := coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			defer raw.Shutdown()
			for i := range 4 {
				if err := raw.Put(y, i); err != nil {
					return i, err
				}
			}
			return 4, nil
		}), coro.Named("feeder"))
		defer feeder.Cancel()
		for {
			n, err := fried.Get(y)
			if errors.Is(err, coro.ErrQueueShutDown) {
				break
			} else if err != nil {
				return err
			}
			all += fmt.Sprint(n, " ")
		}
		_, err := feeder.Await(y)
		return err
	})
	return all, err
}

//lower:run Stage(y, filled(l, 2), coro.NewQueue[int](l, "out", 0), time.Second, 5)
//coro:lower
func Stage(y *coro.Async, in, out *coro.Queue[int], takes time.Duration, add int) (n int, err error) {
	defer func() {
		out.Shutdown()
		if err != nil && !errors.Is(err, coro.ErrClosed) {
			Log("stage ends", n, text(err))
			if late := coro.Wait(y, coro.Sleep(takes).As("clean")); late != nil {
				err = errors.Join(err, late)
			}
		}
	}()
	for item, err := in.Get(y); !errors.Is(err, coro.ErrQueueShutDown); item, err = in.Get(y) {
		if err != nil {
			return n, err
		}
		if err := coro.Wait(y, coro.Sleep(takes)); err != nil {
			return n, err
		}
		if err := out.Put(y, item+add); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// A limiter lets so many through in a second.
type limiter struct {
	permits *coro.Semaphore
	loop    *coro.Loop
}

func (r *limiter) do(y *coro.Async, what func() error) error {
	if err := r.permits.Acquire(y); err != nil {
		return err
	}
	r.loop.CallLater(time.Second, func() { r.permits.Release() })
	return what()
}

//lower:run Limited(y)
//coro:lower
func Limited(y *coro.Async) (n int, err error) {
	r := &limiter{coro.NewSemaphore(coro.LoopOf(y), "rate", 2), coro.LoopOf(y)}
	for i := range 5 {
		if err := r.do(y, func() error { n += i; Log("call", i, r.loop.Time()); return nil }); err != nil {
			return n, err
		}
		if i == 3 {
			if err := r.do(y, func() error { return coro.Wait(y, coro.Sleep(time.Second).As("slow call")) }); err != nil {
				return -n, err
			}
		}
	}
	return n, nil
}

// A hub hands what is published to all who listen.
type hub struct {
	loop      *coro.Loop
	listeners map[string]*coro.Queue[string]
}

//lower:run Hub(y, []string{"a", "b"}, []string{"one", "two", "three"})
//coro:lower
func Hub(y *coro.Async, names, news []string) (heard map[string]int, err error) {
	h := &hub{coro.LoopOf(y), map[string]*coro.Queue[string]{}}
	heard = map[string]int{}
	subscribe := func(name string) (*coro.Task[int], *coro.Queue[string]) {
		q := coro.NewQueue[string](h.loop, name, 1)
		h.listeners[name] = q
		return coro.Spawn(h.loop, coro.Pull(func(y *coro.Async) (n int, err error) {
			for {
				_, err := q.Get(y)
				if errors.Is(err, coro.ErrQueueShutDown) {
					return n, nil
				} else if err != nil {
					return n, err
				}
				n++
			}
		}), coro.Named(name)), q
	}
	var tasks []*coro.Task[int]
	for _, name := range names {
		t, q := subscribe(name)
		defer q.Shutdown()
		tasks = append(tasks, t)
	}
publishing:
	for i, item := range news {
		for _, name := range names {
			switch err := h.listeners[name].Put(y, item); {
			case errors.Is(err, coro.ErrQueueShutDown):
				break publishing
			case err != nil:
				return heard, fmt.Errorf("item %d for %s: %w", i, name, err)
			}
		}
		if coro.Wait(y, coro.Sleep(time.Second)) != nil {
			continue publishing
		}
	}
	for i, name := range names {
		h.listeners[name].Shutdown()
		n, err := coro.WaitFor(y, time.Minute, coro.Result[int](tasks[i]))
		if err != nil {
			return nil, err
		}
		heard[name] = n
	}
	return heard, nil
}

// The first answer counts; what else was asked is canceled, and waited for.
//
//lower:run Race(y, 3)
//coro:lower
func Race(y *coro.Async, n int) (winner int, err error) {
	l := coro.LoopOf(y)
	winner = -1
	var tasks []*coro.Task[int]
	for i := range n {
		tasks = append(tasks, coro.Spawn(l, coro.Pull(Nap(time.Duration(n-i)*time.Second, i)), coro.Named(fmt.Sprint("runner", i))))
	}
	defer func() {
		for i, t := range tasks {
			if t.Cancel() {
				if _, err := t.Await(y); err != nil {
					Log("runner", i, text(err))
				}
			}
		}
	}()
	set := coro.NewWaitSet(l, "race", coro.FirstCompleted)
	for range tasks {
		var some []coro.Awaitable
		for _, t := range tasks {
			some = append(some, t)
		}
		set = coro.NewWaitSet(l, "race", coro.FirstCompleted, some...)
		break
	}
	if err := set.Wait(y); err != nil {
		return winner, err
	}
	for i, t := range tasks {
		if t.Done() {
			n, err := t.Result()
			return i*10 + n, err
		}
	}
	return winner, errors.New("nobody won")
}

// A transaction is rolled back, which takes time, unless it was committed.
//
//lower:run Transaction(y, false)
//lower:run Transaction(y, true)
//coro:lower
func Transaction(y *coro.Async, fail bool) (state string, err error) {
	lock := coro.NewLock(coro.LoopOf(y), "table")
	state = "begun"
	if err := lock.Acquire(y); err != nil {
		return "", err
	}
	defer lock.Release()
	committed := false
	defer func() {
		if committed {
			return
		}
		state += ", rolling back"
		err = errors.Join(err, coro.WithTimeout(y, 2*time.Second, func(*coro.Timeout) error {
			return coro.Wait(y, coro.Sleep(time.Second).As("roll back"))
		}))
		state += ", rolled back"
	}()
	for _, step := range []string{"debit", "credit"} {
		if err := coro.Wait(y, coro.Sleep(time.Second).As(step)); err != nil {
			return state, fmt.Errorf("%s: %w", step, err)
		}
		state += ", " + step
		if fail && step == "credit" {
			panic(ErrB)
		}
	}
	committed = true
	return state + ", committed", nil
}
