package content

import (
	"fmt"
	"os"
	"testing"
)

func TestTmp(t *testing.T) {
	fsys := os.DirFS("../..")
	c, problems, err := ReadConfig(fsys)
	fmt.Printf("%+v\n%v\n%v\n", c.Products, problems, err)
	s, problems, err := Read(fsys)
	for _, b := range s.Bulletins {
		b.Source.Data = nil
		b.Body = nil
		fmt.Printf("%+v\n", b)
	}
	for _, p := range problems {
		fmt.Println(p.Position, p.Level, p.Code, p.Message, p.Hint)
	}
	fmt.Println(err)
}
