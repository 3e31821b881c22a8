package coro_test

// This file plays the generator scenarios that were recorded from CPython, in
// every shape. The machines are in oracle_generator_machines_test.go.

import (
	"errors"
	"slices"
	"testing"

	"coroscope/coro"
)

// generatorDifferences are all the differences from CPython's generators.
var generatorDifferences = []difference{{
	scenario: "stopiteration_inside_becomes_runtimeerror",
	python:   []string{"!! RuntimeError:generator raised StopIteration"},
	ours:     []string{"!! StopIteration:x"},
	why:      "Go has no StopIteration: a coroutine's end is the false of Next, so an error of that name is one like any other",
}, {
	scenario: "yield_from_non_generator",
	python:   []string{"!! AttributeError:'list_iterator' object has no attribute 'send'"},
	ours:     []string{"-> 2"},
	why:      "Go has no list iterators: an iter.Seq that is delegated to drops what is sent, as FromSeq does",
}}

// A transcript is what a scenario prints, and what its coroutines are made of.
type transcript struct {
	lines []string
	// make returns a coroutine of the body, or of the machine, which does
	// the same: whichever the shape under test is.
	make func(body genBody, machine coro.Resumable[any, any, any]) *gen
}

func (s *transcript) log(parts ...any) { s.lines = append(s.lines, joined(parts...)) }

// result prints what a resumption of c came to, as Python does.
func (s *transcript) result(c *gen, out any, ok bool, err error) {
	var r raised
	switch {
	case ok:
		s.log("->", out)
	case err == nil:
		ret, _ := c.Result()
		stop := "StopIteration"
		if ret != nil {
			stop += ":" + str(ret)
		}
		s.log("!!", stop)
	case errors.As(err, &r):
		s.log("!!", r.Error())
	case errors.Is(err, coro.ErrDone):
		s.log("!!", "StopIteration")
	case errors.Is(err, coro.ErrNotStarted):
		s.log("!!", "TypeError:can't send non-None value to a just-started generator")
	default:
		s.log("!!", err)
	}
}

func (s *transcript) next(c *gen) {
	out, ok, err := c.Next()
	s.result(c, out, ok, err)
}

func (s *transcript) send(c *gen, v any) {
	out, ok, err := c.Resume(v)
	s.result(c, out, ok, err)
}

func (s *transcript) throw(c *gen, thrown error) {
	out, ok, err := c.Throw(thrown)
	s.result(c, out, ok, err)
}

func (s *transcript) close(c *gen) {
	ret, err := c.Close()
	if err != nil {
		s.log("!!", err)
		return
	}
	s.log("->", ret)
}

// generatorScenarios are those of generator_scenarios.py, by name.
var generatorScenarios = map[string]func(s *transcript){
	"send_nonnull_before_start": func(s *transcript) {
		x := s.make(func(y *genYielder) (any, error) {
			s.log("ran")
			_, err := y.Yield(1)
			return nil, err
		}, &ranMachine{s: s})
		s.send(x, 5)
		s.next(x)
		x.Close()
	},
	"send_value_and_return": func(s *transcript) {
		x := s.make(func(y *genYielder) (any, error) {
			a, err := y.Yield(1)
			if err != nil {
				return nil, err
			}
			s.log("a", a)
			b, err := y.Yield(2)
			if err != nil {
				return nil, err
			}
			s.log("b", b)
			return "ret", nil
		}, &sendMachine{s: s})
		s.next(x)
		s.send(x, "A")
		s.send(x, "B")
		s.next(x)
	},
	"throw_before_start": func(s *transcript) {
		x := s.make(func(y *genYielder) (any, error) {
			s.log("ran")
			_, err := y.Yield(1)
			return nil, err
		}, &ranMachine{s: s})
		s.throw(x, valueError)
		s.next(x)
	},
	"close_runs_finally_once": func(s *transcript) {
		x := s.make(func(y *genYielder) (any, error) {
			defer s.log("finally")
			_, err := y.Yield(1)
			return nil, err
		}, &finallyMachine{s: s})
		x.Next()
		s.close(x)
		s.close(x)
		s.next(x)
	},
	"close_not_started": func(s *transcript) {
		x := s.make(func(y *genYielder) (any, error) {
			defer s.log("finally")
			_, err := y.Yield(1)
			return nil, err
		}, &finallyMachine{s: s})
		s.close(x)
		s.next(x)
	},
	"close_return_value": func(s *transcript) {
		x := s.make(func(y *genYielder) (any, error) {
			if _, err := y.Yield(1); errors.Is(err, coro.ErrClosed) {
				return "v", nil
			}
			return nil, nil
		}, &lastWordMachine{})
		x.Next()
		s.close(x)
	},
	"stopiteration_inside_becomes_runtimeerror": func(s *transcript) {
		x := s.make(func(y *genYielder) (any, error) {
			if _, err := y.Yield(1); err != nil {
				return nil, err
			}
			return nil, raised{"StopIteration", "x"}
		}, &stopMachine{})
		x.Next()
		s.next(x)
	},
	"yield_from_delegates_send_throw_close_return": func(s *transcript) {
		inner := func() *gen {
			return s.make(func(y *genYielder) (any, error) {
				defer s.log("inner finally")
				for {
					in, err := y.Yield("i")
					switch {
					case err == nil:
						s.log("inner got", in)
					case isKind(err, "KeyError"):
						s.log("inner caught", err)
					case isKind(err, "ValueError"):
						return "iret", nil
					default:
						return nil, err
					}
				}
			}, &innerMachine{s: s})
		}
		outer := func() *gen {
			return s.make(func(y *genYielder) (any, error) {
				r, err := coro.Delegate(y, inner())
				if err != nil {
					return nil, err
				}
				s.log("outer r", r)
				_, err = y.Yield("o")
				return nil, err
			}, &outerMachine{s: s, inner: inner()})
		}
		x := outer()
		s.next(x)
		s.send(x, 1)
		s.throw(x, keyError)
		s.throw(x, raised{"ValueError", ""})
		s.next(x)
		y := outer()
		y.Next()
		s.close(y)
	},
	"yield_from_non_generator": func(s *transcript) {
		outer := func() *gen {
			return s.make(func(y *genYielder) (any, error) {
				if err := coro.DelegateSeq(y, slices.Values([]any{1, 2})); err != nil {
					return nil, err
				}
				s.log("r", nil)
				return nil, nil
			}, &listMachine{s: s, list: []any{1, 2}})
		}
		x := outer()
		s.next(x)
		s.next(x)
		x.Close()
		x = outer()
		x.Next()
		s.send(x, 5)
		x.Close()
		x = outer()
		x.Next()
		s.throw(x, raised{"ValueError", "t"})
	},
	"exhausted_generator": func(s *transcript) {
		x := s.make(func(y *genYielder) (any, error) {
			_, err := y.Yield(1)
			return nil, err
		}, &onceMachine{})
		first, second := slices.Collect(x.All()), slices.Collect(x.All())
		s.log(first, second)
		s.next(x)
		s.throw(x, valueError)
		s.close(x)
	},
}

func TestGeneratorOracle(t *testing.T) {
	recorded := readOracle(t, "testdata/generator-cpython-3.14.json")
	for scenario := range recorded.Traces {
		if generatorScenarios[scenario] == nil {
			t.Errorf("scenario %s was recorded but is not played", scenario)
		}
	}
	play := func(t *testing.T, make func(genBody, coro.Resumable[any, any, any]) *gen) {
		for scenario, drive := range generatorScenarios {
			t.Run(scenario, func(t *testing.T) {
				coro.CheckLeaks(t)
				s := &transcript{make: make}
				drive(s)
				recorded.compare(t, scenario, generatorDifferences, s.lines)
			})
		}
	}
	eachStackful(t, func(t *testing.T, shape genShape) {
		play(t, func(body genBody, _ coro.Resumable[any, any, any]) *gen { return coro.New(shape(body)) })
	})
	t.Run("statemachine", func(t *testing.T) {
		play(t, func(_ genBody, machine coro.Resumable[any, any, any]) *gen { return coro.New(machine) })
	})
}
