// Package main is.
package main

import (
	"fmt"
	"os"
)

const Limit = 3

var x, y = 1, 2

// Point is.
type Point struct {
	X int
}

type Namer interface{ Name() string }

// Name is.
func (p *Point) Name() string { return "p" }

func main() {
	fmt.Println("x", os.Args)
}
