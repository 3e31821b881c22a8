package lower

// This file defines the parts of the language that the random functions use less
// often: every form of range and select, labels on anything, methods and
// generics in all their forms, and what is declared in blocks.

import (
	"fmt"
	"strings"
)

// furtherSource are the functions and types that these parts use.
const furtherSource = `
func spread(a int, b bool, more ...int) int { return a + num(b) + len(more) }

func sent(n int) chan int {
	c := make(chan int, 3)
	for i := range min(max(n, 1), 3) {
		c <- n + i
	}
	close(c)
	return c
}

var noChan chan int

type summer interface{ sum(n int) int }

func first[T any](x T, more ...T) T { rec.Log(x, len(more)); return x }

type pair[A, B any] struct {
	left  A
	right B
}

func (p *pair[A, B]) set(a A, b B) *pair[A, B] { p.left, p.right = a, b; return p }
func (p pair[A, B]) get() A { return p.left }

func (p *pair[A, B]) push(yield func(int) bool, n int) int {
	rec.Burn()
	p.right = *new(B)
	if !yield(n) {
		return n
	}
	defer rec.Log("pushed", p.left, n)
	return n + num(yield(n+1))
}

func each[T any](yield func(int) bool, list ...T) (r int) {
	rec.Burn()
	for i, x := range list {
		if !yield(i) {
			return r
		}
		rec.Log(x)
		r++
	}
	return
}

func even(n int, yield func(int) bool) bool {
	rec.Burn()
	return n <= 0 || yield(n) && odd(n-1, yield)
}

func odd(n int, yield func(int) bool) bool {
	rec.Burn()
	return n > 0 && (even(n-1, yield) || yield(n))
}

func tries() any { return recover() }

func deeper(n int) { defer func() { rec.Log("deeper", n, tries()) }() }
`

// furtherInt returns an expression of type int.
func (g *generator) furtherInt(depth int) string {
	x, y := g.intExpr(depth-1), g.intExpr(depth-1)
	b := g.boolExpr(depth - 1)
	list := []string{
		fmt.Sprintf("map[bool]int{true: %s, false: %s}[%s]", x, y, b),
		fmt.Sprintf("func(a, b int) int { return a*10 + b }(%s, %s)", x, y),
		fmt.Sprintf("<-sent(%s)", x),
		fmt.Sprintf("any(%s).(int)", x),
		fmt.Sprintf("len(s[num(%s):])", b),
		fmt.Sprintf("spread(two(%s, %s))", x, b),
		fmt.Sprintf("spread(%s, %s, s...)", x, b),
		fmt.Sprintf("spread(%s, %s, %s, %s)", x, b, y, x),
		fmt.Sprintf("struct{ a, b int }{%s, %s}.b", x, y),
		fmt.Sprintf("struct{ a, b int }{b: %s, a: %s}.b", x, y),
		fmt.Sprintf("(%s << (%s & 3))", x, y),
		fmt.Sprintf("(%s %% 7)", x),
		fmt.Sprintf("int(uint8(%s))", x),
		fmt.Sprintf("min(%s, %s, 3)", x, y),
		fmt.Sprintf("first(%s, %s)", x, y),
		fmt.Sprintf("first[any](%s, %s).(int)", x, b),
		fmt.Sprintf("(pair[int, bool]{%s, %s}).get()", x, b),
		fmt.Sprintf("(&pair[int, bool]{}).set(%s, %s).left", x, b),
		fmt.Sprintf("(*point).move(&point{%s, 2}, %s).x", x, y),
		fmt.Sprintf("point.sum(point{%s, 2}, %s)", x, y),
		fmt.Sprintf("summer(point{%s, 2}).sum(%s)", x, y),
		fmt.Sprintf("(point{%s, 2}).sum(%s)", x, y),
		fmt.Sprintf("*(&s[num(%s)])", b),
	}
	if !g.inLit {
		list = append(list,
			fmt.Sprintf("each(yield, %s, %s)", x, y),
			fmt.Sprintf("each[any](yield, %s, %s)", x, b),
			fmt.Sprintf("(&pair[int, bool]{%s, %s}).push(yield, %s)", x, b, y),
			fmt.Sprintf("num(even(%s & 3, yield))", x))
	}
	return pick(g, list)
}

// furtherSimple writes a statement that has no others in it.
func (g *generator) furtherSimple() {
	v, w := g.name(), g.name()
	switch g.r.IntN(17) {
	case 0:
		fmt.Fprintf(g, "%s, %s := m[fmt.Sprint(%s)]\n", v, w, g.intExpr(2))
	case 1:
		fmt.Fprintf(g, "%s, %s := any(%s).(int)\n", v, w, pick(g, []string{g.intExpr(2), g.boolExpr(2)}))
	case 2:
		fmt.Fprintf(g, "%s, %s := <-sent(%s)\n", v, w, g.intExpr(2))
	case 3:
		fmt.Fprintf(g, "var %s, %s = two(%s, %s)\n", v, w, g.intExpr(2), g.boolExpr(2))
	case 4:
		fmt.Fprintf(g, "delete(m, \"k\")\nm[\"l\"] = %s\n", g.intExpr(2))
		return
	case 5:
		fmt.Fprintf(g, "var %s [3]int\n%s[num(%s)] = %s\n", v, v, g.boolExpr(2), g.intExpr(2))
		g.ints = append(g.ints, v+"[1]")
		return
	case 6:
		fmt.Fprintf(g, "%s := &%s\n*%s += %s\n", v, pick(g, g.ints), v, g.intExpr(2))
		g.ints = append(g.ints, "(*"+v+")")
		return
	case 7:
		fmt.Fprintf(g, "type %s struct{ n int; _ bool }\n%s := %s{n: %s}\n", v, w, v, g.intExpr(2))
		g.ints = append(g.ints, w+".n")
		return
	case 8:
		fmt.Fprintf(g, "const %s = %d\nvar %s = %s + %s\n", v, g.r.IntN(5), w, v, g.intExpr(2))
		g.ints = append(g.ints, w)
		return
	case 9:
		fmt.Fprintf(g, "var (\n%s int\n%s bool\n)\n", v, w)
	case 10:
		fmt.Fprintf(g, "%s := make(chan int, 1)\ngo func(n int) { %s <- n }(%s)\nrec.Log(<-%s, %s)\n", v, v, g.intExpr(2), v, g.intExpr(2))
		return
	case 11:
		fmt.Fprintf(g, "%s := sent(0)\n%s = make(chan int, 1)\n%s <- %s\nrec.Log(<-%s)\n", v, v, v, g.intExpr(2), v)
		return
	case 12:
		if len(g.points) > 0 {
			fmt.Fprintf(g, "%s := %s.%s\nrec.Log(%s(%s))\n", v, pick(g, g.points), pick(g, []string{"sum", "catch"}[:1]), v, g.intExpr(2))
		}
		return
	case 13:
		fmt.Fprintf(g, "rec.Log(two(%s, %s))\n", g.intExpr(2), g.boolExpr(2))
		return
	case 14:
		fmt.Fprintf(g, "%s[num(%s)] %s= %s\n", "s", g.boolExpr(2), pick(g, []string{"+", "-", "*", "^", "|"}), g.intExpr(2))
		return
	case 15:
		fmt.Fprintf(g, "%s, %s = %s, %s\n", pick(g, g.ints), pick(g, g.bools), g.intExpr(2), g.boolExpr(2))
		return
	case 16:
		if g.defers {
			g.furtherUnwinding()
		} else {
			fmt.Fprintf(g, "%s--\n", pick(g, g.ints))
		}
		return
	}
	g.ints, g.bools = append(g.ints, v), append(g.bools, w)
}

// furtherUnwinding writes a statement that defers or recovers where that does
// not recover, or only for what is inside.
func (g *generator) furtherUnwinding() {
	switch g.r.IntN(9) {
	case 0:
		g.WriteString("defer recover()\n")
	case 1:
		g.WriteString("defer func() { func() { rec.Log(\"too deep\", recover()) }() }()\n")
	case 2:
		fmt.Fprintf(g, "defer deeper(%s)\n", g.intExpr(1))
	case 3:
		fmt.Fprintf(g, "defer rec.Log(recover(), %s)\n", g.boolExpr(1))
	case 4:
		fmt.Fprintf(g, "defer func(n int) {\ndefer func() { rec.Log(\"replaced\", n, recover()) }()\npanic(n)\n}(%s)\n", g.intExpr(1))
	case 5:
		fmt.Fprintf(g, "defer first[any](%s, %s)\n", g.intExpr(1), g.boolExpr(1))
	case 6:
		fmt.Fprintf(g, "defer (&pair[int, bool]{%s, %s}).set(%s, %s)\n", g.intExpr(1), g.boolExpr(1), g.intExpr(1), g.boolExpr(1))
	case 7:
		fmt.Fprintf(g, "if %s { rec.Next() }\n", g.boolExpr(1))
	case 8:
		if g.exits {
			g.WriteString("defer func() { rec.Log(\"all\", recover(), recover()) }()\n")
		} else {
			fmt.Fprintf(g, "defer each(yield, %s, %s)\n", g.intExpr(1), g.intExpr(1))
		}
	}
}

// furtherStmt writes a statement that has others in it.
func (g *generator) furtherStmt() {
	v := g.name()
	switch g.r.IntN(14) {
	case 0: // a label on a select
		label := "B" + v
		fmt.Fprintf(g, "%s: select {\ndefault:\nif p == 77 { break %s }\n", label, label)
		g.outer = append(g.outer, label)
		g.breaks++
		g.block(3)
		g.breaks--
		g.outer = g.outer[:len(g.outer)-1]
		g.WriteString("}\n")
	case 1: // on a switch
		label := "S" + v
		fmt.Fprintf(g, "%s:\nswitch %s := %s; {\ncase %s < 2:\nif p == 77 { break %s }\n", label, v, g.intExpr(2), v, label)
		g.outer = append(g.outer, label)
		g.ints = append(g.ints, v)
		g.breaks++
		g.block(2)
		fmt.Fprintf(g, "case %s, %s == p:\n", g.boolExpr(2), v)
		g.block(1)
		g.breaks--
		g.ints = g.ints[:len(g.ints)-1]
		g.outer = g.outer[:len(g.outer)-1]
		g.WriteString("}\n")
	case 2: // goto ahead
		fmt.Fprintf(g, "{\nif %s { goto A%s }\n{\n", g.boolExpr(2), v)
		g.block(2)
		fmt.Fprintf(g, "}\nA%s:\nrec.Log(%s)\n}\n", v, g.intExpr(1))
	case 3:
		fmt.Fprintf(g, "if %s := %s; %s {\n", v, g.intExpr(2), g.boolExpr(2))
		g.scoped(v, 2)
		fmt.Fprintf(g, "} else if %s := %s; %s > %s {\n", v, v, g.intExpr(1), v)
		g.scoped(v, 1)
		g.WriteString("}\n")
	case 4:
		fmt.Fprintf(g, "for %s := 0; %s < 3 && %s; %s += 1 + num(%s) {\n", v, v, g.boolExpr(1), v, g.boolExpr(1))
		g.loop(v, "")
	case 5:
		fmt.Fprintf(g, "select {\ncase %s := <-sent(%s):\n", v, g.intExpr(2))
		g.breaks++
		g.scoped(v, 2)
		fmt.Fprintf(g, "case noChan <- %s:\n", g.intExpr(2))
		g.block(1)
		g.breaks--
		g.WriteString("}\n")
	case 6:
		fmt.Fprintf(g, "select {\ncase s[num(%s)] = <-sent(%s):\n", g.boolExpr(1), g.intExpr(1))
		g.breaks++
		g.block(1)
		g.breaks--
		fmt.Fprintf(g, "case <-noChan:\n}\n")
	case 7:
		fmt.Fprintf(g, "switch %s := any(%s).(type) {\ncase int, string:\nrec.Log(%s)\n", v, pick(g, []string{g.intExpr(2), g.boolExpr(2), "nil", "error(nil)"}), v)
		g.breaks++
		g.block(1)
		fmt.Fprintf(g, "case nil:\nrec.Log(\"nil\", %s)\n", v)
		g.block(1)
		fmt.Fprintf(g, "case bool:\nrec.Log(%s && %s)\n", v, g.boolExpr(2))
		g.breaks--
		g.WriteString("}\n")
	case 8, 9:
		over := []string{"sent(%s)", "slices.Values([]int{%s, 4})", "uint8(%s & 3)", "slices.Values(s)", "&[2]int{%s, 1}", "map[int]bool{%s: true}"}
		x := pick(g, over)
		if strings.Contains(x, "%s") {
			x = fmt.Sprintf(x, g.intExpr(2))
		}
		if strings.HasPrefix(x, "uint8") {
			fmt.Fprintf(g, "for %s := range %s {\n%s := int(%s)\n", v, x, v, v)
		} else {
			fmt.Fprintf(g, "for %s := range %s {\n", v, x)
		}
		g.loop(v, "")
	case 10: // assigned
		x := pick(g, []string{"s", "[]int{4, 5}", "[2]int{6, 7}", "map[int]int{1: 2}", "slices.All(s)", "doubled(2)"})
		fmt.Fprintf(g, "for %s, s[num(%s)] = range %s {\n", pick(g, g.ints), g.boolExpr(1), x)
		g.loop("p", "")
	case 11: // closures of the iterations
		fmt.Fprintf(g, "var %s []func() int\nfor %sI := 0; %sI < 3; %sI++ {\n%s = append(%s, func() int { %sI += 10; return %sI })\n", v, v, v, v, v, v, v, v)
		g.loop(v+"I", "")
		fmt.Fprintf(g, "for _, f := range %s { rec.Log(f(), %s, f()) }\n", v, g.boolExpr(1))
	case 12: // the list changes meanwhile
		fmt.Fprintf(g, "%s := []int{%s, 2}\nfor %sI, %sX := range %s {\n%s = append(%s[:1], 7, 8)\n%s[1] = %s\nrec.Log(%sI, %sX)\n", v, g.intExpr(1), v, v, v, v, v, v, g.intExpr(1), v, v)
		g.loop(v+"X", "")
	case 13:
		fmt.Fprintf(g, "%s := map[int]int{%s: 1}\nfor %sK, %sV := range %s {\nclear(%s)\nrec.Log(%sK, %sV)\n", v, g.intExpr(1), v, v, v, v, v, v)
		g.loop(v+"K", "")
	}
}

// scoped writes a block in which v is known.
func (g *generator) scoped(v string, n int) {
	fmt.Fprintf(g, "_ = %s\n", v)
	g.ints = append(g.ints, v)
	g.block(n)
	g.ints = g.ints[:len(g.ints)-1]
}
