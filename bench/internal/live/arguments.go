package live

import (
	"fmt"
	"os"
)

// Sizes are the numbers of sessions or calls that the arguments of a program name, or those that stand in for them.
func Sizes(arguments []string, otherwise ...int) ([]int, error) {
	if len(arguments) == 0 {
		return otherwise, nil
	}
	var sizes []int
	for _, argument := range arguments {
		n := 0
		if _, err := fmt.Sscan(argument, &n); err != nil || n < 1 {
			return nil, fmt.Errorf("%q is not a positive number", argument)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// Exit ends a program, and prints its error, if there is one.
func Exit(program string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", program, err)
		os.Exit(1)
	}
	os.Exit(0)
}
