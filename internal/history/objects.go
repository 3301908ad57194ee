package history

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// maxObject is the size up to which an object is searched: 8 MiB.
const maxObject = 8 << 20

// object is a commit, tree, blob or tag that some ref reaches.
type object struct {
	id, kind string
	commit   string // the first that reaches it: itself, where it is one
	path     string // where it stands there; the name of a tag
	data     []byte // valid until the next
}

// nobody stands where no commit came yet: a ref may name a file by itself.
const nobody = "-"

// Unsearched is an object of the history that was not looked into.
type Unsearched struct {
	Object string // its whole name
	Commit string // the first that holds it, abbreviated; empty where nobody knows
	Path   string // where it stands there; empty where nobody knows
	Size   int64  // in bytes; 0 where the object is missing, as in a partial clone
}

// objects visits everything that any ref or HEAD reaches, once, older commits first.
// Three gits stand in a row: one lists, one measures, one reads.
func (r *Repository) objects(ctx context.Context, visit func(object) error) ([]Unsearched, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var running sync.WaitGroup
	var missing, large []Unsearched
	listed, list := io.Pipe()
	measured, measure := io.Pipe()
	stage := func(in *io.PipeReader, out *io.PipeWriter, work func() error) {
		running.Go(func() {
			if err := work(); err != nil {
				fail(err)
			}
			if in != nil {
				in.Close()
			}
			if out != nil {
				out.Close()
			}
		})
	}
	stage(nil, list, func() (err error) {
		missing, err = r.list(ctx, list)
		return err
	})
	stage(listed, measure, func() (err error) {
		large, err = r.measure(ctx, listed, measure)
		return err
	})
	stage(measured, nil, func() error { return r.read(ctx, measured, visit) })
	running.Wait()
	return append(missing, large...), context.Cause(ctx)
}

// list writes a line "object commit path" for each object.
func (r *Repository) list(ctx context.Context, to io.Writer) (missing []Unsearched, err error) {
	lines := bufio.NewWriter(to)
	commit := nobody
	err = r.stream(ctx, nil, func(out io.Reader) error {
		return each(out, '\n', func(line string) error {
			if id, found := strings.CutPrefix(line, "?"); found {
				missing = append(missing, Unsearched{Object: id})
				return nil
			}
			id, path, found := strings.Cut(line, " ")
			if !found {
				commit = id
			}
			_, err := fmt.Fprintf(lines, "%s %s %s\n", id, commit, path)
			return err
		})
	}, "rev-list", "--all", "--objects", "--in-commit-order", "--topo-order", "--reverse", "--missing=print")
	if err != nil {
		return nil, err
	}
	return missing, lines.Flush()
}

// measure writes on the lines of objects that are not too large.
func (r *Repository) measure(ctx context.Context, from io.Reader, to io.Writer) (large []Unsearched, err error) {
	lines := bufio.NewWriter(to)
	err = r.stream(ctx, from, func(out io.Reader) error {
		return each(out, '\n', func(line string) error {
			o, size, err := parseHeader(line)
			if err == nil && size > maxObject {
				large = append(large, Unsearched{o.id, short(o.commit), o.path, size})
				return nil
			}
			if err == nil {
				_, err = fmt.Fprintf(lines, "%s %s %s\n", o.id, o.commit, o.path)
			}
			return err
		})
	}, "cat-file", "--buffer", "--batch-check="+header)
	if err != nil {
		return nil, err
	}
	return large, lines.Flush()
}

// read visits the objects of the lines.
func (r *Repository) read(ctx context.Context, from io.Reader, visit func(object) error) error {
	var data []byte
	return r.stream(ctx, from, func(out io.Reader) error {
		in := bufio.NewReaderSize(out, 64<<10)
		for {
			line, err := in.ReadString('\n')
			if err == io.EOF && line == "" {
				return nil
			}
			if err != nil {
				return fmt.Errorf("git cat-file: %w", err)
			}
			o, size, err := parseHeader(strings.TrimSuffix(line, "\n"))
			if err != nil {
				return err
			}
			if size > maxObject {
				return fmt.Errorf("git cat-file: %s has grown to %d bytes", o.id, size)
			}
			if data, err = readObject(in, data, int(size)); err != nil {
				return fmt.Errorf("git cat-file: %s: %w", o.id, err)
			}
			o.data = data
			if err := visit(o); err != nil {
				return err
			}
		}
	}, "cat-file", "--buffer", "--batch="+header)
}

// readObject reads the bytes of an object and the line end behind them.
func readObject(in *bufio.Reader, data []byte, size int) ([]byte, error) {
	if cap(data) < size {
		data = make([]byte, size)
	}
	data = data[:size]
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, err
	}
	end, err := in.ReadByte()
	if err == nil && end != '\n' {
		err = fmt.Errorf("%q where a line end belongs", end)
	}
	return data, err
}

// header is how cat-file begins an object; the rest is what stood behind its name.
const header = "%(objectname) %(objecttype) %(objectsize) %(rest)"

func parseHeader(line string) (object, int64, error) {
	fields := strings.SplitN(line, " ", 5)
	if len(fields) < 4 {
		return object{}, 0, fmt.Errorf("git cat-file says %q", line)
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size < 0 {
		return object{}, 0, fmt.Errorf("git cat-file says %q", line)
	}
	o := object{id: fields[0], kind: fields[1], commit: fields[3]}
	if len(fields) == 5 {
		o.path = fields[4]
	}
	return o, size, nil
}

// short abbreviates the name of an object as far as it stays unique in any repository that people have.
func short(id string) string { return id[:min(len(id), 12)] }
