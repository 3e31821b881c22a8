package trace

// This file defines how values are written: frames' slots, errors, and what
// was panicked with.

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"coroscope/coro"
)

const (
	maxValue = 200 // bytes of a slot's value
	maxError = 600 // bytes of an error
	maxDepth = 3   // of structs and slices within each other
	maxItems = 8   // of a slice or a struct
	ellipsis = "…"

	maxTypeName = 60 // bytes of the name of a type without a name
)

// valueText returns v as Go would write it, or what fits of it. It is the same
// text for the same value: no address is in it.
func valueText(v any) string {
	var b strings.Builder
	f := formatter{&b}
	if err, ok := v.(error); ok && !isNil(reflect.ValueOf(v)) {
		b.WriteString(short(callString(err.Error), maxValue))
	} else {
		f.value(reflect.ValueOf(v), 0)
	}
	return short(b.String(), maxValue)
}

// errorText returns what err says.
func errorText(err error) string {
	if isNil(reflect.ValueOf(err)) {
		return "nil " + reflect.TypeOf(err).String()
	}
	return short(callString(err.Error), maxError)
}

// outcomeText returns what is to be said about how a coroutine ended, beside
// the word for it.
func outcomeText(o coro.Outcome) string {
	switch {
	case o.Err == nil:
		return ""
	case o.Kind == coro.Panicked:
		p, ok := o.Err.(*coro.PanicError)
		if !ok {
			return errorText(o.Err)
		}
		if s, ok := p.Value.(string); ok {
			return short(s, maxError)
		}
		return valueText(p.Value)
	case o.Kind == coro.Failed:
		return errorText(o.Err)
	}
	return ""
}

// callString calls a method of the program that returns a string.
func callString(method func() string) (s string) {
	defer func() {
		if v := recover(); v != nil {
			s = "(panic while it was written)"
		}
	}()
	return method()
}

// short cuts s to n bytes, without splitting a character.
func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len(ellipsis)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + ellipsis
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.Interface:
		return v.IsNil()
	}
	return false
}

// A formatter writes values, and stops when it has written enough.
type formatter struct{ *strings.Builder }

func (f formatter) full() bool { return f.Len() > maxValue }

func (f formatter) value(v reflect.Value, depth int) {
	if f.full() {
		return
	}
	if !v.IsValid() {
		f.WriteString("nil")
		return
	}
	if isNil(v) && v.Kind() != reflect.Slice {
		f.WriteString("nil")
		return
	}
	switch v.Kind() {
	case reflect.Bool, reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		f.basic(v)
	case reflect.Interface:
		f.value(v.Elem(), depth)
	case reflect.Pointer:
		f.pointer(v, depth)
	case reflect.Struct:
		f.structure(v, depth)
	case reflect.Slice, reflect.Array:
		f.list(v, depth)
	case reflect.Map, reflect.Chan:
		// Its elements may be in use elsewhere, which for a map is fatal.
		fmt.Fprintf(f, "%s(len %d)", typeName(v.Type()), v.Len())
	default:
		f.WriteString(typeName(v.Type())) // a function, or an unsafe pointer
	}
}

// basic writes a number, string or boolean, by its String method if it has
// one: on such a value it is hardly more than a table.
func (f formatter) basic(v reflect.Value) {
	if v.CanInterface() {
		switch s := v.Interface().(type) {
		case time.Duration:
			f.WriteString(s.String())
			return
		case fmt.Stringer:
			f.WriteString(callString(s.String))
			return
		}
	}
	switch {
	case v.Kind() == reflect.Bool:
		f.WriteString(strconv.FormatBool(v.Bool()))
	case v.Kind() == reflect.String:
		f.WriteString(strconv.Quote(short(v.String(), maxValue)))
	case v.CanInt():
		f.WriteString(strconv.FormatInt(v.Int(), 10))
	case v.CanUint():
		f.WriteString(strconv.FormatUint(v.Uint(), 10))
	case v.CanFloat():
		f.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()))
	default:
		f.WriteString(strconv.FormatComplex(v.Complex(), 'g', -1, v.Type().Bits()))
	}
}

func (f formatter) pointer(v reflect.Value, depth int) {
	if e := v.Elem().Kind(); depth >= maxDepth || e != reflect.Struct && e != reflect.Array && e != reflect.Slice {
		f.WriteString(typeName(v.Type()))
		return
	}
	f.WriteByte('&')
	f.value(v.Elem(), depth)
}

func (f formatter) structure(v reflect.Value, depth int) {
	f.WriteString(typeName(v.Type()))
	if pkg := v.Type().PkgPath(); pkg == "sync" || pkg == "sync/atomic" {
		return // others may be changing it
	}
	f.WriteByte('{')
	for i := range v.NumField() {
		if i > 0 {
			f.WriteByte(' ')
		}
		if i == maxItems || depth >= maxDepth {
			f.WriteString(ellipsis)
			break
		}
		f.WriteString(v.Type().Field(i).Name)
		f.WriteByte(':')
		f.value(v.Field(i), depth+1)
	}
	f.WriteByte('}')
}

func (f formatter) list(v reflect.Value, depth int) {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		b := v.Bytes()
		f.WriteString(strconv.Quote(string(b[:min(len(b), maxValue)])))
		return
	}
	f.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			f.WriteByte(' ')
		}
		if i == maxItems || depth >= maxDepth {
			fmt.Fprintf(f, "%s (len %d)", ellipsis, v.Len())
			break
		}
		f.value(v.Index(i), depth+1)
	}
	f.WriteByte(']')
}

// typeName returns the name of a type, without arguments, which can be long.
func typeName(t reflect.Type) string {
	switch {
	case t.Name() != "":
		name, _, _ := strings.Cut(t.String(), "[")
		return name
	case t.Kind() == reflect.Pointer:
		return "*" + typeName(t.Elem())
	case t.Kind() == reflect.Struct:
		return "struct"
	}
	return short(t.String(), maxTypeName)
}
