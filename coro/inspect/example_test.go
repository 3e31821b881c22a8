package inspect_test

import (
	"fmt"
	"net/http"
	"time"

	"coroscope/coro"
	"coroscope/coro/inspect"
)

// A program that has a server mounts the handler beside net/http/pprof. Then
// "coroscope ps 127.0.0.1:6060" shows it.
func ExampleHandler() {
	mux := http.NewServeMux()
	mux.Handle(inspect.Path, inspect.Handler())
	// go http.ListenAndServe("127.0.0.1:6060", mux)
	fmt.Println(inspect.Path)
	// Output: /debug/coroscope
}

// A program that has none listens for itself. Then "coroscope ps" with the number
// of its process shows it. To import coroscope/coro/inspect/auto does the same.
func ExampleListen() {
	s, err := inspect.Listen("")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
}

// A monitoring page takes snapshots itself.
func ExampleTake() {
	suspended, seen := make(chan bool), make(chan bool)
	go coro.Run(coro.Pull(func(y *coro.Async) (int, error) {
		coro.LoopOf(y).CallSoon(func() { close(suspended) })
		return 0, coro.Wait(y, coro.On(coro.Offload(coro.LoopOf(y), "guest", func() (bool, error) { return <-seen, nil })))
	}), coro.WithName("bar"))
	<-suspended
	for _, l := range inspect.Take(inspect.Options{Patience: time.Minute}).Loops {
		for _, t := range l.Tasks {
			fmt.Printf("loop %s: %s, %s\n", l.Name, t.Name, t.On)
		}
	}
	close(seen)
	// Output: loop bar: main, await goroutine guest
}
