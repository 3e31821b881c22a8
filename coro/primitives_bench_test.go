package coro_test

// This file measures locks, semaphores and queues: what they cost when nobody
// waits, which is no allocation, and when somebody does.

import (
	"cmp"
	"fmt"
	"runtime"
	"testing"

	"coroscope/coro"
)

// BenchmarkUncontended does what needs no wait, in the body of a task.
func BenchmarkUncontended(b *testing.B) {
	l := coro.NewLoop()
	defer l.Close()
	lock, sem, event := coro.NewLock(l, "l"), coro.NewSemaphore(l, "s", 1), coro.NewEvent(l, "e")
	event.Set()
	queue := func(q *coro.Queue[int]) func(*coro.Async) {
		return func(y *coro.Async) {
			q.Put(y, 1)
			q.Get(y)
			q.TaskDone()
		}
	}
	for _, c := range []struct {
		name string
		do   func(y *coro.Async)
	}{
		{"lock", func(y *coro.Async) { lock.Acquire(y); lock.Release() }},
		{"semaphore", func(y *coro.Async) { sem.Acquire(y); sem.Release() }},
		{"event", func(y *coro.Async) { event.Wait(y) }},
		{"queue", queue(coro.NewQueue[int](l, "q", 8))},
		{"lifo", queue(coro.NewLIFOQueue[int](l, "q", 8))},
		{"priority", queue(coro.NewPriorityQueue(l, "q", 8, cmp.Compare[int]))},
	} {
		b.Run(c.name, func(b *testing.B) {
			coro.RunUntil(l, coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
				b.ReportAllocs()
				for b.Loop() {
					c.do(y)
				}
				return 0, nil
			})))
		})
	}
}

// passer is a machine that gets an item from one queue and puts it into the
// other, n times.
type passer struct {
	from, to *coro.Queue[int]
	n        int
}

func (p *passer) Resume(struct{}, error) (coro.Await, bool) {
	for ; p.n > 0; p.n-- {
		item, err := p.from.TryGet()
		if err != nil {
			return p.from.Getting(), true
		}
		p.to.TryPut(item)
	}
	return coro.Await{}, false
}
func (p *passer) Result() int { return 0 }
func (p *passer) Err() error  { return nil }

// BenchmarkPingPong passes an item to and fro, over two queues and over two
// unbuffered channels: between goroutines that share a processor, which is how
// channels are fastest at this, and between those that have one each.
func BenchmarkPingPong(b *testing.B) {
	b.Run("queue/machine", func(b *testing.B) {
		b.ReportAllocs()
		l := coro.NewLoop()
		defer l.Close()
		there, back := coro.NewQueue[int](l, "there", 1), coro.NewQueue[int](l, "back", 1)
		there.TryPut(1)
		coro.Spawn(l, &passer{there, back, b.N})
		coro.RunUntil(l, coro.Spawn(l, &passer{back, there, b.N}))
	})
	b.Run("queue/pull", func(b *testing.B) {
		b.ReportAllocs()
		l := coro.NewLoop()
		defer l.Close()
		there, back := coro.NewQueue[int](l, "there", 1), coro.NewQueue[int](l, "back", 1)
		there.TryPut(1)
		pass := func(from, to *coro.Queue[int]) coro.Resumable[struct{}, coro.Await, int] {
			return coro.Pull(func(y *coro.Async) (int, error) {
				for range b.N {
					item, _ := from.Get(y)
					to.Put(y, item)
				}
				return 0, nil
			})
		}
		coro.Spawn(l, pass(there, back))
		coro.RunUntil(l, coro.Spawn(l, pass(back, there)))
	})
	for _, procs := range []int{1, runtime.NumCPU()} {
		b.Run(fmt.Sprintf("channel/procs=%d", procs), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			b.ReportAllocs()
			there, back := make(chan int), make(chan int)
			go func() {
				for range b.N {
					back <- <-there
				}
			}()
			for range b.N {
				there <- 1
				<-back
			}
		})
	}
}

// contender is a machine that holds the lock for a turn, n times.
type contender struct {
	lock  *coro.Lock
	n     int
	state int // 1: waits for the lock, 2: holds it
}

func (c *contender) Resume(struct{}, error) (coro.Await, bool) {
	if c.state == 2 {
		c.lock.Release()
		if c.n--; c.n == 0 {
			return coro.Await{}, false
		}
		c.state = 0
	}
	if c.state == 0 && !c.lock.TryAcquire() {
		c.state = 1
		return c.lock.Acquiring(), true
	}
	c.state = 2
	return coro.NextTurn(), true
}
func (c *contender) Result() int { return 0 }
func (c *contender) Err() error  { return nil }

// BenchmarkContendedLock is a lock that ten tasks want.
func BenchmarkContendedLock(b *testing.B) {
	b.ReportAllocs()
	l := coro.NewLoop()
	defer l.Close()
	lock := coro.NewLock(l, "l")
	var tasks []coro.Result[int]
	for range 10 {
		tasks = append(tasks, coro.Spawn(l, &contender{lock: lock, n: b.N/10 + 1}))
	}
	coro.RunUntil(l, coro.Gather(l, tasks...))
}
