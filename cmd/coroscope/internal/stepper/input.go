package stepper

// This file defines what a person can send and throw into a specimen.

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"coroscope/statemachine/specimen"
)

// A taker makes the values that a specimen takes out of what is typed.
type taker struct {
	takes string // "a number such as 3 or 2.5"; empty if it takes no values
	parse func(text string) ([]any, bool)
}

// takers are the takers of all types of values that specimens take.
var takers = map[reflect.Type]taker{
	reflect.TypeFor[float64](): {
		takes: "a number such as 3 or 2.5",
		parse: func(text string) ([]any, bool) {
			v, err := strconv.ParseFloat(text, 64)
			return []any{v}, err == nil
		},
	},
	reflect.TypeFor[byte](): {
		takes: "characters, such as 7 or 12+3; or ' '",
		parse: parseBytes,
	},
	reflect.TypeFor[string](): {
		takes: `a text, such as hello; "" is the empty one`,
		parse: func(text string) ([]any, bool) {
			if !strings.HasPrefix(text, `"`) {
				return []any{text}, text != ""
			}
			v, err := strconv.Unquote(text)
			return []any{v}, err == nil
		},
	},
	reflect.TypeFor[specimen.Token](): {
		takes: "a token: a number, or one of + - * / ( ) ; .",
		parse: parseToken,
	},
}

// parseBytes returns each character of a text, which may be quoted.
func parseBytes(text string) ([]any, bool) {
	if strings.HasPrefix(text, `"`) || strings.HasPrefix(text, "'") && text != "'" {
		quoted := `"` + strings.Trim(text, `'"`) + `"`
		unquoted, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, false
		}
		text = unquoted
	}
	var all []any
	for _, r := range text {
		if r >= utf8.RuneSelf {
			return nil, false
		}
		all = append(all, byte(r))
	}
	return all, len(all) > 0
}

func parseToken(text string) ([]any, bool) {
	text = strings.Trim(text, "'")
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return []any{specimen.Token{Kind: specimen.Number, Value: n}}, true
	}
	if len(text) != 1 || !strings.Contains("+-*/();.", text) {
		return nil, false
	}
	return []any{specimen.Token{Kind: text[0]}}, true
}

// takerOf returns what a specimen takes, which its scripts tell: those of one
// that takes values send some.
func takerOf(s *specimen.Specimen) taker {
	for _, script := range s.Scripts {
		for _, in := range script {
			if in.Op == specimen.OpSend {
				return takers[reflect.TypeOf(in.Value)]
			}
		}
	}
	return taker{}
}

// sends returns the inputs that send what was typed.
func (t taker) sends(name, text string) ([]specimen.Input, error) {
	if t.takes == "" {
		return nil, fmt.Errorf("%s takes no values: next resumes it", name)
	}
	values, ok := t.parse(text)
	if !ok {
		return nil, fmt.Errorf("%s takes %s; found %q", name, t.takes, cut(text))
	}
	var inputs []specimen.Input
	for _, v := range values {
		inputs = append(inputs, specimen.Send(v))
	}
	return inputs, nil
}

// thrown returns the error that is called what was typed: one that means
// something to specimens, or else a new one.
func thrown(text string) error {
	for _, known := range []error{specimen.ErrTimeout, specimen.ErrReset} {
		if known.Error() == text {
			return known
		}
	}
	return errors.New(text)
}
