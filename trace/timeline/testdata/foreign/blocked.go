// Blocked has goroutines that are blocked on all that there is.
package main

import (
	"net"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"time"
)

const moment = 2 * time.Millisecond

func locks(wg *sync.WaitGroup) {
	var mu sync.Mutex
	var rw sync.RWMutex
	var hold sync.WaitGroup
	mu.Lock()
	rw.Lock()
	hold.Add(1)
	wg.Go(func() { mu.Lock() })
	wg.Go(func() { rw.RLock() })
	wg.Go(func() { hold.Wait() })
	time.Sleep(moment)
	mu.Unlock()
	rw.Unlock()
	hold.Done()
}

func channels(wg *sync.WaitGroup) {
	send, receive := make(chan int), make(chan int)
	either, or := make(chan int), make(chan int)
	wg.Go(func() { send <- 1 })
	wg.Go(func() { <-receive })
	wg.Go(func() {
		select {
		case <-either:
		case <-or:
		}
	})
	time.Sleep(moment)
	<-send
	receive <- 1
	close(either)
}

func network(wg *sync.WaitGroup) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	wg.Go(func() {
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		time.Sleep(moment)
		c.Write([]byte("x"))
	})
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		panic(err)
	}
	defer c.Close()
	wg.Go(func() { c.Read(make([]byte, 1)) })
}

func files(wg *sync.WaitGroup) {
	wg.Go(func() {
		for range 3 {
			os.ReadDir(".")
		}
	})
}

func main() {
	trace.Start(os.Stdout)
	defer trace.Stop()
	var wg sync.WaitGroup
	locks(&wg)
	channels(&wg)
	network(&wg)
	files(&wg)
	wg.Wait()
	runtime.GC()
	go func() { select {} }()
	time.Sleep(moment)
}
