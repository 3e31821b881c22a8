package coro_test

import (
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"coroscope/coro"
)

type yielder struct{ n, i int }

func (m *yielder) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if thrown != nil || m.i == m.n {
		return coro.Await{}, false
	}
	m.i++
	return coro.NextTurn(), true
}
func (m *yielder) Result() int { return m.i }
func (m *yielder) Err() error  { return nil }

func BenchmarkYield(b *testing.B) {
	for _, n := range []int{2, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			l := coro.NewLoop()
			for range n {
				coro.Spawn(l, &yielder{n: b.N/n + 1})
			}
			last := coro.Spawn(l, &yielder{n: b.N/n + 2})
			b.ResetTimer()
			coro.RunUntil(l, last)
		})
	}
}

type awaiter struct {
	n, i int
	f    *coro.Future[int]
}

func (m *awaiter) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if thrown != nil || m.i == m.n {
		return coro.Await{}, false
	}
	m.i++
	return coro.On(m.f), true
}
func (m *awaiter) Result() int { return m.i }
func (m *awaiter) Err() error  { return nil }
func BenchmarkAwaitReady(b *testing.B) {
	b.ReportAllocs()
	l := coro.NewLoop()
	f := coro.NewFuture[int](l, "")
	f.SetResult(1)
	t1 := coro.Spawn(l, &awaiter{n: b.N / 2, f: f})
	coro.Spawn(l, &awaiter{n: b.N / 2, f: f})
	coro.RunUntil(l, t1)
}

func BenchmarkBareRing(b *testing.B) {
	var q []func()
	n := 0
	var f func()
	f = func() { n++; q = append(q, f) }
	q = append(q, f, f)
	for i := 0; i < b.N; i++ {
		g := q[0]
		q = q[1:]
		g()
	}
}
func BenchmarkBarePull(b *testing.B) {
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	defer stop()
	for b.Loop() {
		next()
	}
}
func BenchmarkPull(b *testing.B) {
	b.ReportAllocs()
	c := coro.New(coro.Pull(func(y *coro.Yielder[struct{}, int]) (int, error) {
		for i := 0; ; i++ {
			if _, err := y.Yield(i); err != nil {
				return i, err
			}
		}
	}))
	defer c.Close()
	for b.Loop() {
		c.Next()
	}
}
func BenchmarkGoroutine(b *testing.B) {
	b.ReportAllocs()
	c := coro.New(coro.Goroutine(func(y *coro.Yielder[struct{}, int]) (int, error) {
		for i := 0; ; i++ {
			if _, err := y.Yield(i); err != nil {
				return i, err
			}
		}
	}))
	defer c.Close()
	for b.Loop() {
		c.Next()
	}
}

type sleeper struct {
	state int
	err   error
}

func (m *sleeper) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.state == 0 {
		m.state = 1
		return coro.Sleep(time.Hour), true
	}
	return coro.Await{}, false
}
func (m *sleeper) Result() struct{} { return struct{}{} }
func (m *sleeper) Err() error       { return nil }

func TestMillion(t *testing.T) {
	var a, b runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&a)
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	for range 1000000 {
		coro.Spawn(l, &sleeper{})
	}
	l.CallLater(time.Second, l.Stop)
	l.RunForever()
	runtime.GC()
	runtime.ReadMemStats(&b)
	t.Log((b.HeapAlloc - a.HeapAlloc) / 1e6)
	runtime.KeepAlive(l)
}

func TestHello(t *testing.T) {
	coro.CheckLeaks(t)
	v, err := coro.Run(coro.Pull(func(y *coro.Async) (string, error) {
		if err := coro.Wait(y, coro.Sleep(time.Hour).As("nap")); err != nil {
			return "", err
		}
		return "hello", nil
	}), coro.WithClock(&coro.VirtualClock{}))
	t.Log(v, err)
	_, err = coro.Run(coro.Pull(func(y *coro.Async) (string, error) {
		l := coro.NewLoop()
		return coro.NewFuture[string](l, "nothing").Await(y)
	}), coro.WithClock(&coro.VirtualClock{}))
	t.Log(err)
	_, err = coro.Run(coro.Pull(func(y *coro.Async) (string, error) {
		panic("oh")
	}), coro.WithClock(&coro.VirtualClock{}))
	t.Log(err)
	l := coro.NewLoop()
	_, err = coro.RunUntil(l, coro.Spawn(l, coro.Goroutine(func(y *coro.Async) (string, error) {
		return coro.NewFuture[string](l, "nothing").Await(y)
	})))
	t.Log(err)
	l.Close()
}
