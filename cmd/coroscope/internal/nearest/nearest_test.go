package nearest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOf(t *testing.T) {
	demos := []string{"bartender", "eventloop", "underhood"}
	for name, want := range map[string]string{
		"bartender":  "bartender",
		"Bartender":  "bartender",
		"bartneder":  "bartender", // two letters swapped
		"evntloop":   "eventloop", // one missing
		"under":      "underhood", // a beginning
		"undderhood": "underhood", // one too many
		"waiter":     "",
		"":           "",
	} {
		if got := Of(name, demos); got != want {
			t.Errorf("Of(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFirstOfEquallyNear(t *testing.T) {
	if got := Of("pul", []string{"pull", "puls"}); got != "pull" {
		t.Errorf("got %q, want the first", got)
	}
}

func TestUnknown(t *testing.T) {
	got := []string{
		Unknown("demo", "bartener", []string{"bartender", "eventloop"}).Error(),
		Unknown("demo", "x", []string{"bartender", "eventloop"}).Error(),
		Unknown("loop", "x", nil).Error(),
	}
	want := []string{
		`unknown demo "bartener": did you mean "bartender"? there are bartender, eventloop`,
		`unknown demo "x": there are bartender, eventloop`,
		`unknown loop "x": there is none`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
