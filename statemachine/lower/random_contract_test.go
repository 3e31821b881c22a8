package lower

// This file defines the test with random bodies of coro's contract: the random
// functions of random_test.go, whose yield is a closure that captures the
// yielder.

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRandomContract lowers and plays random bodies, some dozens with each seed.
func TestRandomContract(t *testing.T) {
	funcs := 25
	if testing.Short() {
		funcs = 8
	}
	deadline := time.Now().Add(*randomTime)
	for seed := *randomSeed; ; seed++ {
		randomBodies(t, seed, funcs)
		if t.Failed() || time.Now().After(deadline) {
			t.Logf("the last seed was %d", seed)
			return
		}
	}
}

func randomBodies(t *testing.T, seed uint64, funcs int) {
	dir := contractModule(t, "testdata/contract")
	for _, pkg := range []string{"alone", "tasks"} {
		if err := os.RemoveAll(filepath.Join(dir, pkg)); err != nil {
			t.Fatal(err)
		}
	}
	var src strings.Builder
	src.WriteString(strings.NewReplacer("\"corpus/rec\"", "rec \"corpus/drive\"\n\t\"coroscope/coro\"").Replace(randomPrelude))
	for i := range funcs {
		g := &generator{r: rand.New(rand.NewPCG(seed, uint64(i)))}
		name := fmt.Sprintf("F%d", i)
		for _, helper := range g.family(name) {
			src.WriteString(notInBodies.Replace(helper))
		}
		src.WriteString(asBody(t, g.function(name)))
	}
	pkg := filepath.Join(dir, "random")
	if err := os.Mkdir(pkg, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(pkg, "random.go"), []byte(src.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	lowerAndDrive(t, dir, fmt.Sprintf("KEEP=1 go test ./statemachine/lower -run TestRandomContract -seed=%d", seed))
}

// notInBodies replaces what the shapes of coro tell in ways of their own: what
// panics while Goexit makes deferred calls, and a body that resumes itself.
var notInBodies = strings.NewReplacer("runtime.Goexit()", "rec.Log(\"exit\")", "rec.Next()", "rec.Log(\"next\")")

// asBody makes a body of the source of a push iterator.
func asBody(t *testing.T, src string) string {
	t.Helper()
	const seq, literal, end = "iter.Seq[int] {\n", "return func(yield func(int) bool) {\n", "}\n}\n\n"
	if strings.Count(src, seq) != 1 || strings.Count(src, literal) != 1 || !strings.HasSuffix(src, end) {
		t.Fatalf("a random function is otherwise than it was:\n%s", src)
	}
	src = strings.Replace(src, seq, "coro.Body[int, int, int] {\n", 1)
	src = strings.Replace(src, literal, `return func(y *coro.Yielder[int, int]) (result int, failure error) {
closed := false
yield := func(n int) bool {
	if closed { // a deferred call that recovers must not meet what unwinds a body
		return false
	}
	in, err := y.Yield(n)
	result += in
	failure = err
	closed = err == coro.ErrClosed
	return err == nil
}
_ = yield
`, 1)
	return strings.TrimSuffix(notInBodies.Replace(src), end) + "return\n" + end
}
