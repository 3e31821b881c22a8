package blocking

// This file defines the report, in every shape.

import (
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// A question is what the report asks, and how.
type question struct {
	gather time.Duration       // how long it gathers what to ask
	ask    func() (int, error) // blocks until the answer is there
	off    bool                // call ask off the loop
}

// reportIn returns a report in the given shape.
func reportIn(shape coro.Shape, l *coro.Loop, q question) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &report{loop: l, question: q}, loweredReportBody(q), reportBody(q))
}

// reportBody gathers what to ask, asks, writes the report, and returns the
// answer.
//
//coro:lower
func reportBody(q question) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (answer int, err error) {
		if err := coro.Wait(y, coro.Sleep(q.gather).As("gather")); err != nil {
			return 0, err
		}
		if q.off {
			answer, err = coro.Offload(coro.LoopOf(y), "query", q.ask).Await(y)
		} else {
			answer, err = q.ask() // nobody else goes on until it returns
		}
		if err != nil {
			return 0, err
		}
		return answer, coro.Wait(y, coro.Sleep(write).As("write"))
	}
}

// report is reportBody as a machine.
type report struct {
	state    reportState
	loop     *coro.Loop
	question question
	asked    *coro.Future[int]
	answer   int
	err      error
}

type reportState uint8

const (
	reportStart reportState = iota
	reportGather
	reportQuery
	reportWrite
	reportDone
)

var reportMachine = statemachine.Description{
	Name:  "report",
	Func:  "blocking.report",
	File:  statemachine.ThisFile(),
	Frame: "report",
	States: []statemachine.State{
		reportStart:  {Name: "start", Role: statemachine.Start, Means: "nothing is known yet"},
		reportGather: {Name: "gather", On: coro.OnSleep, Label: "gather", Line: 102, Means: "finds out what to ask"},
		reportQuery:  {Name: "query", On: coro.OnGoroutine, Label: "query", Line: 110, Means: "the database is asked off the loop"},
		reportWrite:  {Name: "write", On: coro.OnSleep, Label: "write", Line: 131, Means: "the answer is there"},
		reportDone:   {Name: "done", Role: statemachine.End, Means: "written, failed, or canceled"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "gather"},
		{From: "gather", To: "query", When: "asked off the loop"},
		{From: "gather", To: "write", When: "asked here: the step takes as long as the answer"},
		{From: "gather", To: "done", When: "thrown, or no answer"},
		{From: "query", To: "write"},
		{From: "query", To: "done", When: "thrown, or no answer"},
		{From: "write", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "question", Type: "question", Means: "what to ask, and how"},
		{Name: "asked", Type: "*coro.Future[int]", Means: "the answer to come, asked off the loop"},
		{Name: "answer", Type: "int", Means: "the answer"},
	},
}

// Resume implements [coro.Resumable].
func (m *report) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if thrown != nil {
		return m.end(thrown)
	}
	switch m.state {
	case reportStart:
		m.state = reportGather
		return coro.Sleep(m.question.gather).As("gather"), true
	case reportGather:
		if !m.question.off {
			m.answer, m.err = m.question.ask() // nobody else goes on until it returns
			return m.write()
		}
		m.asked = coro.Offload(m.loop, "query", m.question.ask)
		m.state = reportQuery
		return coro.On(m.asked).As("query"), true
	case reportQuery:
		m.answer, m.err = m.asked.Result()
		return m.write()
	case reportWrite:
		return m.end(nil)
	}
	return coro.Await{}, false
}

func (m *report) end(err error) (coro.Await, bool) {
	m.state, m.err = reportDone, err
	return coro.Await{}, false
}

// write writes the report, if there is an answer.
func (m *report) write() (coro.Await, bool) {
	if m.err != nil {
		return m.end(m.err)
	}
	m.state = reportWrite
	return coro.Sleep(write).As("write"), true
}

// Result implements [coro.Resumable].
func (m *report) Result() int { return m.answer }

// Err implements [coro.Resumable].
func (m *report) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *report) Func() string { return reportMachine.Func }

// Point implements [coro.Pointer].
func (m *report) Point() coro.Point { return reportMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *report) Frame() []coro.Slot {
	return []coro.Slot{{Name: "question", Value: m.question}, {Name: "asked", Value: m.asked}, {Name: "answer", Value: m.answer}}
}
