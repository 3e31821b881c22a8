// Within has a coroutine that is blocked while it has been resumed: on a lock,
// asleep, and until others have had the processor.
package main

import (
	"iter"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"time"
)

const moment = 2 * time.Millisecond

func main() {
	trace.Start(os.Stdout)
	var mu sync.Mutex
	mu.Lock()
	next, stop := iter.Pull(func(yield func(int) bool) {
		mu.Lock()
		yield(1)
		time.Sleep(moment)
		yield(2)
		runtime.Gosched()
		yield(3)
	})
	time.AfterFunc(moment, mu.Unlock)
	for range 3 {
		next()
	}
	stop()
	trace.Stop()
}
