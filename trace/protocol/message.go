package protocol

// This file defines the messages about coroutines: Ref, Spawn, Ready,
// Suspension, Resume and End.

import (
	"strconv"
	"strings"
	"time"
)

// A Ref names a coroutine, or in Loop a loop: "fetch#3". Ids are unique in a
// process and begin with 1, so the zero Ref is nobody.
type Ref struct {
	Name string
	ID   uint64
}

// IsZero reports whether r is nobody.
func (r Ref) IsZero() bool { return r == Ref{} }

// Append appends r to dst.
func (r Ref) Append(dst []byte) []byte {
	dst = appendName(dst, r.Name)
	dst = append(dst, '#')
	return strconv.AppendUint(dst, r.ID, 10)
}

func (r Ref) String() string { return string(r.Append(nil)) }

// ParseRef parses "fetch#3".
func ParseRef(s string) (Ref, bool) {
	p := scanner{s}
	r, ok := p.ref()
	return r, ok && p.end()
}

func (p *scanner) ref() (r Ref, ok bool) {
	if p.rest == "" {
		return Ref{}, false
	}
	if p.rest[0] == '"' {
		if r.Name, ok = p.quoted(); !ok || !p.lit("#") {
			return Ref{}, false
		}
	} else {
		i := strings.IndexByte(p.rest, '#')
		if i <= 0 {
			return Ref{}, false
		}
		r.Name, p.rest = p.rest[:i], p.rest[i+1:]
	}
	r.ID, ok = p.uint()
	return r, ok
}

// appendAt appends " (state 2, fetch.go:41)", or what of it is known.
func appendAt(dst []byte, state int, file string, line int) []byte {
	if state < 0 && file == "" {
		return dst
	}
	dst = append(dst, " ("...)
	if state >= 0 {
		dst = append(dst, "state "...)
		dst = strconv.AppendInt(dst, int64(state), 10)
		if file != "" {
			dst = append(dst, ", "...)
		}
	}
	if file != "" {
		dst = appendPlace(dst, file, line)
	}
	return append(dst, ')')
}

func appendPlace(dst []byte, file string, line int) []byte {
	dst = appendWord(dst, file, "(),")
	dst = append(dst, ':')
	return strconv.AppendInt(dst, int64(max(line, 0)), 10)
}

// at reads " (state 2, fetch.go:41)" if it comes next. What is in parentheses
// but not of this form is left alone.
func (p *scanner) at() (state int, file string, line int) {
	q := *p
	state = -1
	if !q.lit(" (") {
		return -1, "", 0
	}
	ok := true
	if q.lit("state ") {
		if state, ok = q.int(); !ok {
			return -1, "", 0
		}
		if q.lit(")") {
			*p = q
			return state, "", 0
		}
		ok = q.lit(", ")
	}
	if ok {
		file, line, ok = q.place()
	}
	if !ok || !q.lit(")") {
		return -1, "", 0
	}
	*p = q
	return state, file, line
}

// place reads "fetch.go:41" up to a closing parenthesis.
func (p *scanner) place() (file string, line int, ok bool) {
	if strings.HasPrefix(p.rest, `"`) {
		if file, ok = p.quoted(); !ok || file == "" || !p.lit(":") {
			return "", 0, false
		}
		line, ok = p.int()
		return file, line, ok
	}
	end := strings.IndexByte(p.rest, ')')
	colon := end - 1
	for colon > 0 && '0' <= p.rest[colon] && p.rest[colon] <= '9' {
		colon--
	}
	if colon <= 0 || p.rest[colon] != ':' {
		return "", 0, false
	}
	file, p.rest = p.rest[:colon], p.rest[colon+1:]
	line, ok = p.int()
	return file, line, ok
}

// Place returns file and line as they are shown, "fetch.go:41", or "" if file
// is empty. A message has a file's name quoted where it could be misread.
func Place(file string, line int) string {
	if file == "" {
		return ""
	}
	return file + ":" + strconv.Itoa(max(line, 0))
}

// A Spawn says that a coroutine was made (category spawn), or that it is
// older than the epoch (category snapshot).
type Spawn struct {
	Who   Ref
	Shape string
	Func  string // the body's function or the machine's type
	File  string // where it was made; empty if not known
	Line  int
	By    Ref // the coroutine that made it; zero if made outside of any
}

func (m *Spawn) texts() []*string {
	return []*string{&m.By.Name, &m.Func, &m.Who.Name, &m.File, &m.Shape}
}

func (m Spawn) write(dst []byte) []byte {
	dst = m.Who.Append(dst)
	dst = append(dst, ' ')
	dst = appendWord(dst, m.Shape, "")
	dst = append(dst, ' ')
	dst = appendWord(dst, m.Func, "")
	dst = appendAt(dst, -1, m.File, m.Line)
	if !m.By.IsZero() {
		dst = append(dst, " by "...)
		dst = m.By.Append(dst)
	}
	return dst
}

// Append appends the message to dst.
func (m Spawn) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Spawn) String() string { return string(m.Append(nil)) }

// ParseSpawn parses a message of category spawn or snapshot.
func ParseSpawn(s string) (m Spawn, ok bool) {
	p := scanner{s}
	if m.Who, ok = p.ref(); !ok || !p.lit(" ") {
		return Spawn{}, false
	}
	if m.Shape, ok = p.word(""); !ok || !p.lit(" ") {
		return Spawn{}, false
	}
	if m.Func, ok = p.word(""); !ok {
		return Spawn{}, false
	}
	_, m.File, m.Line = p.at()
	if p.lit(" by ") {
		if m.By, ok = p.ref(); !ok {
			return Spawn{}, false
		}
	}
	if !p.end() {
		return Spawn{}, false
	}
	return m, true
}

// A Ready says that a coroutine will be resumed in the loop's next turn; or it
// waits on, if what it was called for is gone by then, and another Ready follows.
type Ready struct {
	Who   Ref
	By    Ref    // the coroutine that made it ready; zero if none did
	Cause string // one of the Cause constants; may be empty if By is not zero
}

func (m *Ready) texts() []*string { return []*string{&m.Cause, &m.By.Name, &m.Who.Name} }

func (m Ready) write(dst []byte) []byte {
	dst = m.Who.Append(dst)
	dst = append(dst, " by "...)
	if m.By.IsZero() {
		return appendWord(dst, m.Cause, "()")
	}
	dst = m.By.Append(dst)
	if m.Cause != "" {
		dst = append(dst, " ("...)
		dst = appendWord(dst, m.Cause, "()")
		dst = append(dst, ')')
	}
	return dst
}

// Append appends the message to dst.
func (m Ready) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Ready) String() string { return string(m.Append(nil)) }

// ParseReady parses a message of category ready.
func ParseReady(s string) (m Ready, ok bool) {
	p := scanner{s}
	if m.Who, ok = p.ref(); !ok || !p.lit(" by ") {
		return Ready{}, false
	}
	alone := p
	if m.Cause, ok = alone.word("#"); ok && alone.end() {
		return m, true
	}
	m.Cause = ""
	if m.By, ok = p.ref(); !ok {
		return Ready{}, false
	}
	if p.lit(" (") {
		if m.Cause, ok = p.word("()"); !ok || !p.lit(")") {
			return Ready{}, false
		}
	}
	if !p.end() {
		return Ready{}, false
	}
	return m, true
}

// NoState is the State of a suspension whose shape has no states.
const NoState = -1

// A Suspension says that a coroutine is about to be suspended (category
// suspend), or is suspended where an epoch begins (category suspended).
type Suspension struct {
	Who    Ref
	Kind   string // one of the Kind constants
	Label  string // which one; may be empty
	State  int    // number of the state; NoState if the shape has none
	File   string // where; empty if not known
	Line   int
	Detail string // more about this one; may be empty
}

// On returns "await <kind> <label>".
func (m Suspension) On() string { return Await(m.Kind, m.Label) }

// Place returns "fetch.go:41", or "" if it is not known.
func (m Suspension) Place() string { return Place(m.File, m.Line) }

func (m *Suspension) texts() []*string {
	return []*string{&m.Detail, &m.Label, &m.Who.Name, &m.File, &m.Kind}
}

func (m Suspension) write(dst []byte) []byte {
	dst = m.Who.Append(dst)
	dst = append(dst, " -> "...)
	return m.appendAwait(dst)
}

func (m Suspension) appendAwait(dst []byte) []byte {
	dst = append(dst, awaitPrefix...)
	dst = appendWord(dst, m.Kind, "")
	// Without a place between them, a plain label could not be told from the
	// detail that follows.
	bare := m.State < 0 && m.File == ""
	if m.Label != "" || bare && m.Detail != "" {
		dst = append(dst, ' ')
		dst = appendIf(dst, m.Label, plainName(m.Label) && !(bare && m.Detail != ""))
	}
	return m.appendWhere(dst)
}

// appendWhere appends state, place and detail.
func (m Suspension) appendWhere(dst []byte) []byte {
	dst = appendAt(dst, m.State, m.File, m.Line)
	if m.Detail != "" {
		dst = append(dst, ' ')
		dst = appendText(dst, m.Detail)
	}
	return dst
}

// Append appends the message to dst.
func (m Suspension) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Suspension) String() string { return string(m.Append(nil)) }

// ParseSuspension parses a message of category suspend or suspended.
func ParseSuspension(s string) (m Suspension, ok bool) {
	p := scanner{s}
	if m.Who, ok = p.ref(); !ok || !p.lit(" -> ") || !p.await(&m) {
		return Suspension{}, false
	}
	return m, true
}

// await reads from "await" to the end.
func (p *scanner) await(m *Suspension) (ok bool) {
	if !p.lit(awaitPrefix) {
		return false
	}
	if m.Kind, ok = p.word(""); !ok {
		return false
	}
	if p.rest != "" && !strings.HasPrefix(p.rest, " (") {
		if !p.lit(" ") {
			return false
		}
		if m.Label, ok = p.quoted(); !ok {
			i := strings.IndexByte(p.rest, '(') - 1
			if i < 0 || p.rest[i] != ' ' {
				// Others may write a label with a parenthesis as it is.
				if i = strings.Index(p.rest, " ("); i < 0 {
					i = len(p.rest)
				}
			}
			m.Label, p.rest = p.rest[:i], p.rest[i:]
		}
	}
	return p.where(m)
}

// where reads state, place and detail.
func (p *scanner) where(m *Suspension) bool {
	m.State, m.File, m.Line = p.at()
	if p.lit(" ") {
		m.Detail = p.text()
	}
	return p.end()
}

// A Resume says that a coroutine goes on from a suspension, or starts.
type Resume struct {
	Suspension
	Start bool // it starts: Kind, Label and State mean nothing
}

// On returns "await <kind> <label>", or "" for a start.
func (m Resume) On() string {
	if m.Start {
		return ""
	}
	return m.Suspension.On()
}

func (m Resume) write(dst []byte) []byte {
	dst = m.Who.Append(dst)
	dst = append(dst, " <- "...)
	if m.Start {
		dst = append(dst, "start"...)
		m.State = NoState
		return m.appendWhere(dst)
	}
	return m.appendAwait(dst)
}

// Append appends the message to dst.
func (m Resume) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Resume) String() string { return string(m.Append(nil)) }

// ParseResume parses a message of category resume.
func ParseResume(s string) (m Resume, ok bool) {
	p := scanner{s}
	if m.Who, ok = p.ref(); !ok || !p.lit(" <- ") {
		return Resume{}, false
	}
	start := p
	if start.lit("start") && (start.end() || start.rest[0] == ' ') {
		m.Start = true
		ok = start.where(&m.Suspension)
	} else {
		ok = p.await(&m.Suspension)
	}
	if !ok {
		return Resume{}, false
	}
	return m, true
}

const (
	sincePrefix  = "since "
	throwsPrefix = "throws "
)

// Since returns the detail of a message of category suspended: for how long
// the coroutine has been suspended, and the suspension's own detail.
func Since(d time.Duration, detail string) string {
	if detail == "" {
		return sincePrefix + d.String()
	}
	return sincePrefix + d.String() + ", " + detail
}

// ParseSince takes apart what Since returned.
func ParseSince(s string) (d time.Duration, detail string, ok bool) {
	s, ok = strings.CutPrefix(s, sincePrefix)
	if !ok {
		return 0, "", false
	}
	s, detail, _ = strings.Cut(s, ", ")
	d, err := time.ParseDuration(s)
	return d, detail, err == nil
}

// Throws returns the detail of a Resume that throws an error in.
func Throws(err string) string { return throwsPrefix + err }

// ParseThrows takes apart what Throws returned.
func ParseThrows(detail string) (err string, ok bool) { return strings.CutPrefix(detail, throwsPrefix) }

// An End says that a coroutine has ended.
type End struct {
	Who     Ref
	Outcome string // one of the Outcome constants
	Detail  string // the error or the panic's value; may be empty
}

func (m *End) texts() []*string { return []*string{&m.Detail, &m.Who.Name, &m.Outcome} }

func (m End) write(dst []byte) []byte {
	dst = m.Who.Append(dst)
	dst = append(dst, ' ')
	dst = appendWord(dst, m.Outcome, ":")
	if m.Detail != "" {
		dst = append(dst, ": "...)
		dst = appendText(dst, m.Detail)
	}
	return dst
}

// Append appends the message to dst.
func (m End) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m End) String() string { return string(m.Append(nil)) }

// ParseEnd parses a message of category end.
func ParseEnd(s string) (m End, ok bool) {
	p := scanner{s}
	if m.Who, ok = p.ref(); !ok || !p.lit(" ") {
		return End{}, false
	}
	if m.Outcome, ok = p.word(":"); !ok {
		return End{}, false
	}
	if p.lit(": ") {
		m.Detail = p.text()
	}
	if !p.end() {
		return End{}, false
	}
	return m, true
}
