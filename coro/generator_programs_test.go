package coro_test

// This file plays random generators with delegation, and random resumers, and
// compares what happens with what CPython did with the same programs.
// testdata/record_generators.py made and recorded them.

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

var generatorsFile = flag.String("generators", "testdata/generators-cpython-3.13.json", "play the generators recorded in `file`")

// A generatorProgram is a generator being played.
type generatorProgram struct {
	transcript
	shape func(genBody) *gen
}

// show is Python's way to print an exception's type and argument.
func show(err error) string {
	var r raised
	switch {
	case errors.As(err, &r):
		return r.Error()
	case errors.Is(err, coro.ErrClosed):
		return "GeneratorExit"
	}
	return err.Error()
}

func (op operation) block(i int) []operation {
	var ops []operation
	for _, o := range op[i].([]any) {
		ops = append(ops, o.([]any))
	}
	return ops
}

// errorOf returns the error that the operation names, as raise and throw do.
func (op operation) errorOf() error {
	if op[1] == "GeneratorExit" {
		return coro.ErrClosed
	}
	return raised{op[1].(string), op[2].(string)}
}

// block does ops. It reports whether they returned, and what.
func (p *generatorProgram) block(y *genYielder, ops []operation) (returned bool, v any, err error) {
	for _, op := range ops {
		var in any
		switch op.name() {
		case "yield":
			if in, err = y.Yield(op[1]); err == nil {
				p.log("sent", in)
			}
		case "from":
			if in, err = coro.Delegate(y, p.shape(p.body(op.block(1)))); err == nil {
				p.log("from gave", in)
			}
		case "list":
			var list []any
			for i := range 3 {
				list = append(list, fmt.Sprint(op[1], i))
			}
			if err = coro.DelegateSeq(y, slices.Values(list)); err == nil {
				p.log("list gave", nil)
			}
		case "try":
			returned, v, err = p.block(y, op.block(1))
			p.log("finally", op[2])
			if returned {
				return true, v, nil
			}
		case "return":
			return true, op[1], nil
		case "raise":
			err = op.errorOf()
		default:
			panic("unknown operation " + op.name())
		}
		if err == nil {
			continue
		}
		policy := op[len(op)-1].(string)
		if errors.Is(err, coro.ErrClosed) {
			p.log("exit at", op.name())
			switch {
			case strings.Contains(policy, "r"):
				return true, "bye", nil
			case strings.Contains(policy, "e"):
				return false, nil, raised{"KeyError", "exit"}
			}
			return false, nil, err
		}
		p.log("caught", show(err))
		if !strings.Contains(policy, show(err)[:1]) {
			return false, nil, err
		}
	}
	return false, nil, nil
}

func (p *generatorProgram) body(ops []operation) genBody {
	return func(y *genYielder) (any, error) {
		p.log("begins")
		returned, v, err := p.block(y, ops)
		if !returned && err == nil {
			p.log("ends")
		}
		return v, err
	}
}

// play has the resumer do what it does with the generator, and returns what
// happened.
func (p *generatorProgram) play(ops, resumer []operation) []string {
	c := p.shape(p.body(ops))
	for _, op := range resumer {
		var out any
		var ok bool
		var err error
		switch op.name() {
		case "next":
			out, ok, err = c.Next()
		case "send":
			out, ok, err = c.Resume(op[1])
		case "throw":
			out, ok, err = c.Throw(op.errorOf())
		case "close":
			out, err = c.Close()
			ok = err == nil
		default:
			panic("unknown operation " + op.name())
		}
		switch {
		case errors.Is(err, coro.ErrClosed):
			p.log("!!", "GeneratorExit")
		case errors.Is(err, coro.ErrNotStarted):
			p.log("!!", "TypeError")
		default:
			p.result(c, out, ok, err)
		}
	}
	return p.lines
}

func TestGeneratorPrograms(t *testing.T) {
	recorded := readPlays(t, *generatorsFile)
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		for _, pl := range recorded.Plays {
			p := &generatorProgram{shape: make}
			if diff := cmp.Diff(pl.Trace, p.play(pl.Program[0], pl.Program[1])); diff != "" {
				source, _ := json.Marshal(pl.Program)
				t.Fatalf("program %d %s differs from CPython %s (-python +go):\n%s", pl.Seed, source, recorded.Python, diff)
			}
		}
	})
}
