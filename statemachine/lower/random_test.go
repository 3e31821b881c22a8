package lower

// This file defines the test with random functions: all kinds of statements,
// nested, with suspensions anywhere, run under iter.Pull and lowered.

import (
	"flag"
	"fmt"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	randomSeed = flag.Uint64("seed", 1, "of the random functions")
	randomTime = flag.Duration("random", 0, "go on with further seeds for so long")
)

// TestRandom lowers and runs random functions, some dozens with each seed.
func TestRandom(t *testing.T) {
	funcs := 40
	if testing.Short() {
		funcs = 15
	}
	deadline := time.Now().Add(*randomTime)
	for seed := *randomSeed; ; seed++ {
		randomRun(t, seed, funcs, Options{})
		if t.Failed() || time.Now().After(deadline) {
			t.Logf("the last seed was %d", seed)
			return
		}
	}
}

// randomPrelude is what random functions use.
var randomPrelude = "package random\n\nimport (\n\t\"corpus/rec\"\n\t\"fmt\"\n\t\"iter\"\n\t\"runtime\"\n\t\"slices\"\n)\n\nfunc num(b bool) int {\n\tif b {\n\t\treturn 1\n\t}\n\treturn 0\n}\n\n" +
	"func two(a int, b bool) (int, bool) { return a + 1, !b }\n\nfunc last(a int, more ...any) int { rec.Log(more...); return a }\n\n" +
	"func caught(n int) { rec.Log(\"caught\", n, recover()) }\n\nfunc (p *point) catch(n int) { rec.Log(p.x, n, recover()) }\n\nvar _ = fmt.Sprint\nvar _ = runtime.Goexit\nvar _ = slices.All[[]int]\n\n" +
	"type point struct{ x, y int }\n\nfunc (p *point) move(n int) *point { p.x += n; return p }\nfunc (p point) sum(n int) int { return p.x + p.y + n }\n\n" + rangedSource + deferringSource + furtherSource

func randomRun(t *testing.T, seed uint64, funcs int, opt Options) {
	dir := t.TempDir()
	if os.Getenv("KEEP") != "" {
		dir = filepath.Join(os.TempDir(), fmt.Sprint("random", seed))
		t.Logf("the functions are in %s", dir)
	}
	rec, err := os.ReadFile("testdata/corpus/rec/rec.go")
	if err != nil {
		t.Fatal(err)
	}
	var src strings.Builder
	src.WriteString(randomPrelude)
	for i := range funcs {
		g := &generator{r: rand.New(rand.NewPCG(seed, uint64(i)))}
		name := fmt.Sprintf("F%d", i)
		for _, helper := range g.family(name) {
			src.WriteString(helper)
		}
		src.WriteString(g.function(name))
	}
	for name, content := range map[string]string{
		"go.mod":           "module corpus\n\ngo 1.26\n",
		"rec/rec.go":       string(rec),
		"random/random.go": src.String(),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	reproduce := fmt.Sprintf("KEEP=1 go test ./statemachine/lower -run %s$ -seed=%d", t.Name(), seed)
	opt.Dir, opt.Verify = dir, true
	files, err := Lower(opt, "./random")
	if err != nil {
		t.Fatalf("%v\n%s", err, reproduce)
	}
	for _, f := range files {
		if f.Content == nil {
			continue // nothing was generated before
		}
		if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	writeDriver(t, dir)
	if out, err := runDriver(dir); err != nil {
		t.Errorf("%v\n%.4000s\n%s", err, out, reproduce)
	}
}

// A generator writes one function. It knows the variables that are in scope.
type generator struct {
	strings.Builder
	r      *rand.Rand
	depth  int
	ints   []string
	bools  []string
	funcs  []string // func() int
	points []string
	labels []string // of the loops around
	loops  int      // around
	breaks int      // loops, switches and selects around
	outer  []string // labels of other statements around
	names  int
	inLit  bool

	helpers []string // functions that are given yield, and return an int
	result  string   // of the function: its name "r", or if it has none, its type, or ""
	defers  bool     // and panics
	exits   bool     // while deferred calls run, which then do not suspend
}

func (g *generator) function(name string) string {
	g.ints, g.bools = []string{"p"}, []string{"q"}
	fmt.Fprintf(g, "//lower:run %s(3, true)\n//lower:run %s(0, false)\n%s\nfunc %s(p int, q bool) iter.Seq[int] {\n", name, name, Directive, name)
	g.WriteString("s := []int{1, 2, 3}\nm := map[string]int{\"k\": 1}\n_, _ = s, m\nreturn func(yield func(int) bool) {\n")
	g.block(4 + g.r.IntN(3))
	g.WriteString("}\n}\n\n")
	return g.String()
}

// block writes some statements in a scope of their own.
func (g *generator) block(n int) {
	ints, bools, funcs, points := len(g.ints), len(g.bools), len(g.funcs), len(g.points)
	g.depth++
	for range n {
		g.stmt()
	}
	g.depth--
	for _, vars := range [][]string{g.ints[ints:], g.bools[bools:], g.funcs[funcs:], g.points[points:]} {
		for _, v := range vars {
			fmt.Fprintf(g, "_ = %s\n", v)
		}
	}
	g.ints, g.bools, g.funcs, g.points = g.ints[:ints], g.bools[:bools], g.funcs[:funcs], g.points[:points]
}

// name returns a new name.
func (g *generator) name() string {
	g.names++
	return fmt.Sprintf("v%d", g.names)
}

// shadow returns a name that an outer scope has too, if there is one.
func (g *generator) shadow(vars []string) string {
	if len(vars) > 0 && g.r.IntN(2) == 0 {
		if v := vars[g.r.IntN(len(vars))]; v != "r" && token.IsIdentifier(v) { // which a return without values must see
			return v
		}
	}
	return g.name()
}

func pick(g *generator, list []string) string { return list[g.r.IntN(len(list))] }

func (g *generator) intExpr(depth int) string {
	if depth <= 0 {
		if g.r.IntN(3) == 0 {
			return fmt.Sprint(g.r.IntN(5))
		}
		return pick(g, g.ints)
	}
	if len(g.helpers) > 0 && !g.inLit && g.r.IntN(12) == 0 {
		return g.helperCall(depth - 1)
	}
	switch g.r.IntN(16) {
	case 14, 15:
		return g.furtherInt(depth)
	case 0:
		return fmt.Sprintf("%s + %s", g.intExpr(depth-1), g.intExpr(depth-1))
	case 1:
		return fmt.Sprintf("(%s) * (%s)", g.intExpr(depth-1), g.intExpr(depth-1))
	case 2, 3:
		return fmt.Sprintf("rec.At(%s)", g.intExpr(depth-1))
	case 4, 5, 6:
		return fmt.Sprintf("num(%s)", g.boolExpr(depth-1))
	case 7:
		return fmt.Sprintf("s[num(%s)]", g.boolExpr(depth-1))
	case 8:
		return fmt.Sprintf("last(%s, %s, %s)", g.intExpr(depth-1), g.boolExpr(depth-1), g.intExpr(depth-1))
	case 9:
		if len(g.funcs) > 0 {
			return pick(g, g.funcs) + "()"
		}
	case 10:
		if len(g.points) > 0 {
			return fmt.Sprintf("%s.move(%s).sum(%s)", pick(g, g.points), g.intExpr(depth-1), g.intExpr(depth-1))
		}
	case 11:
		return "m[\"k\"]"
	case 12:
		return fmt.Sprintf("[]int{%s, %s}[num(%s)]", g.intExpr(depth-1), g.intExpr(depth-1), g.boolExpr(depth-1))
	}
	return pick(g, g.ints)
}

func (g *generator) boolExpr(depth int) string {
	if depth <= 0 {
		return pick(g, g.bools)
	}
	switch g.r.IntN(10) {
	case 0:
		return fmt.Sprintf("(%s && %s)", g.boolExpr(depth-1), g.boolExpr(depth-1))
	case 1:
		return fmt.Sprintf("(%s || %s)", g.boolExpr(depth-1), g.boolExpr(depth-1))
	case 2:
		return fmt.Sprintf("!%s", g.boolExpr(depth-1))
	case 3:
		return fmt.Sprintf("(%s < %s)", g.intExpr(depth-1), g.intExpr(depth-1))
	case 4:
		return fmt.Sprintf("rec.At(%s)", g.boolExpr(depth-1))
	}
	if g.inLit {
		return "q"
	}
	return fmt.Sprintf("yield(%s)", g.intExpr(depth-1))
}

func (g *generator) stmt() {
	if g.depth > 2 {
		g.simple()
		return
	}
	switch g.r.IntN(33) {
	default:
		g.simple()
	case 23, 24:
		g.rangeFunc()
	case 27, 28, 29, 30, 31, 32:
		g.furtherStmt()
	case 25:
		g.recursive()
	case 12:
		if g.defers {
			g.literalCall()
		}
	case 0, 1:
		fmt.Fprintf(g, "if %s {\n", g.boolExpr(2))
		g.block(2)
		if g.r.IntN(2) == 0 {
			g.WriteString("} else {\n")
			g.block(2)
		}
		g.WriteString("}\n")
	case 2:
		v := g.shadow(g.ints)
		fmt.Fprintf(g, "for %s := 0; %s < %d && %s; %s++ {\n", v, v, 2+g.r.IntN(2), g.boolExpr(1), v)
		g.loop(v, "")
	case 3:
		v := g.shadow(g.ints)
		fmt.Fprintf(g, "for %s := range %s {\n", v, pick(g, []string{"3", "rec.At(2)", "\"aé\"", "[2]int{}", "len(s)"}))
		g.loop(v, "")
	case 4:
		i, v := g.name(), g.shadow(g.ints)
		fmt.Fprintf(g, "for %s, %s := range s {\n_ = %s\n", i, v, i)
		g.loop(v, "")
	case 5:
		label := fmt.Sprintf("L%d", g.names)
		v := g.name()
		fmt.Fprintf(g, "%s:\nfor %s := range 3 {\nif %s == 7 { break %s }\n", label, v, v, label)
		g.loop(v, label)
	case 6, 7:
		g.switchStmt()
	case 8:
		v := g.name()
		fmt.Fprintf(g, "switch %s := any(%s).(type) {\ncase int:\n_ = %s\n", v, pick(g, []string{g.intExpr(1), g.boolExpr(1)}), v)
		g.breaks++
		g.ints = append(g.ints, v)
		g.block(2)
		g.ints = g.ints[:len(g.ints)-1]
		fmt.Fprintf(g, "default:\nrec.Log(%s)\n", v)
		g.block(1)
		g.breaks--
		g.WriteString("}\n")
	case 9:
		g.WriteString("{\n")
		g.block(3)
		g.WriteString("}\n")
	case 10:
		label := fmt.Sprintf("G%d", g.names)
		v := g.name()
		fmt.Fprintf(g, "{\n%s := 0\n%s:\nrec.Burn()\n%s++\n", v, label, v)
		g.ints = append(g.ints, v)
		// no declaration may be jumped over, so they are in a block
		g.WriteString("{\n")
		g.block(2)
		g.WriteString("}\n")
		g.ints = g.ints[:len(g.ints)-1]
		fmt.Fprintf(g, "if %s < 2 { goto %s }\n}\n", v, label)
	case 11:
		fmt.Fprintf(g, "select {\ndefault:\n")
		g.breaks++
		g.block(2)
		g.breaks--
		g.WriteString("}\n")
	}
}

// loop writes the body of a loop over v, and its end.
func (g *generator) loop(v, label string) {
	g.loops++
	g.breaks++
	g.ints = append(g.ints, v)
	g.labels = append(g.labels, label)
	fmt.Fprintf(g, "rec.Burn()\n_ = %s\n", v)
	g.block(1 + g.r.IntN(3))
	g.labels = g.labels[:len(g.labels)-1]
	g.ints = g.ints[:len(g.ints)-1]
	g.breaks--
	g.loops--
	g.WriteString("}\n")
}

func (g *generator) switchStmt() {
	g.breaks++
	defer func() { g.breaks-- }()
	tagged := g.r.IntN(2) == 0
	expr := g.boolExpr
	if tagged {
		fmt.Fprintf(g, "switch %s {\n", g.intExpr(2))
		expr = g.intExpr
	} else {
		g.WriteString("switch {\n")
	}
	for i := range 2 + g.r.IntN(2) {
		list := []string{expr(2)}
		if g.r.IntN(3) == 0 {
			list = append(list, expr(1))
		}
		for j, e := range list { // two equal constants are an error
			if tagged {
				list[j] = fmt.Sprintf("p + %s", e)
			}
		}
		if i == 1 && g.r.IntN(2) == 0 {
			g.WriteString("default:\n")
		} else {
			fmt.Fprintf(g, "case %s:\n", strings.Join(list, ", "))
		}
		if i == 1 {
			expr = func(int) string { return "q" }
			if tagged {
				expr = func(int) string { return "p" }
			}
		}
		g.block(1)
		if i == 0 && g.r.IntN(2) == 0 {
			g.WriteString("fallthrough\n")
		}
	}
	g.WriteString("}\n")
}

// simple writes a statement that has no others in it.
func (g *generator) simple() {
	if g.defers && g.r.IntN(5) == 0 {
		g.unwinding()
		return
	}
	switch g.r.IntN(25) {
	default:
		g.furtherSimple()
	case 0, 1:
		v := g.name()
		fmt.Fprintf(g, "%s := %s\n", v, g.intExpr(3))
		g.ints = append(g.ints, v)
	case 2:
		v := g.name()
		fmt.Fprintf(g, "%s := %s\n", v, g.boolExpr(3))
		g.bools = append(g.bools, v)
	case 3:
		v, w := g.name(), g.name()
		fmt.Fprintf(g, "var %s int\nvar %s bool\n%s, %s = two(%s, %s)\n", v, w, v, w, g.intExpr(2), g.boolExpr(2))
		g.ints, g.bools = append(g.ints, v), append(g.bools, w)
	case 4:
		v, w := g.name(), g.name()
		fmt.Fprintf(g, "%s, %s := %s, %s\n", v, w, g.intExpr(2), g.boolExpr(2))
		g.ints, g.bools = append(g.ints, v), append(g.bools, w)
	case 5, 6:
		fmt.Fprintf(g, "%s = %s\n", pick(g, g.ints), g.intExpr(2))
	case 7:
		fmt.Fprintf(g, "%s = %s\n", pick(g, g.bools), g.boolExpr(3))
	case 8:
		fmt.Fprintf(g, "%s += %s\n", pick(g, g.ints), g.intExpr(2))
	case 9:
		fmt.Fprintf(g, "s[num(%s)], m[\"k\"] = %s, %s\n", g.boolExpr(1), g.intExpr(1), g.intExpr(1))
	case 10:
		if len(g.ints) > 1 {
			a, b := pick(g, g.ints), pick(g, g.ints)
			fmt.Fprintf(g, "%s, s[num(%s)] = %s, %s\n", a, g.boolExpr(1), b, g.intExpr(1))
		}
	case 11:
		fmt.Fprintf(g, "rec.Log(%s, %s)\n", g.intExpr(3), g.boolExpr(3))
	case 12, 13:
		fmt.Fprintf(g, "if !yield(%s) { %s }\n", g.intExpr(1), g.exit())
	case 14:
		f := g.name()
		g.inLit = true
		v := pick(g, g.ints)
		fmt.Fprintf(g, "%s := func() int { %s += %s; return %s }\n", f, v, g.intExpr(0), g.intExpr(1))
		g.inLit = false
		g.funcs = append(g.funcs, f)
	case 15:
		f := g.name()
		fmt.Fprintf(g, "%s := func() int { return %s + %s }\n", f, pick(g, g.ints), pick(g, g.ints))
		g.funcs = append(g.funcs, f)
	case 16:
		v := g.name()
		fmt.Fprintf(g, "%s := point{%s, 1}\n", v, g.intExpr(1))
		g.points = append(g.points, v)
	case 17:
		v := pick(g, g.ints)
		fmt.Fprintf(g, "*(&%s) += %s\n", v, g.intExpr(1))
	case 18:
		fmt.Fprintf(g, "if %s { %s }\n", g.boolExpr(1), g.exit())
	case 19:
		fmt.Fprintf(g, "s[%d]++\n", g.r.IntN(3))
	}
}

// exit returns a statement that leaves, if there is something to leave.
func (g *generator) exit() string {
	ways := []string{g.returns(), "rec.Log(\"go on\")"}
	if g.breaks > 0 {
		ways = append(ways, "break")
	}
	if g.loops > 0 {
		ways = append(ways, "continue", "continue")
	}
	for _, l := range g.outer {
		ways = append(ways, "break "+l)
	}
	for _, l := range g.labels {
		if l != "" {
			ways = append(ways, "break "+l, "continue "+l)
		}
	}
	return pick(g, slices.Clone(ways))
}
