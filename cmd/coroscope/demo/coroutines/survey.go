package coroutines

// This file defines survey: it waits for an answer that nobody will give.

import (
	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// surveyIn returns a task that waits for an answer and returns it.
func surveyIn(shape coro.Shape, answer *coro.Future[int]) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &survey{answer: answer}, loweredSurveyBody(answer), surveyBody(answer))
}

//coro:lower
func surveyBody(answer *coro.Future[int]) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) { return answer.Await(y) }
}

// survey is surveyBody as a machine.
type survey struct {
	state  surveyState
	answer *coro.Future[int]
	result int
	err    error
}

type surveyState uint8

const (
	surveyStart surveyState = iota
	surveyAnswer
	surveyDone
)

var surveyMachine = statemachine.Description{
	Name:  "survey",
	Func:  "coroutines.survey",
	File:  statemachine.ThisFile(),
	Frame: "survey",
	States: []statemachine.State{
		surveyStart:  {Name: "start", Role: statemachine.Start, Means: "nothing was asked"},
		surveyAnswer: {Name: "answer", On: coro.OnFuture, Label: "answer", Line: 62, Means: "the answer is waited for"},
		surveyDone:   {Name: "done", Role: statemachine.End, Means: "there is an answer, or there will be none"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "answer"},
		{From: "answer", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "answer", Type: "*coro.Future[int]", Means: "what is waited for"},
		{Name: "result", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *survey) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case surveyStart:
		m.state = surveyAnswer
		return coro.On(m.answer).As("answer"), true
	case surveyAnswer:
		m.state = surveyDone
		if m.err = thrown; thrown == nil {
			m.result, m.err = m.answer.Result()
		}
	case surveyDone:
	}
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *survey) Result() int { return m.result }

// Err implements [coro.Resumable].
func (m *survey) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *survey) Func() string { return surveyMachine.Func }

// Point implements [coro.Pointer].
func (m *survey) Point() coro.Point { return surveyMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *survey) Frame() []coro.Slot {
	return []coro.Slot{{Name: "answer", Value: m.answer.String()}, {Name: "result", Value: m.result}}
}
