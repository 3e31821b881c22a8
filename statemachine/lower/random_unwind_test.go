package lower

// This file defines the part of the random functions that defers calls, panics,
// recovers, and calls functions that are given the yield.

import (
	"fmt"
	"math/rand/v2"
)

// deferringSource are functions that are ranged over and have deferred calls.
const deferringSource = `
func closing(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("closed", n)
		for i := range min(n, 2) + 1 {
			if !yield(i) {
				return
			}
		}
	}
}

func meddling(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() {
			p := recover()
			rec.Log("meddling", p)
			if n == 1 || n > 1 && p != nil {
				panic(p)
			}
		}()
		for i := range closing(n) {
			if !yield(i) {
				break
			}
		}
	}
}

func lingering(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log("again", yield(n)) }()
		yield(n + 1)
	}
}
`

// rangeDeferring writes a range over a function that has deferred calls.
func (g *generator) rangeDeferring() {
	over := []string{"closing", "meddling"}
	if !g.exits {
		over = append(over, "lingering")
	}
	v := g.shadow(g.ints)
	fmt.Fprintf(g, "for %s := range %s(%s) {\n", v, pick(g, over), g.intExpr(1))
	g.loop(v, "")
}

// family decides what a function may do, and returns functions for it to call.
func (g *generator) family(name string) []string {
	g.defers = g.r.IntN(2) == 0
	g.exits = g.r.IntN(2) == 0
	var sources []string
	for i := range g.r.IntN(3) {
		helper := &generator{
			r: rand.New(rand.NewPCG(g.r.Uint64(), 0)), defers: g.defers, exits: g.exits, helpers: g.helpers,
			ints: []string{"p", "r"}, bools: []string{"q"}, result: "r",
		}
		sources = append(sources, helper.helper(fmt.Sprintf("%sH%d", name, i)))
		g.helpers = append(g.helpers[:len(g.helpers):len(g.helpers)], fmt.Sprintf("%sH%d", name, i))
	}
	return sources
}

// helper writes a function that is given the yield. It may call itself.
func (g *generator) helper(name string) string {
	result := "int"
	if g.r.IntN(3) > 0 {
		result = "(r int)"
	} else {
		g.ints, g.result = g.ints[:1], "int"
	}
	fmt.Fprintf(g, "func %s(p int, q bool, s []int, m map[string]int, yield func(int) bool) %s {\nrec.Burn()\n", name, result)
	g.block(2 + g.r.IntN(3))
	if g.r.IntN(2) == 0 {
		fmt.Fprintf(g, "if p > 0 { return %s(p-1, !q, s, m, yield) }\n", name)
	}
	fmt.Fprintf(g, "return %s\n}\n\n", g.intExpr(2))
	return g.String()
}

func (g *generator) helperCall(depth int) string {
	return fmt.Sprintf("%s(%s, %s, s, m, yield)", pick(g, g.helpers), g.intExpr(min(depth, 1)), g.boolExpr(min(depth, 1)))
}

// returns returns a return statement.
func (g *generator) returns() string {
	switch g.result {
	case "int":
		return "return " + g.intExpr(1)
	case "r":
		return pick(g, []string{"return", "return " + g.intExpr(1)})
	}
	return "return"
}

// inside writes the body of a function literal without a result, which may
// suspend. What is around it cannot be left from there.
func (g *generator) inside(n int) {
	labels, outer, loops, breaks, result := g.labels, g.outer, g.loops, g.breaks, g.result
	g.labels, g.outer, g.loops, g.breaks, g.result = nil, nil, 0, 0, ""
	g.block(n)
	g.labels, g.outer, g.loops, g.breaks, g.result = labels, outer, loops, breaks, result
}

// literalCall writes the call of a function literal that may suspend.
func (g *generator) literalCall() {
	g.WriteString("func() {\n")
	g.inside(2)
	g.WriteString("}()\n")
}

// deferSuspending writes a deferred call that may suspend.
func (g *generator) deferSuspending() {
	switch n := g.r.IntN(4); {
	case n == 0 && len(g.helpers) > 0:
		fmt.Fprintf(g, "defer %s\n", g.helperCall(2))
	case n <= 1:
		fmt.Fprintf(g, "defer yield(%s)\n", g.intExpr(2))
	default:
		arg, v := g.intExpr(1), g.name()
		fmt.Fprintf(g, "defer func(%s int) {\n", v)
		g.ints = append(g.ints, v)
		if g.r.IntN(2) == 0 {
			fmt.Fprintf(g, "rec.Log(yield(%s), recover(), %s)\n", v, g.boolExpr(1))
		}
		g.inside(1 + g.r.IntN(2))
		g.ints = g.ints[:len(g.ints)-1]
		fmt.Fprintf(g, "}(%s)\n", arg)
	}
}

// unwinding writes a statement that defers or that panics.
func (g *generator) unwinding() {
	switch g.r.IntN(17) {
	case 15, 16:
		g.rangeDeferring()
	case 0, 1:
		fmt.Fprintf(g, "defer rec.Log(\"deferred\", %s, %s)\n", g.intExpr(2), g.boolExpr(2))
	case 2:
		fmt.Fprintf(g, "defer caught(%s)\n", g.intExpr(2))
	case 3:
		fmt.Fprintf(g, "defer func() { rec.Log(\"literal\", %s, recover()) }()\n", g.literal(g.intExpr))
	case 4:
		v := pick(g, g.ints)
		fmt.Fprintf(g, "defer func(n int) { %s += n; rec.Log(%s) }(%s)\n", v, v, g.intExpr(1))
	case 5:
		v := pick(g, g.ints)
		fmt.Fprintf(g, "defer func(b bool) {\nr := recover()\nrec.Log(r, %s)\nif b { panic(fmt.Sprint(\"again \", r)) }\n}(%s)\n", v, g.boolExpr(2))
	case 6:
		if len(g.points) > 0 {
			fmt.Fprintf(g, "defer %s.%s(%s)\n", pick(g, g.points), pick(g, []string{"move", "sum", "catch"}), g.intExpr(2))
		}
	case 7:
		if len(g.funcs) > 0 {
			fmt.Fprintf(g, "defer %s()\n", pick(g, g.funcs))
		}
	case 8:
		fmt.Fprintf(g, "defer last(two(%s, %s))\n", g.intExpr(1), g.boolExpr(1))
	case 9:
		fmt.Fprintf(g, "if %s { panic(%s) }\n", g.boolExpr(2), g.intExpr(1))
	case 10:
		fmt.Fprintf(g, "s[%s]++\n", g.intExpr(1))
	case 11:
		fmt.Fprintf(g, "rec.Log(recover(), %s)\n", g.boolExpr(1))
	default:
		if g.exits {
			fmt.Fprintf(g, "if %s { runtime.Goexit() }\n", g.boolExpr(2))
		} else {
			g.deferSuspending()
		}
	}
}

// literal returns what is written in a function literal, which must not yield.
func (g *generator) literal(expr func(int) string) string {
	was := g.inLit
	g.inLit = true
	defer func() { g.inLit = was }()
	return expr(2)
}
