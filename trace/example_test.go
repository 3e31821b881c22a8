package trace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/trace"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
)

// The last seconds are kept, and written when a step is slow.
func ExampleTrigger() {
	recorder := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 5 * time.Second})
	if err := recorder.Start(); err != nil {
		fmt.Println(err)
		return
	}
	defer recorder.Stop()

	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	trigger := cotrace.NewTrigger(recorder, cotrace.TriggerConfig{
		File:  filepath.Join(dir, "slow-*.trace"),
		Every: time.Minute, // the next slow steps have none of their own
		After: time.Second, // show what comes of it
		Report: func(w cotrace.Written) {
			ok, _ := filepath.Match("slow-*.trace", filepath.Base(w.File))
			fmt.Println("a window was written:", ok && w.Bytes > 0, w.Err)
		},
	})
	defer trigger.Wait()

	l := coro.NewLoop(cotrace.Loop(), coro.WithSlowStep(20*time.Millisecond, trigger.SlowStep))
	defer l.Close()
	hog := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
		time.Sleep(50 * time.Millisecond) // not coro.Sleep: nobody else can go on
		return "done", nil
	}))
	result, err := coro.RunUntil(l, hog)
	trigger.Deadlock(err) // if it is one
	fmt.Println(result)
	// Unordered output:
	// done
	// a window was written: true <nil>
}
