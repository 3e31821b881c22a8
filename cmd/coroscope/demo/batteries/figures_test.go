package batteries

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/traced"
	"coroscope/cmd/coroscope/demo/internal/virtual"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// Where nothing takes time but chopping, frying, cooking and thinking, it is
// known who waits for whom, and how long.
func TestFiguresInVirtualTime(t *testing.T) {
	want := `
From the trace:
  stoves           waited for 6 times, 610.0 ms in all; at most 2 at once
                   longest: Ann#2 for 185.0 ms, until Ben#3 let it go on
                   others waited most for Ben#3: 2 times, 210.0 ms in all
  the knife        waited for 3 times, 320.0 ms in all; at most 3 at once
                   longest: Dan#5 for 160.0 ms, until Cleo#4 let it go on
                   others waited most for Cleo#4: once, 160.0 ms in all
  room for orders  waited for 4 times, 275.0 ms in all; at most 1 at once
                   longest: waiter#1 for 185.0 ms, until Ben#3 let it go on
                   others waited most for Ben#3: once, 185.0 ms in all
  orders           waited for 6 times, 505.0 ms in all; at most 4 at once
                   longest: Dan#5 for 250.0 ms, and got nothing
                   others waited most for waiter#1: 2 times, 0.0 ms in all
  first course#6   is served after 60.0 ms:
                   soup#8 returned after 60.0 ms,
                   salad#9 returned after 20.0 ms
  last course#7    timed out after 120.0 ms:
                   sorbet#10 returned after 40.0 ms,
                   souffle#11 canceled after 120.0 ms
  banquet#12       group banquet: the roast is burned; the sauce was spilled in a hurry
                   bread#13 returned after 20.0 ms,
                   roast#14 failed after 70.0 ms,
                   sauce#15 failed after 70.0 ms,
                   pie#16 canceled after 70.0 ms
  “to kitchen”     kitchen#18 waited for a line 3 times, 75.0 ms in all
  “to guest”       guest#17 waited for a line 2 times, 50.0 ms in all
`
	for _, shape := range demo.Shapes {
		var out bytes.Buffer
		if err := figures(&out, virtual.Play(t, parts, loopName, shape)); err != nil {
			t.Fatal(err)
		}
		got, _, _ := strings.Cut(out.String(), "  Who waits")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", shape, diff)
		}
	}
}

func TestFiguresOfAnotherTrace(t *testing.T) {
	if err := figures(io.Discard, &timeline.Timeline{}); err == nil {
		t.Error("a trace without a kitchen has figures")
	}
}

// What the demo's trace says, and what the demo tells, is what the parts are
// about, however slow the machine is.
func TestFiguresAreThoseOfTheTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the demo in every shape, in real time; run without -short")
	}
	for _, shape := range demo.ShapeNames() {
		t.Run(shape, func(t *testing.T) {
			var told bytes.Buffer
			env := demo.NewEnv(&told, time.Now())
			env.Shape = shape
			tl := traced.Of(t, timeline.Options{Full: true}, func() error { return run(t.Context(), env) })
			var out bytes.Buffer
			if err := figures(&out, tl); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{
				`stoves +(waited for \d+ times|waited for once|nobody waited)`, // on a slow machine they may
				`the knife +waited for \d+ times`,
				`room for orders +waited for \d+ times`,
				`last course#\d+ +timed out after`,
				`souffle#\d+ canceled after`,
				`banquet#\d+ +group banquet: the roast is burned`,
				`“to kitchen” +kitchen#\d+ waited for a line 3 times`,
			} {
				if !regexp.MustCompile(want).Match(out.Bytes()) {
					t.Errorf("figures have no %q:\n%s", want, &out)
				}
			}
			if n := strings.Count(told.String(), "serves the"); n != len(evening) {
				t.Errorf("%d dishes were served, want %d:\n%s", n, len(evening), &told)
			}
		})
	}
}
