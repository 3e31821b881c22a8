package export

// This file defines drawing, which both formats are decoded into.

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// A drawing is what a file has in it.
type drawing struct {
	Tracks   []string // "process / track", in the order in which they are shown
	Slices   []drawn  // by track, and then as they follow each other
	Instants []drawn
	Arrows   []string // from which instant to which slice
}

// A drawn is a slice or an instant. Path has the names of the slices that it is
// in, and its own.
type drawn struct {
	Track, Cat, Path string
	Start, End       time.Duration // an instant has no End, and neither has what is open in Perfetto's format
	Args             map[string]string
}

func (d drawn) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s %v", d.Track, d.Cat, d.Path, d.Start)
	if d.End >= 0 {
		fmt.Fprintf(&b, " to %v", d.End)
	}
	keys := make([]string, 0, len(d.Args))
	for k := range d.Args {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, ", %s %q", k, d.Args[k])
	}
	return b.String()
}

func (d drawing) String() string {
	var b strings.Builder
	for _, list := range [][]string{d.Tracks, texts(d.Slices), texts(d.Instants), d.Arrows} {
		for _, s := range list {
			b.WriteString(s + "\n")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func texts(ds []drawn) []string {
	var all []string
	for _, d := range ds {
		all = append(all, d.String())
	}
	return all
}

// of returns the slices of one category on one track.
func (d drawing) of(track, cat string) []drawn {
	var all []drawn
	for _, s := range d.Slices {
		if s.Track == track && s.Cat == cat {
			all = append(all, s)
		}
	}
	return all
}

// decoders read the formats back.
var decoders = map[string]func(*testing.T, []byte) drawing{"chrome": decodeChrome, "perfetto": decodePerfetto}
