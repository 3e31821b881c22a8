// Pingpong has goroutines that take turns in every way but as coroutines.
package main

import (
	"os"
	"runtime"
	"runtime/trace"
	"sync"
)

const times = 10

func channels() {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v
		}
		close(pong)
	}()
	for i := range times {
		ping <- i
		<-pong
	}
	close(ping)
	<-pong
}

func gosched() {
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range times {
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
}

func condition() {
	var mu sync.Mutex
	turn := 0
	cond := sync.NewCond(&mu)
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for range times {
				for turn != i {
					cond.Wait()
				}
				turn = 1 - turn
				cond.Signal()
			}
		})
	}
	wg.Wait()
}

// relay has goroutines that begin the next one, or make it ready, with the last
// thing that they do.
func relay() {
	ready := make(chan bool)
	var next func(n int)
	next = func(n int) {
		if n == 0 {
			close(ready)
			return
		}
		go next(n - 1)
	}
	go next(times)
	<-ready
}

func main() {
	runtime.GOMAXPROCS(1)
	trace.Start(os.Stdout)
	defer trace.Stop()
	channels()
	gosched()
	condition()
	relay()
}
