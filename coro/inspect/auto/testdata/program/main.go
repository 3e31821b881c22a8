// Program is looked at by itself, as another program would.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"coroscope/coro"
	"coroscope/coro/inspect"
	_ "coroscope/coro/inspect/auto"
)

func main() {
	_, err := coro.Run(coro.Pull(func(y *coro.Async) (struct{}, error) {
		l := coro.LoopOf(y)
		return coro.Submit(l, l.Pool(), look).Await(y)
	}))
	if err != nil {
		fmt.Println(err)
	}
}

// look prints what the tasks of this process are suspended on.
func look(ctx context.Context) (none struct{}, err error) {
	target, err := inspect.Find(strconv.Itoa(os.Getpid()))
	if err != nil {
		return none, err
	}
	s, err := target.Fetch(ctx, inspect.Options{Patience: inspect.MaxPatience})
	if err != nil {
		return none, err
	}
	for _, l := range s.Loops {
		for _, t := range l.Tasks {
			fmt.Println(t.Name, t.On)
		}
	}
	return none, nil
}
