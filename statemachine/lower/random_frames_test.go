package lower

// This file defines what the random functions do with frames: literals that call
// themselves, and ranges over functions.

import "fmt"

// rangedSource are the functions that are ranged over.
const rangedSource = `
func upTo(n int) iter.Seq[int] {
	rec.Log("upTo", n)
	return func(yield func(int) bool) {
		for i := range min(n, 3) {
			if !yield(i) {
				rec.Log("stopped at", i)
				return
			}
		}
		rec.Log("upTo ended")
	}
}

func countdown(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if n = min(n, 3); n <= 0 || !yield(n) {
			return
		}
		for i := range countdown(n - 1) {
			if !yield(i) {
				return
			}
		}
		rec.Log("counted", n)
	}
}

func doubled(n int) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for i := range countdown(n) {
			if !yield(i, i*2) {
				rec.Log("doubled stopped at", i)
				break
			}
		}
	}
}

func stubborn(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		rec.Log(yield(n), yield(n+1))
	}
}
`

// rangeFunc writes a range over a function.
func (g *generator) rangeFunc() {
	v := g.shadow(g.ints)
	switch n := g.intExpr(1); g.r.IntN(6) {
	case 0:
		fmt.Fprintf(g, "for %s := range stubborn(%s) {\n", v, n)
	case 1:
		w := g.name()
		fmt.Fprintf(g, "for %s, %s := range doubled(%s) {\n_ = %s\n", w, v, n, w)
	case 2:
		fmt.Fprintf(g, "for _, %s := range slices.All(s) {\n", v)
	case 3:
		fmt.Fprintf(g, "for %s := range countdown(%s) {\nif !yield(%s) { %s }\n}\n", v, n, v, pick(g, []string{"break", g.returns()}))
		return
	default:
		fmt.Fprintf(g, "for %s := range %s(%s) {\n", v, pick(g, []string{"upTo", "countdown"}), n)
	}
	g.loop(v, "")
}

// recursive writes a literal that calls itself, and a call of it.
func (g *generator) recursive() {
	f, k := g.name(), g.name()
	fmt.Fprintf(g, "var %s func(int) int\n%s = func(%s int) int {\nrec.Burn()\nif %s <= 0 { return %s }\n", f, f, k, k, g.intExpr(1))
	saved := *g
	g.ints = append(g.ints, k)
	g.loops, g.breaks, g.labels, g.outer, g.result, g.defers, g.helpers = 0, 0, nil, nil, "int", false, nil
	g.block(2)
	result := g.intExpr(1)
	g.ints, g.loops, g.breaks, g.labels, g.outer = saved.ints, saved.loops, saved.breaks, saved.labels, saved.outer
	g.result, g.defers, g.helpers = saved.result, saved.defers, saved.helpers
	fmt.Fprintf(g, "return %s(%s-1) + %s\n}\nrec.Log(%s(%d))\n", f, k, result, f, 1+g.r.IntN(2))
}
