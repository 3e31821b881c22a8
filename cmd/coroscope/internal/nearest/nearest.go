// Package nearest finds what somebody meant who mistyped a name.
package nearest

import (
	"fmt"
	"strings"
)

// Of returns the candidate that is most like name, or "" if none is like it:
// at most a third of its letters, and at least one, may differ. A candidate
// that begins with name, or differs only in case, is always like it. Of
// several that are equally near it returns the first.
func Of(name string, candidates []string) string {
	best, nearest := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		d := distance(strings.ToLower(name), strings.ToLower(c))
		if name != "" && strings.HasPrefix(strings.ToLower(c), strings.ToLower(name)) {
			d = 0
		}
		if d < nearest {
			best, nearest = c, d
		}
	}
	return best
}

// Unknown returns an error that says that there is no such name, the nearest
// one, and all there are. What is the word for what is named: "demo".
func Unknown(what, name string, candidates []string) error {
	hint := ""
	if n := Of(name, candidates); n != "" {
		hint = fmt.Sprintf("did you mean %q? ", n)
	}
	switch len(candidates) {
	case 0:
		return fmt.Errorf("unknown %s %q: there is none", what, name)
	case 1:
		if hint != "" {
			return fmt.Errorf("unknown %s %q: did you mean %q?", what, name, candidates[0])
		}
		return fmt.Errorf("unknown %s %q: there is only %s", what, name, candidates[0])
	}
	return fmt.Errorf("unknown %s %q: %sthere are %s", what, name, hint, strings.Join(candidates, ", "))
}

// distance is the number of bytes that must be inserted, deleted, replaced or
// swapped with their neighbor to make b of a (optimal string alignment, a
// restricted Damerau-Levenshtein distance).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replace := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
