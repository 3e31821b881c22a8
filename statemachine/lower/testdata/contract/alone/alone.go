// Package alone has bodies that stand alone.
package alone

import (
	"errors"
	"fmt"

	. "corpus/drive"

	"coroscope/coro"
)

//lower:run Average()
//coro:lower
func Average() coro.Body[float64, float64, float64] {
	return func(y *coro.Yielder[float64, float64]) (float64, error) {
		sum, count, average := 0.0, 0, 0.0
		for {
			value, err := y.YieldAs("value", average)
			switch {
			case errors.Is(err, ErrA):
				sum, count, average = 0, 0, 0
			case errors.Is(err, coro.ErrClosed):
				return average, nil
			case err != nil:
				return average, err
			default:
				sum += value
				count++
				average = sum / float64(count)
			}
		}
	}
}

// What was sent to one suspension is not seen by the next.
//
//lower:run Echo(y, 3)
//coro:lower
func Echo(y *coro.Yielder[string, string], n int) (string, error) {
	said := "nothing"
	for range n {
		in, err := y.Yield(said)
		if err != nil {
			return said, fmt.Errorf("at %s: %w", said, err)
		}
		said = "said " + in
	}
	return said, nil
}

//lower:run NamedResults(y, 4)
//coro:lower
func NamedResults(y *coro.Yielder[int, int], n int) (sum int, err error) {
	for i := range n {
		var in int
		if in, err = y.Yield(sum); err != nil {
			return
		}
		if i == 2 {
			return in, nil
		}
		sum += in
	}
	return
}

// A result without a name is zero in a bare return.
//
//lower:run HalfNamed(y)
//coro:lower
func HalfNamed(y *coro.Yielder[int, int]) (_ int, err error) {
	_, err = y.Yield(1)
	if err == nil {
		_, err = y.Yield(2)
	}
	return
}

// A closure sees and changes a named result.
//
//lower:run SharedResult(y)
//coro:lower
func SharedResult(y *coro.Yielder[int, int]) (total int, err error) {
	add := func(n int) { total += n }
	for i := range 3 {
		in, err := y.Yield(total)
		if err != nil {
			add(100)
			return total, err
		}
		add(in + i)
	}
	add(1000)
	return
}

//lower:run Results(y)
//coro:lower
func Results(y *coro.Yielder[int, int]) (int, error) {
	return y.Yield(At(1))
}

//lower:run Nested(y)
//coro:lower
func Nested(y *coro.Yielder[int, int]) (int, error) {
	return both(must(y.Yield(At(1)))+At(10)*must(y.YieldAs("inner", must(y.Yield(At(2)))+At(3))), At(4))
}

func must(n int, err error) int {
	Log("got", n, err)
	return n
}

func ok(n int, err error) bool {
	Log("ok", n, err)
	return err == nil && n%2 == 0
}

func both(a, b int) (int, error) { return a*100 + b, nil }

// Logical operators evaluate what they must, and no more.
//
//lower:run Logic(y)
//coro:lower
func Logic(y *coro.Yielder[int, int]) (string, error) {
	a := ok(y.Yield(1)) && ok(y.Yield(2)) || At(ok(y.Yield(3)))
	if !(ok(y.Yield(4)) || a) || ok(y.Yield(5)) {
		return "yes", nil
	}
	return "no", nil
}

// An error that was thrown in is caught, and the body goes on.
//
//lower:run Stubborn(y)
//coro:lower
func Stubborn(y *coro.Yielder[int, string]) (int, error) {
	for i := range 5 {
		_, err := y.Yield(fmt.Sprint(i))
		for try := 0; err != nil && try < 2; try++ {
			Log("thrown", err)
			_, err = y.YieldAs("again", err.Error())
		}
	}
	return 5, nil
}

// Assignments to what is no variable: operands before, results after.
//
//lower:run Places(y)
//coro:lower
func Places(y *coro.Yielder[int, int]) (string, error) {
	var point struct {
		x   int
		err error
	}
	list := []int{1, 2, 3}
	errs := map[string]error{}
	point.x, point.err = y.Yield(1)
	list[At(1)], errs[At("k")] = y.Yield(2)
	*pointer(&list[0]), _ = y.Yield(3)
	_, errs["last"] = y.Yield(4)
	return fmt.Sprint(point, list, errs), nil
}

func pointer(p *int) *int { Log("pointer"); return p }

// Results that nobody wants, and labels that are not known.
//
//lower:run Labels(y, "a", "", "c d")
//coro:lower
func Labels(y *coro.Yielder[int, int], names ...string) (int, error) {
	y.Yield(0)
	for i, name := range names {
		y.YieldAs(At(name), At(i))
		_, _ = y.YieldAs("known", i)
	}
	y.YieldAs(labelAndValue())
	return 0, nil
}

func labelAndValue() (string, int) { return At("made"), At(7) }

// A panic reaches the resumer.
//
//lower:run Panics(y)
//coro:lower
func Panics(y *coro.Yielder[int, int]) (int, error) {
	n, err := y.Yield(1)
	if err != nil {
		panic(err)
	}
	list := []int{1, 2, 3}
	_, err = y.Yield(list[n])
	if err != nil {
		panic(fmt.Sprint("late: ", err))
	}
	return list[n+2], nil
}

// Nothing is suspended.
//
//lower:run Never(y, 3)
//coro:lower
func Never(y *coro.Yielder[int, int], n int) (int, error) {
	if n > 2 {
		return n, ErrA
	}
	return n, nil
}

// Nothing ever returns.
//
//lower:run Forever(y)
//coro:lower
func Forever(y *coro.Yielder[int, int]) (int, error) {
	for i := 0; ; i++ {
		if _, err := y.Yield(i); err != nil {
			Log(err)
			Burn()
		}
	}
}

// A body that is no name in its function.
//
//lower:run Unused(2)
//coro:lower
func Unused(n int) coro.Body[int, string, string] {
	label := fmt.Sprint("n is ", n)
	return func(*coro.Yielder[int, string]) (string, error) { return label, nil }
}

// The body's type may have another name.
//
//lower:run Other("x")
//coro:lower
func Other(s string) func(*coro.Yielder[string, any]) (any, error) {
	return func(y *coro.Yielder[string, any]) (any, error) {
		in, err := y.Yield(nil)
		if err != nil {
			return nil, err
		}
		if in, err := y.Yield(len(in)); err != nil {
			return in, err
		} else if in == "" {
			return nil, nil
		}
		return []string{s, in}, nil
	}
}

// Generic, with values that hold references.
//
//lower:run Last([]string{"p", "q"}) // T=string
//lower:run Last([]any{1, nil}) // T=any
//coro:lower
func Last[T any](list []T) coro.Body[T, T, T] {
	return func(y *coro.Yielder[T, T]) (last T, err error) {
		for _, v := range list {
			if last, err = y.Yield(v); err != nil {
				return
			}
		}
		return last, nil
	}
}

type account struct{ balance int }

// Deposits is a method.
//
//lower:run (&account{5}).Deposits(y, 2)
//coro:lower
func (a *account) Deposits(y *coro.Yielder[int, int], n int) (int, error) {
	for range n {
		in, err := y.YieldAs("deposit", a.balance)
		if err != nil {
			a.balance = 0
			return a.balance, err
		}
		a.balance += in
	}
	return a.balance, nil
}

// Statements of all kinds around suspensions.
//
//lower:run Statements(y, 3)
//coro:lower
func Statements(y *coro.Yielder[int, int], n int) (result int, err error) {
	seen := map[int]bool{}
outer:
	for i := 0; i < n; i += max(1, must(y.Yield(i))%2) {
		switch in, err := y.Yield(i * 10); {
		case err != nil:
			Log("thrown", err)
			if errors.Is(err, ErrB) {
				break outer
			}
			return i, err
		case seen[in]:
			Log("again", in)
			continue outer
		case in == must(y.Yield(-1)):
			fallthrough
		default:
			seen[in] = true
		}
		func() {
			defer Log("of a literal's own")
			result += i
		}()
	}
	if len(seen) > 1 {
		goto end
	}
	result, err = y.Yield(99)
end:
	Log(len(seen))
	return
}

// Each iteration has its own variables.
//
//lower:run Fresh(y)
//coro:lower
func Fresh(y *coro.Yielder[int, int]) (string, error) {
	var fs []func() int
	for i := 0; i < 3; i++ {
		in, err := y.Yield(i)
		fs = append(fs, func() int { i++; in += 10; return i*1000 + in + num(err != nil) })
	}
	sum := ""
	for _, f := range fs {
		sum += fmt.Sprint(f(), f(), " ")
	}
	return sum, nil
}

func num(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A variable is called as what Resume is given.
//
//lower:run Names(y, 1, 2)
//coro:lower
func Names(y *coro.Yielder[int, int], in, thrown int) (result int, failure error) {
	m, state, end := in, thrown, 3
	label, points := "l", 5
	for range 2 {
		in, failure = y.YieldAs(label, m+state+end+points)
		thrown += in
	}
	label += "!"
	_, err := y.YieldAs(label, thrown)
	return thrown, err
}

type tree struct {
	left, right *tree
	value       int
}

var someTree = &tree{&tree{nil, &tree{nil, nil, 2}, 1}, &tree{nil, nil, 4}, 3}

//lower:run Walk(someTree)
//coro:lower
func Walk(t *tree) coro.Body[int, int, int] {
	return func(y *coro.Yielder[int, int]) (int, error) {
		count := 0
		err := walk(y, t, &count)
		return count, err
	}
}

func walk(y *coro.Yielder[int, int], t *tree, count *int) error {
	if t == nil {
		return nil
	}
	if err := walk(y, t.left, count); err != nil {
		return err
	}
	*count++
	if _, err := y.YieldAs("node", t.value); err != nil {
		return err
	}
	return walk(y, t.right, count)
}

//lower:run Leaves(y, someTree)
//coro:lower
func Leaves(y *coro.Yielder[int, int], t *tree) (int, error) {
	n, err := t.leaves(y)
	if errors.Is(err, ErrA) {
		in, err := again(y, "more", n)
		return in, err
	}
	return n, err
}

func (t *tree) leaves(y *coro.Yielder[int, int]) (int, error) {
	if t == nil {
		return 0, nil
	}
	if t.left == nil && t.right == nil {
		in, err := y.YieldAs("leaf", t.value)
		return 1 + in, err
	}
	left, err := t.left.leaves(y)
	if err != nil {
		return left, err
	}
	right, err := t.right.leaves(y)
	return left + right, err
}

func again(y *coro.Yielder[int, int], label string, n int) (in int, err error) {
	for range n % 3 {
		if in, err = y.YieldAs(label, in); err != nil {
			return
		}
	}
	return in * 10, nil
}

// A closure captures the yielder, and calls itself.
//
//lower:run Closure(y, someTree)
//coro:lower
func Closure(y *coro.Yielder[int, int], t *tree) (int, error) {
	sent, depth := 0, 0
	tell := func(label string, n int) (int, error) {
		in, err := y.YieldAs(label, n*10+depth)
		sent += in
		return in, err
	}
	var visit func(t *tree) error
	visit = func(t *tree) error {
		if t == nil {
			return nil
		}
		depth++
		defer0 := depth
		if err := visit(t.left); err != nil {
			return err
		}
		if _, err := tell("value", t.value); errors.Is(err, ErrA) {
			Log("skipped", t.value)
		} else if err != nil {
			return err
		}
		err := visit(t.right)
		Log(defer0, depth)
		depth--
		return err
	}
	err := visit(t)
	return sent, err
}

// A return leaves a range over a function, which is told to stop and evaluated
// after the results.
//
//lower:run Ranges(y, 3)
//coro:lower
func Ranges(y *coro.Yielder[int, int], n int) (result int, err error) {
	for i := range countdown(n) {
		in, err := y.Yield(i)
		if err != nil {
			return At(in), err
		}
		if in > 2 {
			return y.Yield(At(in))
		}
	}
	return
}

func countdown(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		defer Log("counted")
		for ; n > 0; n-- {
			if !yield(n) {
				Log("stopped at", n)
				return
			}
		}
	}
}

// Results have the zero values of their types, also where nothing suspends.
//
//lower:run Zero(y, false)
//lower:run Zero(y, true)
//coro:lower
func Zero(y *coro.Yielder[int, int], suspend bool) (list []float64, err error) {
	if suspend {
		_, err = zeros(y)
		return
	}
	return list, err
}

//lower:run NeverNamed(y)
//coro:lower
func NeverNamed(y *coro.Yielder[int, int]) (f float64, err error) {
	defer Log("never")
	return
}

func zeros(y *coro.Yielder[int, int]) (f float64, err error) {
	if f > 0 {
		_, err = y.Yield(1)
	}
	return
}
