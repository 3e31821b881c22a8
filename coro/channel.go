package coro

// This file defines awaiting Go channels.

import (
	"errors"
	"runtime"
)

// ErrChannelClosed is returned for sending to a channel that is closed.
var ErrChannelClosed = errors.New("send on closed channel")

// A Receiver takes what others send into a Go channel. If there is something, it
// is taken at once; if not, a goroutine receives it in the place of the tasks
// that wait, so there is one at most, and none when nobody waits.
//
// A task that is canceled takes nothing: what has come for it is for who
// receives next. So a channel should have one Receiver. If somebody else
// receives from the channel too, values go to either.
//
// While a task waits, work counts as under way outside of the loop, as after
// [Loop.Hold]: a virtual clock stands still. If it is by that clock that
// somebody will send, nobody ever does; see Quiet.
type Receiver[T any] struct {
	ready   *Readiness
	ch      <-chan T
	value   T
	has     bool // value was received, and is to be taken
	closed  bool
	courier *courier
}

// NewReceiver returns a receiver from ch for tasks of l; waiting for it is
// called label wherever it is shown.
func NewReceiver[T any](l *Loop, label string, ch <-chan T) *Receiver[T] {
	r := &Receiver[T]{ch: ch}
	r.ready = NewReadiness(l, OnChannel, label, (*receiverSource[T])(r))
	return r
}

// Quiet has waiting for the channel not count as work under way, and returns the
// receiver: for a channel on which nothing may ever come, or only when it is
// time. A virtual clock goes on then. It is no deadlock either.
func (r *Receiver[T]) Quiet() *Receiver[T] {
	r.ready.Quiet()
	return r
}

// Receive suspends the task of y until something was sent, and returns it with
// true, or until the channel is closed, and returns false, as "v, ok := <-ch"
// does. If that is so already, there is no suspension. The error is what is
// thrown in meanwhile, and then nothing was taken.
func (r *Receiver[T]) Receive(y *Async) (v T, ok bool, err error) {
	for {
		if v, ok, ready := r.TryReceive(); ready {
			return v, ok, nil
		}
		if err := Wait(y, r.Receiving()); err != nil {
			return v, false, err
		}
	}
}

// TryReceive returns what Receive returns, and that it was ready; or only that
// it was not.
func (r *Receiver[T]) TryReceive() (v T, ok, ready bool) {
	if !(*receiverSource[T])(r).Ready() {
		return v, false, false
	}
	if r.has {
		var none T
		v, r.value, r.has, ok = r.value, none, false, true
	}
	r.ready.Notify()
	return v, ok, true
}

// Receiving is what a machine yields when TryReceive was not ready. When it is
// resumed without an error, its next TryReceive is.
func (r *Receiver[T]) Receiving() Await { return r.ready.Waiting() }

func (r *Receiver[T]) String() string { return named("channel", r.ready.line.label) }

// A receiverSource is a Receiver as its readiness sees it.
type receiverSource[T any] Receiver[T]

func (r *receiverSource[T]) Ready() bool {
	if !r.has && !r.closed && r.courier == nil {
		select {
		case v, ok := <-r.ch:
			r.came(v, ok)
		default:
		}
	}
	return r.has || r.closed
}

func (r *receiverSource[T]) came(v T, ok bool) { r.value, r.has, r.closed = v, ok, !ok }

func (r *receiverSource[T]) Want() {
	if r.courier != nil {
		return
	}
	c := &courier{}
	r.courier = c
	var v T
	var ok bool
	c.collect = func() { r.came(v, ok) }
	c.send(r.ready.line.loop, func(stop <-chan struct{}) bool {
		select {
		case v, ok = <-r.ch:
			return true
		case <-stop:
			return false
		}
	}, func() {
		if r.courier == c {
			r.courier = nil
			c.collect()
			r.ready.Notify()
		}
	})
}

func (r *receiverSource[T]) Forgo() {
	if c := r.courier; c != nil {
		r.courier = nil
		if c.recall() {
			c.collect()
		}
	}
}

func (r *receiverSource[T]) Detail() string { return "empty" }

// A courier is a goroutine that sends or receives in the place of tasks.
type courier struct {
	stop, done chan struct{}
	did        bool   // it has sent or received; valid when done is closed
	collect    func() // a receiver's: takes what it has received
}

// send has the courier do op, which gives up, and answers false, when its
// channel is closed. If it does not give up, then is called by the loop.
func (c *courier) send(l *Loop, op func(stop <-chan struct{}) bool, then func()) {
	c.stop, c.done = make(chan struct{}), make(chan struct{})
	go func() {
		c.did = op(c.stop)
		close(c.done)
		if c.did {
			l.CallSoonThreadsafe(then)
		}
	}()
}

// recall has the courier give up, and reports whether it is too late for that.
func (c *courier) recall() (did bool) {
	close(c.stop)
	<-c.done // it waits for nothing else any more
	return c.did
}

// A Sender sends into a Go channel. If somebody receives, or there is room, that
// is at once; if not, a goroutine sends in the place of the tasks that wait, in
// the order in which they came. There is one at most, and none when nobody
// waits.
//
// A value is sent once, or not at all. If a task is canceled when its value was
// sent already, it goes on without an error, and is canceled at its next
// suspension.
//
// While a task waits, work counts as under way outside of the loop, as after
// [Loop.Hold]: a virtual clock stands still.
type Sender[T any] struct {
	line    line
	ch      chan<- T
	courier *courier
	free    func()
}

// NewSender returns a sender into ch for tasks of l; waiting until somebody
// receives is called label wherever it is shown.
func NewSender[T any](l *Loop, label string, ch chan<- T) *Sender[T] {
	s := &Sender[T]{ch: ch}
	s.line.init(l, s, OnChannel, label)
	return s
}

// Send suspends the task of y until v was sent; if it can be at once, there is
// no suspension. The error is [ErrChannelClosed], or what is thrown in
// meanwhile, and then v was not sent.
func (s *Sender[T]) Send(y *Async, v T) error {
	if sent, err := s.TrySend(v); sent || err != nil {
		return err
	}
	return Wait(y, s.Sending(v))
}

// TrySend sends v if somebody receives it, or there is room, and nobody waits to
// send. The error is [ErrChannelClosed].
func (s *Sender[T]) TrySend(v T) (sent bool, err error) {
	if !s.line.abandoned() {
		return false, nil
	}
	return s.offer(v, nil)
}

// Sending is what a machine yields when TrySend has answered false. When it is
// resumed without an error, v was sent. Yielded twice, it sends twice.
func (s *Sender[T]) Sending(v T) Await {
	op := &sending[T]{s: s, v: v}
	op.line.init(s.line.loop, op, OnChannel, s.line.label)
	return op.line.waiting()
}

func (s *Sender[T]) String() string { return named("channel", s.line.label) }

// offer sends v, and gives up if stop is closed; at once, if stop is nil.
func (s *Sender[T]) offer(v T, stop <-chan struct{}) (sent bool, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error: // there is no other in a send
			err = ErrChannelClosed
		default:
			panic(p)
		}
	}()
	if stop == nil {
		select {
		case s.ch <- v:
			return true, nil
		default:
			return false, nil
		}
	}
	select {
	case s.ch <- v:
		return true, nil
	case <-stop:
		return false, nil
	}
}

// serve has a courier send what the first in line has, and holds the loop while
// somebody waits.
func (s *Sender[T]) serve() {
	first := s.line.first
	if first == nil {
		if s.free != nil {
			s.free()
			s.free = nil
		}
		return
	}
	if s.free == nil {
		s.free = s.line.loop.Hold()
	}
	if s.courier != nil || first.done {
		return // it is being served, or about to leave
	}
	c := &courier{}
	s.courier = c
	op := first.own.(*sending[T])
	var err error
	c.collect = func() { first.phase, first.err = served, err }
	c.send(s.line.loop, func(stop <-chan struct{}) (sent bool) {
		sent, err = s.offer(op.v, stop)
		return sent || err != nil
	}, func() {
		if s.courier == c {
			s.courier = nil
			c.collect()
			first.call()
		}
	})
}

// served is the phase of a ticket whose value was sent, or never can be.
const served = 1

func (s *Sender[T]) arrive(*line, *ticket) error { panic("coro: nobody awaits the line itself") }
func (s *Sender[T]) resume(*ticket, error) (error, bool) {
	panic("coro: nobody awaits the line itself")
}
func (s *Sender[T]) detail(_ *line, pos int) string { return stateInLine(s.state(), pos) }
func (op *sending[T]) detail(_ *line, _ int) string {
	return stateInLine(op.s.state(), op.s.line.n-op.s.line.left+1)
}

func (s *Sender[T]) state() string {
	if cap(s.ch) > 0 {
		return "full"
	}
	return "nobody receives"
}

// sending is a value on its way into a channel.
type sending[T any] struct {
	line line
	s    *Sender[T]
	v    T
}

func (op *sending[T]) arrive(_ *line, tk *ticket) error {
	s := op.s
	if s.line.abandoned() {
		sent, err := s.offer(op.v, nil)
		if err != nil {
			return err
		}
		if sent {
			tk.phase = served
			tk.call()
			return nil
		}
	}
	tk.own = op
	s.line.join(tk)
	s.serve()
	return nil
}

func (op *sending[T]) resume(tk *ticket, thrown error) (error, bool) {
	if thrown != nil {
		op.withdraw(tk)
	}
	tk.leave()
	op.s.serve()
	if tk.phase != served {
		return thrown, true
	}
	if thrown != nil {
		var cause error
		if c, ok := thrown.(*cancelError); ok {
			cause = c.cause
		}
		tk.task.requestCancel(cause) // for its next suspension
	}
	return tk.err, true
}

// forsaken is called when the loop is closed while the task of tk waits.
func (op *sending[T]) forsaken(tk *ticket) {
	op.withdraw(tk)
	tk.leave()
	op.s.serve()
}

// withdraw has the value not sent any more, if it is not too late for that.
func (op *sending[T]) withdraw(tk *ticket) {
	s := op.s
	if tk.phase == served || s.line.first != tk || s.courier == nil {
		return
	}
	c := s.courier
	s.courier = nil
	if c.recall() {
		c.collect()
	}
}
