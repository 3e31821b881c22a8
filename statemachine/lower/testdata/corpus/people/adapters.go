package people

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"corpus/rec"
)

// Adapters of sequences.

//lower:run Map(seqOf[int](1, 2), digits)
//coro:lower
func Map[A, B any](seq iter.Seq[A], f func(A) B) iter.Seq[B] {
	return func(yield func(B) bool) {
		for a := range seq {
			if !yield(f(a)) {
				return
			}
		}
	}
}

//lower:run Filter(upTo(5), func(n int) bool { return n%2 == 0 })
//coro:lower
func Filter[V any](seq iter.Seq[V], keep func(V) bool) iter.Seq[V] {
	return func(yield func(V) bool) {
		for v := range seq {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("upTo is done")
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

//lower:run Zip(upTo(3), seqOf[string]("a", "b"))
//lower:run Zip(upTo(1), seqOf[string]("a", "b"))
//coro:lower
func Zip[A, B any](as iter.Seq[A], bs iter.Seq[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		next, stop := iter.Pull(bs)
		defer stop()
		for a := range as {
			b, ok := next()
			if !ok || !yield(a, b) {
				return
			}
		}
	}
}

//lower:run Merge(seqOf[int](1, 4, 5), seqOf[int](2, 3, 9))
//coro:lower
func Merge(a, b iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		nextA, stopA := iter.Pull(a)
		defer stopA()
		nextB, stopB := iter.Pull(b)
		defer stopB()
		va, okA := nextA()
		vb, okB := nextB()
		for okA || okB {
			if okA && (!okB || va <= vb) {
				if !yield(va) {
					return
				}
				va, okA = nextA()
			} else {
				if !yield(vb) {
					return
				}
				vb, okB = nextB()
			}
		}
	}
}

//lower:run Chunk(upTo(5), 2)
//lower:run Chunk(upTo(5), 0)
//coro:lower
func Chunk[V any](seq iter.Seq[V], n int) iter.Seq[[]V] {
	if n < 1 {
		panic("chunks must not be empty")
	}
	return func(yield func([]V) bool) {
		var chunk []V
		for v := range seq {
			chunk = append(chunk, v)
			if len(chunk) == n {
				if !yield(chunk) {
					return
				}
				chunk = nil
			}
		}
		if len(chunk) > 0 {
			yield(chunk)
		}
	}
}

//lower:run Take(Naturals(), 3)
//lower:run Take(Naturals(), 0)
//coro:lower
func Take[V any](seq iter.Seq[V], n int) iter.Seq[V] {
	return func(yield func(V) bool) {
		if n <= 0 {
			return
		}
		i := 0
		for v := range seq {
			if !yield(v) {
				return
			}
			if i++; i == n {
				return
			}
		}
	}
}

//lower:run Drop(Naturals(), 3)
//coro:lower
func Drop[V any](seq iter.Seq[V], n int) iter.Seq[V] {
	return func(yield func(V) bool) {
		for v := range seq {
			if n > 0 {
				n--
				continue
			}
			if !yield(v) {
				return
			}
		}
	}
}

//lower:run Naturals()
//coro:lower
func Naturals() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
}

//lower:run Concat(upTo(2), upTo(0), upTo(1))
//lower:run Concat[int]()
//coro:lower
func Concat[V any](seqs ...iter.Seq[V]) iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, seq := range seqs {
			for v := range seq {
				if !yield(v) {
					return
				}
			}
		}
	}
}

//lower:run Flatten(Map(upTo(3), upTo))
//coro:lower
func Flatten[V any](seqs iter.Seq[iter.Seq[V]]) iter.Seq[V] {
	return func(yield func(V) bool) {
		for seq := range seqs {
			for v := range seq {
				if !yield(v) {
					return
				}
			}
		}
	}
}

//lower:run TakeWhile(Naturals(), func(n int) bool { return n < 3 })
//coro:lower
func TakeWhile[V any](seq iter.Seq[V], while func(V) bool) iter.Seq[V] {
	return func(yield func(V) bool) {
		for v := range seq {
			if !while(v) || !yield(v) {
				return
			}
		}
	}
}

//lower:run Scan(upTo(4), 10, func(a, b int) int { return a + b })
//coro:lower
func Scan[A, V any](seq iter.Seq[V], a A, f func(A, V) A) iter.Seq[A] {
	return func(yield func(A) bool) {
		for v := range seq {
			a = f(a, v)
			if !yield(a) {
				return
			}
		}
	}
}

//lower:run Windows([]int{1, 2, 3, 4}, 3)
//coro:lower
func Windows[V any](list []V, n int) iter.Seq2[int, []V] {
	return func(yield func(int, []V) bool) {
		for i := 0; i+n <= len(list) && yield(i, list[i:i+n]); i++ {
		}
	}
}

//lower:run Unique(seqOf[int](1, 2, 1, 3, 2))
//coro:lower
func Unique[V comparable](seq iter.Seq[V]) iter.Seq[V] {
	return func(yield func(V) bool) {
		seen := make(map[V]struct{})
		for v := range seq {
			if _, ok := seen[v]; ok {
				continue
			}
			seen[v] = struct{}{}
			if !yield(v) {
				return
			}
		}
	}
}

//lower:run Cycle([]string{"a", "b"})
//lower:run Cycle[int](nil)
//coro:lower
func Cycle[V any](list []V) iter.Seq[V] {
	return func(yield func(V) bool) {
		for n := 0; len(list) > 0 && n < 70; {
			for _, v := range list {
				if n++; !yield(v) {
					return
				}
			}
		}
	}
}

//lower:run Pipeline([]string{"b", "", "c", "a"})
//coro:lower
func Pipeline(names []string) iter.Seq[string] {
	nonEmpty := Filter(slices.Values(names), func(s string) bool { return s != "" })
	return Map(nonEmpty, strings.ToUpper)
}

// Generators.

//lower:run Primes(20)
//coro:lower
func Primes(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		sieve(func(yield func(int) bool) {
			for i := 2; i < n && yield(i); i++ {
			}
		}, yield)
	}
}

func sieve(seq iter.Seq[int], yield func(int) bool) bool {
	next, stop := iter.Pull(seq)
	defer stop()
	p, ok := next()
	if !ok {
		return true
	}
	if !yield(p) {
		return false
	}
	return sieve(func(yield func(int) bool) {
		for v, ok := next(); ok; v, ok = next() {
			if v%p != 0 && !yield(v) {
				return
			}
		}
	}, yield)
}

//lower:run PrimesBySequences(integers(2, 20))
//coro:lower
func PrimesBySequences(seq iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		p := 0
		for v := range seq {
			p = v
			break
		}
		if p == 0 || !yield(p) {
			return
		}
		for v := range PrimesBySequences(indivisible(seq, p)) {
			if !yield(v) {
				return
			}
		}
	}
}

func integers(from, to int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := from; i < to; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

func indivisible(seq iter.Seq[int], p int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for v := range seq {
			if v%p != 0 && !yield(v) {
				return
			}
		}
	}
}

//lower:run Permutations([]int{1, 2, 3})
//lower:run Permutations([]string{})
//coro:lower
func Permutations[V any](list []V) iter.Seq[[]V] {
	return func(yield func([]V) bool) {
		var permute func(k int) bool
		permute = func(k int) bool {
			if k == len(list) {
				return yield(slices.Clone(list))
			}
			for i := k; i < len(list); i++ {
				list[k], list[i] = list[i], list[k]
				if !permute(k + 1) {
					return false
				}
				list[k], list[i] = list[i], list[k]
			}
			return true
		}
		permute(0)
	}
}

//lower:run Heap2([]int{1, 2, 3})
//coro:lower
func Heap2(a []int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		c := make([]int, len(a))
		if !yield(slices.Clone(a)) {
			return
		}
		for i := 0; i < len(a); {
			if c[i] < i {
				if i%2 == 0 {
					a[0], a[i] = a[i], a[0]
				} else {
					a[c[i]], a[i] = a[i], a[c[i]]
				}
				if !yield(slices.Clone(a)) {
					return
				}
				c[i]++
				i = 0
			} else {
				c[i] = 0
				i++
			}
		}
	}
}

//lower:run Combinations([]string{"a", "b", "c", "d"}, 2)
//coro:lower
func Combinations[V any](list []V, k int) iter.Seq[[]V] {
	var pick func(from int, chosen []V, yield func([]V) bool) bool
	pick = func(from int, chosen []V, yield func([]V) bool) bool {
		if len(chosen) == k {
			return yield(slices.Clone(chosen))
		}
		for i := from; i < len(list); i++ {
			if !pick(i+1, append(chosen, list[i]), yield) {
				return false
			}
		}
		return true
	}
	return func(yield func([]V) bool) { pick(0, nil, yield) }
}

//lower:run Subsets([]int{1, 2, 3})
//coro:lower
func Subsets(list []int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		for mask := range 1 << len(list) {
			var s []int
			for i, v := range list {
				if mask>>i&1 == 1 {
					s = append(s, v)
				}
			}
			if !yield(s) {
				return
			}
		}
	}
}

//lower:run Queens(6)
//coro:lower
func Queens(n int) iter.Seq[[]int] {
	const empty = -1
	type diagonal int
	board := make([]int, n)
	for i := range board {
		board[i] = empty
	}
	columns, up, down := make([]bool, n), map[diagonal]bool{}, map[diagonal]bool{}
	return func(yield func([]int) bool) {
		var place func(row int) bool
		place = func(row int) bool {
			if row == n {
				return yield(slices.Clone(board))
			}
			for col := range n {
				u, d := diagonal(row+col), diagonal(row-col)
				if columns[col] || up[u] || down[d] {
					continue
				}
				columns[col], up[u], down[d], board[row] = true, true, true, col
				if !place(row + 1) {
					return false
				}
				columns[col], up[u], down[d], board[row] = false, false, false, empty
			}
			return true
		}
		place(0)
	}
}

//lower:run Collatz(6)
//coro:lower
func Collatz(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for yield(n) && n != 1 {
			switch n % 2 {
			case 0:
				n /= 2
			default:
				n = 3*n + 1
			}
		}
	}
}

// Scanners.

type Token struct {
	Kind, Text string
}

var errUnexpected = errors.New("unexpected")

//lower:run Tokens("ab + 12*(c)")
//lower:run Tokens("a # b")
//coro:lower
func Tokens(text string) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		rs := []rune(text)
		for i := 0; i < len(rs); {
			start := i
			switch r := rs[i]; {
			case unicode.IsSpace(r):
				i++
				continue
			case unicode.IsLetter(r):
				for i < len(rs) && unicode.IsLetter(rs[i]) {
					i++
				}
				if !yield(Token{"name", string(rs[start:i])}, nil) {
					return
				}
			case unicode.IsDigit(r):
				for ; i < len(rs) && unicode.IsDigit(rs[i]); i++ {
				}
				if !yield(Token{"number", string(rs[start:i])}, nil) {
					return
				}
			case strings.ContainsRune("+*()", r):
				i++
				if !yield(Token{string(r), ""}, nil) {
					return
				}
			default:
				yield(Token{}, fmt.Errorf("%w: %q", errUnexpected, r))
				return
			}
		}
	}
}

//lower:run Lines("a\nbc\n\nd")
//coro:lower
func Lines(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		n := 0
		for len(text) > 0 {
			line, rest, _ := strings.Cut(text, "\n")
			n++
			if !yield(n, line) {
				return
			}
			text = rest
		}
	}
}

type database struct{ rows [][]any }

type cursor struct {
	db   *database
	at   int
	fail int
	err  error
}

func (db *database) query(fail int) (*cursor, error) {
	if fail == 0 {
		return nil, errUnexpected
	}
	rec.Log("query")
	return &cursor{db: db, fail: fail}, nil
}

func (c *cursor) Next() bool {
	if c.at++; c.at == c.fail {
		c.err = errUnexpected
		return false
	}
	return c.at <= len(c.db.rows)
}

func (c *cursor) Scan(dest ...*any) error {
	for i, d := range dest {
		*d = c.db.rows[c.at-1][i]
	}
	return nil
}

func (c *cursor) Close() error {
	rec.Log("close")
	return nil
}

type User struct {
	Name any
	Age  any
}

var users = &database{rows: [][]any{{"Ada", 36}, {"Bob", 7}}}

//lower:run users.Users(9)
//lower:run users.Users(2)
//lower:run users.Users(0)
//coro:lower
func (db *database) Users(fail int) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		rows, err := db.query(fail)
		if err != nil {
			yield(User{}, err)
			return
		}
		defer func() {
			if err := rows.Close(); err != nil {
				yield(User{}, err)
			}
		}()
		for rows.Next() {
			var u User
			if err := rows.Scan(&u.Name, &u.Age); !yield(u, err) {
				return
			}
		}
		if rows.err != nil {
			yield(User{}, fmt.Errorf("after %d: %w", rows.at, rows.err))
		}
	}
}

//lower:run must(users.Open(9))
//lower:run must(users.Open(0))
//coro:lower
func (db *database) Open(fail int) (iter.Seq[User], error) {
	rows, err := db.query(fail)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	ok := false
	defer func() {
		if !ok {
			rows.Close()
		}
	}()
	if len(db.rows) == 0 {
		return nil, errUnexpected
	}
	ok = true
	return func(yield func(User) bool) {
		defer rows.Close()
		for rows.Next() {
			var u User
			if rows.Scan(&u.Name, &u.Age) != nil || !yield(u) {
				return
			}
		}
	}, nil
}

func must[T any](x T, err error) T {
	if err != nil {
		rec.Log(err)
	}
	return x
}

//lower:run Pages(func(n int) ([]string, int, error) { return []string{"p", "q"}[:n%3], n - 1, nil }, 4)
//coro:lower
func Pages(fetch func(page int) (items []string, next int, err error), page int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for page > 0 {
			items, next, err := fetch(page)
			if err != nil {
				yield("", err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			page = next
		}
	}
}

//lower:run Select(feed(1, 2, 3), make(chan struct{}))
//coro:lower
func Select(c <-chan int, done <-chan struct{}) iter.Seq[int] {
	return func(yield func(int) bool) {
		for {
			select {
			case v, ok := <-c:
				if !ok || !yield(v) {
					return
				}
			case <-done:
				return
			}
		}
	}
}

func feed(values ...int) <-chan int {
	c := make(chan int, len(values))
	for _, v := range values {
		c <- v
	}
	close(c)
	return c
}

type visitor interface{ Visit(yield func(string) bool) }

type leaf string

func (l leaf) Visit(yield func(string) bool) { yield(string(l)) }

//lower:run Shapes([]any{1, "s", leaf("l"), nil, []any{2.5, leaf("m")}})
//coro:lower
func Shapes(xs []any) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, x := range xs {
			switch x := x.(type) {
			case nil:
				if !yield("nil") {
					return
				}
			case int, float64:
				if !yield(fmt.Sprint("number ", x)) {
					return
				}
			case string:
				if !yield(x) {
					return
				}
			case visitor:
				for s := range x.Visit {
					if !yield(s) {
						return
					}
				}
			case []any:
				for s := range Shapes(x) {
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

func seqOf[V any](values ...V) iter.Seq[V] { return slices.Values(values) }

func digits(n int) string { return fmt.Sprint(n) }
