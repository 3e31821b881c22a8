package export

// This file defines the sink that writes Perfetto's own format, a protocol
// buffer of type perfetto.protos.Trace. These fields of it are used, under the
// names and numbers of Perfetto's .proto files:
//
//	Trace            packet 1
//	TracePacket      timestamp 8, trusted_packet_sequence_id 10, track_event 11,
//	                 interned_data 12, sequence_flags 13, track_descriptor 60
//	InternedData     event_categories 1
//	EventCategory    iid 1, name 2
//	TrackDescriptor  uuid 1, name 2, process 3, parent_uuid 5,
//	                 child_ordering 11, sibling_order_rank 12
//	ProcessDescriptor pid 1, process_name 6
//	TrackEvent       category_iids 3, debug_annotations 4, type 9, track_uuid 11,
//	                 name 23, flow_ids 47, terminating_flow_ids 48
//	DebugAnnotation  int_value 4, string_value 6, name 10
//
// The first packet, which is always the same, clears the state of the sequence
// and has the names of the categories; the events refer to these. All packets
// are of one sequence. Timestamps are of the default clock and nanoseconds. Packets
// are not in the order of time: those of a track's slices are, but the instants
// that begin an arrow are written with the slice where it ends, and tracks one
// after the other. Readers sort.

import (
	"bufio"
	"io"
	"strings"
	"time"

	"coroscope/trace/timeline"

	"google.golang.org/protobuf/encoding/protowire"
)

// Numbers of fields.
const (
	tracePacket protowire.Number = 1

	packetTimestamp       protowire.Number = 8
	packetSequenceID      protowire.Number = 10
	packetTrackEvent      protowire.Number = 11
	packetInternedData    protowire.Number = 12
	packetSequenceFlags   protowire.Number = 13
	packetTrackDescriptor protowire.Number = 60

	internedEventCategories protowire.Number = 1

	categoryIID  protowire.Number = 1
	categoryName protowire.Number = 2

	descriptorUUID             protowire.Number = 1
	descriptorName             protowire.Number = 2
	descriptorProcess          protowire.Number = 3
	descriptorParentUUID       protowire.Number = 5
	descriptorChildOrdering    protowire.Number = 11
	descriptorSiblingOrderRank protowire.Number = 12

	processPID  protowire.Number = 1
	processName protowire.Number = 6

	eventCategoryIIDs       protowire.Number = 3
	eventDebugAnnotations   protowire.Number = 4
	eventType               protowire.Number = 9
	eventTrackUUID          protowire.Number = 11
	eventName               protowire.Number = 23
	eventFlowIDs            protowire.Number = 47
	eventTerminatingFlowIDs protowire.Number = 48

	annotationIntValue    protowire.Number = 4
	annotationStringValue protowire.Number = 6
	annotationName        protowire.Number = 10
)

// Values of enumerations.
const (
	seqIncrementalStateCleared = 1 // TracePacket.SequenceFlags
	seqNeedsIncrementalState   = 2

	childOrderingExplicit = 3 // TrackDescriptor.ChildTracksOrdering

	typeSliceBegin = 1 // TrackEvent.Type
	typeSliceEnd   = 2
	typeInstant    = 3
)

// sequenceID is the one sequence of packets.
const sequenceID = 1

// perfettoSignature is what all files begin with: the first packet. Its first
// category, which no event has, is there to tell the format and the version of
// what this package writes in it.
var perfettoSignature = func() string {
	p := &perfetto{}
	var data, cat []byte
	for i, name := range append([]string{"coroscope.perfetto/1"}, categoryNames[:]...) {
		cat = appendVarint(cat[:0], categoryIID, uint64(i+1))
		cat = appendText(cat, categoryName, name)
		data = appendMessage(data, internedEventCategories, cat)
	}
	p.newPacket(seqIncrementalStateCleared | seqNeedsIncrementalState)
	p.packet = appendMessage(p.packet, packetInternedData, data)
	return string(appendMessage(nil, tracePacket, p.packet))
}()

// iid returns the number under which a category is in the first packet.
func (c category) iid() uint64 { return uint64(c) + 2 }

func writePerfetto(w io.Writer, t *timeline.Timeline) error {
	return write(w, t, func(b *bufio.Writer) sink { return &perfetto{w: b} })
}

type perfetto struct {
	w *bufio.Writer

	// The messages that are being written, each a part of the next.
	annotation, event, packet, trace []byte
}

func (p *perfetto) header(*timeline.Timeline) { p.w.WriteString(perfettoSignature) }

func (p *perfetto) close() {}

func (p *perfetto) process(proc *process) {
	d := appendVarint(nil, processPID, proc.id)
	d = appendText(d, processName, proc.name)
	p.event = appendVarint(p.event[:0], descriptorUUID, proc.id)
	p.event = appendMessage(p.event, descriptorProcess, d)
	p.event = appendVarint(p.event, descriptorChildOrdering, childOrderingExplicit)
	p.newPacket(0)
	p.flush(packetTrackDescriptor)
}

func (p *perfetto) track(t *track) {
	p.event = appendVarint(p.event[:0], descriptorUUID, t.id)
	p.event = appendVarint(p.event, descriptorParentUUID, t.process.id)
	p.event = appendText(p.event, descriptorName, t.name)
	p.event = appendVarint(p.event, descriptorSiblingOrderRank, uint64(t.rank))
	p.newPacket(0)
	p.flush(packetTrackDescriptor)
}

func (p *perfetto) begin(t *track, s *slice) {
	p.newEvent(typeSliceBegin, t, s.start)
	p.describe(s.cat, s.name, s.args)
	if s.arrow != 0 {
		p.event = appendFixed64(p.event, eventTerminatingFlowIDs, s.arrow)
	}
	p.flush(packetTrackEvent)
}

// end ends a slice. One that is open has no end in this format.
func (p *perfetto) end(t *track, at time.Duration, open bool) {
	if open {
		return
	}
	p.newEvent(typeSliceEnd, t, at)
	p.flush(packetTrackEvent)
}

func (p *perfetto) instant(t *track, i *instant) {
	p.newEvent(typeInstant, t, i.at)
	p.describe(i.cat, i.name, nil)
	p.event = appendFixed64(p.event, eventFlowIDs, i.arrow)
	p.flush(packetTrackEvent)
}

// newPacket begins a packet.
func (p *perfetto) newPacket(flags uint64) {
	p.packet = appendVarint(p.packet[:0], packetSequenceID, sequenceID)
	if flags != 0 {
		p.packet = appendVarint(p.packet, packetSequenceFlags, flags)
	}
}

// newEvent begins an event in a packet of its own.
func (p *perfetto) newEvent(kind uint64, t *track, at time.Duration) {
	p.newPacket(seqNeedsIncrementalState)
	p.packet = appendVarint(p.packet, packetTimestamp, uint64(at))
	p.event = appendVarint(p.event[:0], eventType, kind)
	p.event = appendVarint(p.event, eventTrackUUID, t.id)
}

func (p *perfetto) describe(cat category, name string, args []arg) {
	p.event = appendVarint(p.event, eventCategoryIIDs, cat.iid())
	p.event = appendText(p.event, eventName, name)
	for _, a := range args {
		p.annotation = appendText(p.annotation[:0], annotationName, a.key)
		if a.isText {
			p.annotation = appendText(p.annotation, annotationStringValue, a.text)
		} else {
			p.annotation = appendVarint(p.annotation, annotationIntValue, uint64(a.number))
		}
		p.event = appendMessage(p.event, eventDebugAnnotations, p.annotation)
	}
}

// flush writes the packet with the event, or descriptor, in the field num.
func (p *perfetto) flush(num protowire.Number) {
	p.packet = appendMessage(p.packet, num, p.event)
	p.trace = appendMessage(p.trace[:0], tracePacket, p.packet)
	p.w.Write(p.trace)
}

func appendVarint(b []byte, num protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
}

func appendFixed64(b []byte, num protowire.Number, v uint64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, num, protowire.Fixed64Type), v)
}

func appendMessage(b []byte, num protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), message)
}

// appendText appends a string. What is no UTF-8 is replaced.
func appendText(b []byte, num protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), strings.ToValidUTF8(s, "\uFFFD"))
}
