package underhood

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// While a walk is suspended at a node, its stack has a call for each node above
// that, and the machine's frame has those whose right part is to come.
func TestStackAndFrame(t *testing.T) {
	tree := specimen.PerfectTree(3)
	pull := coro.New(specimen.TreeWalkIn(coro.ShapePull, tree))
	defer pull.Close()
	machine := specimen.NewTreeWalk(tree)
	stepped := coro.New[struct{}, int, int](machine)
	var got []string
	for range 4 {
		pull.Next()
		stepped.Next()
		stack := ""
		pull.OnBody(func(coro.Suspension) { stack = bodyStack() })
		got = append(got, fmt.Sprintf("%d calls of walk, %s", strings.Count(stack, "walk:"), frame(machine.Frame())))
	}
	want := []string{
		"3 calls of walk, node=1 stack=[4 2] count=1",
		"2 calls of walk, node=2 stack=[4] count=2",
		"3 calls of walk, node=3 stack=[4] count=3",
		"1 calls of walk, node=4 stack=[] count=4",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestShortFunc(t *testing.T) {
	for name, want := range map[string]string{
		"coroscope/statemachine/specimen.walk":                        "walk",
		"coroscope/statemachine/specimen.AverageBody.func1":           "AverageBody.func1",
		"coroscope/statemachine/specimen.AverageIn.AverageBody.func1": "AverageBody.func1",
		"coroscope/statemachine/specimen.(*Pipe).Read":                "(*Pipe).Read",
	} {
		if got := shortFunc(name); got != want {
			t.Errorf("shortFunc(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFiguresSayWhereShapesDiffer(t *testing.T) {
	c := func(id uint64, shape string, on ...string) *timeline.Coroutine {
		c := &timeline.Coroutine{ID: id, Name: "walk-" + shape, Shape: shape}
		for _, on := range on {
			c.Suspensions = append(c.Suspensions, timeline.Suspension{On: on})
		}
		return c
	}
	var out bytes.Buffer
	err := figures(&out, &timeline.Timeline{Coroutines: []*timeline.Coroutine{
		c(1, "statemachine", "await resumer a"), c(2, "pull", "await resumer a"), c(3, "goroutine", "await resumer b"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"walk-pull#2 .* the same as walk-statemachine#1", "walk-goroutine#3 .* OTHER ones than walk-statemachine#1"} {
		first, second, _ := strings.Cut(want, " .* ")
		found := false
		for l := range strings.Lines(out.String()) {
			found = found || strings.Contains(l, first) && strings.Contains(l, second)
		}
		if !found {
			t.Errorf("no line with %q and %q in\n%s", first, second, &out)
		}
	}
	if err := figures(&out, &timeline.Timeline{}); err == nil {
		t.Error("a trace without coroutines has figures")
	}
}
