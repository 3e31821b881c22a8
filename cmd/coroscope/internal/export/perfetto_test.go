package export

// This file reads Perfetto's format back, field by field.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// A message has the fields of a protocol buffer by number, as often as each
// occurs: a []byte, or the number.
type message map[protowire.Number][]any

// parse splits a message into its fields, all of which must be of the types
// that are given: 'v' varint, 'b' bytes, '8' eight bytes.
func parse(t *testing.T, data []byte, types map[protowire.Number]byte) message {
	t.Helper()
	m := make(message)
	for len(data) > 0 {
		num, typ, n := protowire.ConsumeTag(data)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		data = data[n:]
		var value any
		switch {
		case typ == protowire.VarintType && types[num] == 'v':
			value, n = protowire.ConsumeVarint(data)
		case typ == protowire.Fixed64Type && types[num] == '8':
			value, n = protowire.ConsumeFixed64(data)
		case typ == protowire.BytesType && types[num] == 'b':
			value, n = protowire.ConsumeBytes(data)
		default:
			t.Fatalf("field %d of type %d; expected one of %v", num, typ, types)
		}
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		data = data[n:]
		m[num] = append(m[num], value)
	}
	return m
}

// number returns a field that occurs at most once.
func (m message) number(t *testing.T, num protowire.Number) uint64 {
	t.Helper()
	switch len(m[num]) {
	case 0:
		return 0
	case 1:
		return m[num][0].(uint64)
	}
	t.Fatalf("field %d occurs %d times", num, len(m[num]))
	return 0
}

// text returns a field that occurs once.
func (m message) text(t *testing.T, num protowire.Number) string {
	t.Helper()
	if len(m[num]) != 1 {
		t.Fatalf("field %d occurs %d times", num, len(m[num]))
	}
	b := m[num][0].([]byte)
	if !utf8.Valid(b) {
		t.Errorf("field %d is not UTF-8: %q", num, b)
	}
	return string(b)
}

// A perfettoTrack decodes the events of a track.
type perfettoTrack struct {
	name          string
	process, rank uint64
	slices        []drawn
	stack         []int // the slices that have not ended, as indexes in slices
	at            time.Duration
}

// A perfettoFile decodes a file.
type perfettoFile struct {
	t          *testing.T
	categories map[uint64]string
	processes  map[uint64]string
	ranks      map[uint64]int // of processes: the order in which they are there
	tracks     map[uint64]*perfettoTrack
	instants   []drawn
	from, to   map[uint64]string // arrows
}

func decodePerfetto(t *testing.T, data []byte) drawing {
	t.Helper()
	f := &perfettoFile{
		t: t, categories: map[uint64]string{}, processes: map[uint64]string{}, ranks: map[uint64]int{},
		tracks: map[uint64]*perfettoTrack{}, from: map[uint64]string{}, to: map[uint64]string{},
	}
	for i, packet := range parse(t, data, map[protowire.Number]byte{1: 'b'})[1] {
		f.packet(i, packet.([]byte))
	}
	var d drawing
	var all []*perfettoTrack
	for _, tr := range f.tracks {
		all = append(all, tr)
	}
	slices.SortFunc(all, func(a, b *perfettoTrack) int {
		return cmp.Or(cmp.Compare(f.ranks[a.process], f.ranks[b.process]), cmp.Compare(a.rank, b.rank))
	})
	for _, tr := range all {
		d.Tracks = append(d.Tracks, tr.name)
		for _, i := range tr.stack {
			if tr.slices[i].Args["open"] == "" {
				t.Errorf("%v never ends", tr.slices[i])
			}
		}
		d.Slices = append(d.Slices, tr.slices...)
	}
	d.Instants = f.instants
	for id, from := range f.from {
		if f.to[id] == "" {
			t.Errorf("arrow %d from %s leads nowhere", id, from)
		}
		d.Arrows = append(d.Arrows, from+" -> "+f.to[id])
	}
	finish(&d)
	return d
}

func (f *perfettoFile) packet(i int, data []byte) {
	t := f.t
	p := parse(t, data, map[protowire.Number]byte{8: 'v', 10: 'v', 11: 'b', 12: 'b', 13: 'v', 60: 'b'})
	if p.number(t, 10) == 0 {
		t.Errorf("packet %d is of no sequence", i)
	}
	if flags := p.number(t, 13); (flags&1 != 0) != (i == 0) || (len(p[11])+len(p[12]) > 0) != (flags&2 != 0) {
		t.Errorf("packet %d: flags %d", i, flags)
	}
	if len(p[11])+len(p[12])+len(p[60]) != 1 || (len(p[8]) == 1) != (len(p[11]) == 1) {
		t.Fatalf("packet %d: %v", i, p)
	}
	switch {
	case p[12] != nil:
		for _, c := range parse(t, p[12][0].([]byte), map[protowire.Number]byte{1: 'b'})[1] {
			category := parse(t, c.([]byte), map[protowire.Number]byte{1: 'v', 2: 'b'})
			f.categories[category.number(t, 1)] = category.text(t, 2)
		}
	case p[60] != nil:
		f.descriptor(p[60][0].([]byte))
	default:
		f.event(time.Duration(p.number(t, 8)), p[11][0].([]byte))
	}
}

func (f *perfettoFile) descriptor(data []byte) {
	t := f.t
	d := parse(t, data, map[protowire.Number]byte{1: 'v', 2: 'b', 3: 'b', 5: 'v', 11: 'v', 12: 'v'})
	uuid := d.number(t, 1)
	if uuid == 0 || f.processes[uuid] != "" || f.tracks[uuid] != nil {
		t.Errorf("track %d is described twice", uuid)
	}
	if d[3] != nil {
		p := parse(t, d[3][0].([]byte), map[protowire.Number]byte{1: 'v', 6: 'b'})
		if p.number(t, 1) == 0 || d.number(t, 11) != 3 {
			t.Errorf("process %v, its children in order %d", p, d.number(t, 11))
		}
		f.ranks[uuid] = len(f.processes)
		f.processes[uuid] = p.text(t, 6)
		return
	}
	parent := d.number(t, 5)
	if f.processes[parent] == "" {
		t.Errorf("track %d is in no process", uuid)
	}
	f.tracks[uuid] = &perfettoTrack{name: f.processes[parent] + " / " + d.text(t, 2), process: parent, rank: d.number(t, 12)}
}

func (f *perfettoFile) event(at time.Duration, data []byte) {
	t := f.t
	e := parse(t, data, map[protowire.Number]byte{3: 'v', 4: 'b', 9: 'v', 11: 'v', 23: 'b', 47: '8', 48: '8'})
	track := f.tracks[e.number(t, 11)]
	if track == nil {
		t.Fatalf("event on no track: %v", e)
	}
	const begin, end, instant = 1, 2, 3
	kind := e.number(t, 9)
	if kind == end {
		n := len(track.stack)
		if n == 0 || at < track.at {
			t.Fatalf("%s: nothing ends at %v, the last event was at %v", track.name, at, track.at)
		}
		track.slices[track.stack[n-1]].End = at
		track.stack = track.stack[:n-1]
		track.at = at
		return
	}
	d := drawn{Track: track.name, Cat: f.categories[e.number(t, 3)], Path: e.text(t, 23), Start: at, End: -1, Args: f.args(e[4])}
	mark := fmt.Sprintf("%s: %s %v", d.Track, d.Cat, at)
	switch kind {
	case begin:
		if at < track.at {
			t.Errorf("%v begins before %v", d, track.at)
		}
		track.at = at
		if n := len(track.stack); n > 0 {
			d.Path = track.slices[track.stack[n-1]].Path + " > " + d.Path
		}
		track.stack = append(track.stack, len(track.slices))
		track.slices = append(track.slices, d)
		if len(e[47]) > 0 {
			t.Errorf("an arrow begins with the slice %v", d)
		}
		if id := e.number(t, 48); id != 0 {
			if f.from[id] == "" || f.to[id] != "" {
				t.Errorf("arrow %d ends at %v, and has begun at %q", id, d, f.from[id])
			}
			f.to[id] = mark
		}
	case instant:
		id := e.number(t, 47)
		if id == 0 || f.from[id] != "" || len(e[48]) > 0 {
			t.Errorf("arrow %d begins at %v", id, d)
		}
		f.from[id] = mark
		f.instants = append(f.instants, d)
	default:
		t.Errorf("event of type %d", kind)
	}
}

func (f *perfettoFile) args(annotations []any) map[string]string {
	var all map[string]string
	for _, a := range annotations {
		m := parse(f.t, a.([]byte), map[protowire.Number]byte{4: 'v', 6: 'b', 10: 'b'})
		if all == nil {
			all = make(map[string]string)
		}
		key := m.text(f.t, 10)
		if m[6] != nil {
			all[key] = m.text(f.t, 6)
		} else {
			all[key] = fmt.Sprint(int64(m.number(f.t, 4)))
		}
	}
	return all
}

// The first packet is the same in all files, since files are recognized by it.
func TestPerfettoSignature(t *testing.T) {
	if !strings.Contains(perfettoSignature, "coroscope.perfetto/1") {
		t.Errorf("%q does not tell the format", perfettoSignature)
	}
	f := &perfettoFile{t: t, categories: map[uint64]string{}}
	for _, packet := range parse(t, []byte(perfettoSignature), map[protowire.Number]byte{1: 'b'})[1] {
		f.packet(0, packet.([]byte))
	}
	for c := range numCategories {
		if got := f.categories[c.iid()]; got != categoryNames[c] {
			t.Errorf("category %d is %q, want %q", c.iid(), got, categoryNames[c])
		}
	}
}
