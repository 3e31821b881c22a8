// Library begins a trace while coroutines exist that are not resumed in it: of
// iter.Pull and of trace.Pull, one of each that was resumed before and one that
// never was, and one of coro.Pull that nothing is written about.
package main

import (
	"context"
	"iter"
	"os"
	"runtime"
	"runtime/trace"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
)

func words(yield func(string) bool) {
	for _, w := range []string{"a", "b", "c"} {
		if !yield(w) {
			return
		}
	}
}

func main() {
	ctx := context.Background()
	next, _ := iter.Pull(words)
	next()
	never, _ := iter.Pull(words)
	ours, _ := cotrace.Pull(ctx, "ours", words)
	ours()
	neverOurs, _ := cotrace.Pull(ctx, "never", words)
	count := coro.New(coro.Pull(func(y *coro.Yielder[int, int]) (int, error) {
		for i := 0; ; i++ {
			if _, err := y.Yield(i); err != nil {
				return 0, err
			}
		}
	}))
	count.Next()

	trace.Start(os.Stdout)
	time.Sleep(time.Millisecond)
	trace.Stop()
	runtime.KeepAlive([]any{next, never, ours, neverOurs, count})
}
