package protocol

// This file defines how texts are quoted, cut, and scanned.

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxMessage is the length of the longest message in bytes. The runtime cuts
// longer ones.
const MaxMessage = 1024

// callbackPrefix stands in place of a Ref where a callback acts.
const callbackPrefix = "callback "

// printable reports whether s is valid UTF-8 without control or other
// unprintable characters.
func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == 0x7f {
			return false
		} else if c >= utf8.RuneSelf {
			return printableUnicode(s[i:])
		}
	}
	return true
}

func printableUnicode(s string) bool {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return false
			}
		}
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// plainName reports whether s, which may have single spaces, can be written
// as it is where '#', " (" or the message's end delimits it.
func plainName(s string) bool {
	if s == "" || s[0] == ' ' || s[len(s)-1] == ' ' || !printable(s) {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '#', '(', ')':
			return false
		case ' ', '-':
			if next := s[i+1:]; next != "" && (s[i] == ' ' && next[0] == ' ' || s[i] == '-' && next[0] == '>') {
				return false
			}
		case '<':
			if next := s[i+1:]; next != "" && next[0] == '-' {
				return false
			}
		}
	}
	return !strings.HasPrefix(s, callbackPrefix)
}

// plainWord reports whether s can be written as it is where a space or a byte
// of stops delimits it.
func plainWord(s, stops string) bool {
	if s == "" || s[0] == '(' || !printable(s) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == ' ' || c == '"' || c == '#' || strings.IndexByte(stops, c) >= 0 {
			return false
		}
	}
	return true
}

// plainText reports whether s can be written as it is at a message's end.
func plainText(s string) bool {
	return s != "" && s[0] != '"' && s[0] != '(' && s[0] != ' ' && s[len(s)-1] != ' ' && printable(s)
}

func appendName(dst []byte, s string) []byte { return appendIf(dst, s, plainName(s)) }

func appendWord(dst []byte, s, stops string) []byte { return appendIf(dst, s, plainWord(s, stops)) }

func appendText(dst []byte, s string) []byte { return appendIf(dst, s, plainText(s)) }

func appendIf(dst []byte, s string, plain bool) []byte {
	if plain {
		return append(dst, s...)
	}
	return strconv.AppendQuote(dst, s)
}

// keepBytes is how much of a name at least is left when it is cut.
const keepBytes = 24

// A message knows how to write itself whole.
type message interface{ write(dst []byte) []byte }

// A cutter points to the texts of a message, in the order in which they are
// cut. The first is cut down to nothing if need be, the others to keepBytes.
type cutter[M message] interface {
	*M
	texts() []*string
}

// appendMessage appends m, cut to MaxMessage bytes.
func appendMessage[M message, P cutter[M]](dst []byte, m M) []byte {
	n := len(dst)
	dst = m.write(dst)
	if len(dst)-n > MaxMessage {
		return appendCut[M, P](dst[:n], m)
	}
	return dst
}

// appendCut is apart from appendMessage so that m escapes only here.
func appendCut[M message, P cutter[M]](dst []byte, m M) []byte {
	n := len(dst)
	dst = m.write(dst)
	for i, s := range P(&m).texts() {
		keep := keepBytes
		if i == 0 {
			keep = 0
		}
		// Quoting makes a text longer, so that cutting what is too much may
		// cut more than it must, but never less than a byte.
		for len(dst)-n > MaxMessage && len(*s) > keep+len(ellipsis) {
			*s = cut(*s, max(keep, len(*s)-(len(dst)-n-MaxMessage)-len(ellipsis)))
			dst = m.write(dst[:n])
		}
	}
	return dst
}

const ellipsis = "…"

// cut returns the first n bytes of s, or fewer so as not to split a
// character, and an ellipsis.
func cut(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + ellipsis
}

// A scanner reads a message from its beginning.
type scanner struct{ rest string }

// lit skips s if it comes next.
func (p *scanner) lit(s string) bool {
	if !strings.HasPrefix(p.rest, s) {
		return false
	}
	p.rest = p.rest[len(s):]
	return true
}

// quoted reads a quoted Go string, if one comes next.
func (p *scanner) quoted() (string, bool) {
	if p.rest == "" || p.rest[0] != '"' {
		return "", false
	}
	q, err := strconv.QuotedPrefix(p.rest)
	if err != nil {
		return "", false
	}
	s, err := strconv.Unquote(q)
	if err != nil {
		return "", false
	}
	p.rest = p.rest[len(q):]
	return s, true
}

// word reads up to a space, a byte of stops, or the end.
func (p *scanner) word(stops string) (string, bool) {
	if p.rest != "" && p.rest[0] == '"' {
		if s, ok := p.quoted(); ok {
			return s, true
		}
	}
	i := strings.IndexByte(p.rest, ' ')
	if i < 0 {
		i = len(p.rest)
	}
	if stops != "" {
		if j := strings.IndexAny(p.rest[:i], stops); j >= 0 {
			i = j
		}
	}
	s := p.rest[:i]
	p.rest = p.rest[i:]
	return s, i > 0
}

// text reads all that is left.
func (p *scanner) text() string {
	whole := *p
	if s, ok := p.quoted(); ok && p.rest == "" {
		return s
	}
	p.rest = ""
	return whole.rest
}

// uint reads a decimal number.
func (p *scanner) uint() (uint64, bool) {
	// By hand: strconv.ParseUint takes three times as long, and most of a
	// message's numbers have a few digits.
	n, i := uint64(0), 0
	for ; i < len(p.rest); i++ {
		d := p.rest[i] - '0'
		if d > 9 {
			break
		}
		if n >= math.MaxUint64/10 {
			return p.hugeUint()
		}
		n = 10*n + uint64(d)
	}
	p.rest = p.rest[i:]
	return n, i > 0
}

// hugeUint is uint for a number that may be too large.
func (p *scanner) hugeUint() (uint64, bool) {
	i := 0
	for i < len(p.rest) && '0' <= p.rest[i] && p.rest[i] <= '9' {
		i++
	}
	n, err := strconv.ParseUint(p.rest[:i], 10, 64)
	if err != nil {
		return 0, false
	}
	p.rest = p.rest[i:]
	return n, true
}

// int reads a decimal number that is not negative and fits an int.
func (p *scanner) int() (int, bool) {
	n, ok := p.uint()
	if !ok || n > math.MaxInt {
		return 0, false
	}
	return int(n), true
}

// end reports whether nothing is left.
func (p *scanner) end() bool { return p.rest == "" }
