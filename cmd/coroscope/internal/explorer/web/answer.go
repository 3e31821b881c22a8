package web

// This file defines what each question is answered with.

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"coroscope/cmd/coroscope/internal/explorer"
)

// answers are the questions that there are.
var answers = map[string]func(t *explorer.Trace, q *query) any{
	"overview": func(t *explorer.Trace, _ *query) any { return t.Overview() },
	"window": func(t *explorer.Trace, q *query) any {
		v := explorer.View{
			From: q.instant("from"), To: q.instant("to"), Pixels: q.number("pixels"),
			First: q.number("first"), Rows: q.number("rows"),
			Filter: q.filter(), Group: q.Get("group") != "", Goroutines: q.Get("goroutines") != "", Open: make(map[string]bool),
		}
		for _, key := range q.Values["open"] {
			v.Open[key] = true
		}
		if q.err != nil {
			return nil
		}
		return t.Window(v)
	},
	"moment": func(t *explorer.Trace, q *query) any { return t.Moment(q.instant("at"), q.Get("key")) },
	"step": func(t *explorer.Trace, q *query) any {
		return t.Step(q.instant("at"), q.Get("back") != "", q.Get("key"))
	},
	"search":  func(t *explorer.Trace, q *query) any { return t.Search(q.filter()) },
	"source":  func(t *explorer.Trace, q *query) any { return t.Source(q.Get("key"), q.Get("at")) },
	"numbers": func(t *explorer.Trace, q *query) any { n, err := t.Numbers(q.Get("by")); q.fail(err); return n },
	"machine": func(t *explorer.Trace, q *query) any {
		d, ok := t.Machine(q.Get("key"))
		if !ok {
			q.fail(fmt.Errorf("key %q: expected that of a coroutine", q.Get("key")))
		}
		return d
	},
}

// serveAnswer answers with JSON: what was asked for, or {"error": "..."}.
func (s *Server) serveAnswer(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("trace"))
	answer := answers[r.PathValue("question")]
	if err != nil || n < 0 || n >= len(s.traces) || answer == nil {
		http.NotFound(w, r)
		return
	}
	q := &query{Values: r.URL.Query()}
	v := answer(s.traces[n], q)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if q.err != nil {
		w.WriteHeader(http.StatusBadRequest)
		v = map[string]string{"error": q.err.Error()}
	}
	json.NewEncoder(w).Encode(v) // a failed write is that of somebody who has left
}

// A query is what a question is asked with, and the first thing that is wrong
// with it.
type query struct {
	url.Values
	err error
}

func (q *query) fail(err error) {
	if q.err == nil && err != nil {
		q.err = err
	}
}

// number returns a number that is not negative; 0 if there is none.
func (q *query) number(name string) int {
	text := q.Get(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		q.fail(fmt.Errorf("%s %q: expected a number", name, text))
	}
	return int(n)
}

// instant returns nanoseconds since the trace's beginning.
func (q *query) instant(name string) time.Duration {
	n, err := strconv.ParseInt(q.Get(name), 10, 62)
	if err != nil {
		q.fail(fmt.Errorf("%s %q: expected nanoseconds", name, q.Get(name)))
	}
	return time.Duration(n)
}

func (q *query) filter() explorer.Filter {
	f, err := explorer.ParseFilter(q.Get("q"))
	q.fail(err)
	return f
}
