package coro_test

// This file plays the loop scenarios that were recorded from CPython's
// asyncio, on a virtual clock, in every shape. Each scenario's main coroutine
// is written straight down, and as a machine. Those of locks, groups and the
// like stand in oracle_primitives_test.go, oracle_several_test.go and
// oracle_scopes_test.go, those of what tasks are given in oracle_tasks_test.go.

import (
	"errors"
	"maps"
	"strconv"
	"testing"
	"time"

	"coroscope/coro"
)

// loopDifferences are all the differences from CPython's asyncio.
var loopDifferences = []difference{{
	scenario: "call_later_equal_deadline_order",
	python:   []string{"5 0", "5 2", "5 6", "5 5", "5 7", "5 1", "5 3", "5 4"},
	ours:     []string{"5 0", "5 1", "5 2", "5 3", "5 4", "5 5", "5 6", "5 7"},
	why:      "order of equal deadlines: here they fire in the order they were set, in asyncio as its heap has them",
}, {
	scenario: "callback_exception_goes_to_handler",
	python:   []string{"0 HANDLER Exception in callback callback_exception_goes_to_handler.<locals>.bad() | ValueError:x"},
	ours:     []string{"0 HANDLER panic in callback coro_test.badCallback | ValueError:x"},
	why:      "Python's wording, and its name of the function",
}, {
	scenario: "never_retrieved_exception",
	python:   []string{"0 HANDLER Task exception was never retrieved | ValueError:lost", "0 end", "0 RETURN None"},
	ours:     []string{"0 end", "0 RETURN None", "0 HANDLER task error was never retrieved | ValueError:lost"},
	why:      "garbage-collection timing: it is reported when the loop closes; and Python's wording",
}, {
	scenario: "pending_task_destroyed",
	python:   []string{"0 HANDLER Task was destroyed but it is pending!", "0 end", "0 RETURN None"},
	ours:     []string{"0 end", "0 RETURN None", "0 HANDLER task was destroyed but it is pending"},
	why:      "garbage-collection timing: the loop holds its tasks until it closes; and Python's wording",
}, {
	scenario: "await_self_is_error",
	python:   []string{"0 RuntimeError Task cannot await on itself"},
	ours:     []string{"0 error task cannot await itself"},
	why:      "Python's type names and wording",
}, {
	scenario: "taskgroup_error_cancels_siblings_and_body",
	python:   []string{"1 unhandled errors in a TaskGroup ['ValueError:b']"},
	ours:     []string{"1 group g: ValueError:b"},
	why:      "Python's wording",
}, {
	scenario: "taskgroup_create_after_finish",
	python:   []string{"0 is finished"},
	ours:     []string{"0 spawn in group g: group has ended"},
	why:      "Python's wording",
}, {
	scenario: "lock_fifo_and_no_barging",
	python:   []string{"3 RuntimeError:Lock is not acquired."},
	ours:     []string{"3 release lock l: lock is not held"},
	why:      "Python's type names and wording",
}, {
	scenario: "semaphore_fifo_with_release_race",
	python:   []string{"0 ValueError:BoundedSemaphore released too many times"},
	ours:     []string{"0 release semaphore bs: released more often than acquired"},
	why:      "Python's type names and wording",
}, {
	scenario: "condition_notify_n",
	python:   []string{"1 RuntimeError:cannot notify on un-acquired lock"},
	ours:     []string{"1 notify condition c: lock is not held"},
	why:      "Python's type names and wording",
}, {
	scenario: "queue_bounded_order",
	python:   []string{"1 ValueError:task_done() called too many times", "1 QueueEmpty"},
	ours:     []string{"1 queue q: task done called too many times", "1 queue is empty"},
	why:      "Python's type names and wording",
}, {
	scenario: "deadlock_detected",
	python:   []string{"0 RAISE RuntimeError:DEADLOCK: nothing ready, no timers"},
	ours: []string{
		"0 RAISE deadlock on loop main: nothing is ready, no timer is set and no outside work is under way",
		"0 HANDLER task was destroyed but it is pending",
	},
	why: "the wording of the recording's own selector; and garbage-collection timing: the pending task is reported when the loop closes",
}}

// bodyDifferences are those of bodies that are written straight down.
var bodyDifferences = append([]difference{{
	scenario: "never_awaited_coroutine",
	python:   []string{"WARN RuntimeWarning coroutine 'sleeper' was never awaited"},
	ours:     []string{"WARN coro_test.(*stage).sleeper.func1 was never started"},
	why:      "Python's wording, and its name of the function",
}}, loopDifferences...)

// machineDifferences are those of machines.
var machineDifferences = append([]difference{{
	scenario: "never_awaited_coroutine",
	python:   []string{"WARN RuntimeWarning coroutine 'sleeper' was never awaited"},
	why:      "what Go has not: a machine is a value, and nobody knows that it was to be started",
}}, loopDifferences...)

// A stage is what a scenario plays on.
type stage struct {
	loop  *coro.Loop
	lines []string
	shape asyncShape         // nil for machines
	after func(t *testing.T) // what is looked at when the loop is closed
}

func (s *stage) log(parts ...any) {
	now := strconv.FormatFloat(s.loop.Time().Seconds(), 'g', -1, 64)
	s.lines = append(s.lines, now+" "+joined(parts...))
}

// call returns a callback that prints.
func (s *stage) call(parts ...any) func() { return func() { s.log(parts...) } }

// of returns the body, or the machine, in the shape under test.
func (s *stage) of(body asyncBody, byHand machine) machine {
	if s.shape == nil {
		return byHand
	}
	return s.shape(body)
}

// create makes a task of what sleeper returns in the shape under test.
func (s *stage) create(r machine, opts ...coro.Option) *coro.Task[any] {
	return coro.Spawn(s.loop, r, opts...)
}

// sleeper sleeps, and prints how that ended.
func (s *stage) sleeper(name string, d time.Duration) machine {
	return s.of(func(y *coro.Async) (any, error) {
		if err := coro.Wait(y, coro.Sleep(d)); err != nil {
			s.log(name, "cancelled")
			return nil, err
		}
		s.log(name, "woke")
		return nil, nil
	}, &sleeperMachine{s: s, name: name, d: d})
}

// told prints what the exception handler is told.
func (s *stage) told(_ *coro.Loop, e coro.Exception) {
	s.log(append([]any{"HANDLER", e.Message}, s.cause(e.Err)...)...)
}

func (s *stage) cause(err error) []any {
	var r raised
	switch {
	case err == nil:
		return nil
	case errors.As(err, &r):
		return []any{"|", r.Error()}
	}
	return []any{"|", err}
}

// play runs a scenario, as run of loop_scenarios.py does.
func (s *stage) play(main machine) {
	s.loop = coro.NewLoop(coro.WithClock(&coro.VirtualClock{}), coro.WithExceptionHandler(s.told))
	v, err := coro.RunUntil(s.loop, s.create(main))
	if err != nil {
		s.log("RAISE", firstLine(err))
	} else {
		s.log("RETURN", v)
	}
	s.loop.Close()
}

// turn waits for the next turn; the scenarios that use it are not canceled.
func turn(y *coro.Async) { coro.Wait(y, coro.NextTurn()) }

// sleep is turn for a time.
func sleep(y *coro.Async, d time.Duration) { coro.Wait(y, coro.Sleep(d)) }

func badCallback() { panic(raised{"ValueError", "x"}) }

// A loopScenario is a scenario's main coroutine in both ways of writing it.
type loopScenario struct {
	body    func(s *stage, y *coro.Async) (any, error)
	machine func(s *stage) machine
}

func TestLoopOracle(t *testing.T) {
	recorded := readOracle(t, "testdata/loop-cpython-3.14.json")
	all := maps.Clone(loopScenarios)
	maps.Copy(all, primitiveScenarios)
	maps.Copy(all, severalScenarios)
	maps.Copy(all, scopeScenarios)
	maps.Copy(all, taskScenarios)
	for scenario := range recorded.Traces {
		if _, played := all[scenario]; !played {
			t.Errorf("scenario %s is not played", scenario)
		}
	}
	play := func(t *testing.T, shape asyncShape, differences []difference) {
		for name, scenario := range all {
			t.Run(name, func(t *testing.T) {
				coro.CheckLeaks(t)
				countGoroutines(t)
				s := &stage{shape: shape}
				s.play(s.of(func(y *coro.Async) (any, error) { return scenario.body(s, y) }, scenario.machine(s)))
				if s.after != nil {
					s.after(t)
				}
				recorded.compare(t, name, differences, s.lines)
			})
		}
	}
	eachAsync(t, func(t *testing.T, shape asyncShape) { play(t, shape, bodyDifferences) })
	t.Run("statemachine", func(t *testing.T) { play(t, nil, machineDifferences) })
}
