package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// latency is how long an edit takes to a browser that has its page open.
type latency struct {
	Size    int           `json:"bulletins"`
	Edits   int           `json:"edits"`
	Median  time.Duration `json:"median_ns"`
	Longest time.Duration `json:"longest_ns"`
}

const edits = 20

// serve starts the preview and edits bulletins of all ages, one after the other. An edit's
// time is from the moment before its file is in its place to the moment when the page,
// fetched after the server's event, has been read and holds it.
func (t *trial) serve(ctx context.Context) (latency, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := t.subjects[0]
	base, stop, err := startServer(ctx, s.command[0], s.site)
	if err != nil {
		return latency{}, err
	}
	defer stop()
	b := browser{base}
	if err := b.await(ctx, t.bulletin(0, 0).page()); err != nil {
		return latency{}, err
	}
	events, err := b.listen(ctx)
	if err != nil {
		return latency{}, err
	}
	var took []time.Duration
	for i := range edits {
		time.Sleep(young)
		t.edition++
		d, err := b.follow(ctx, events, s, t.bulletin((t.size-1)*(edits-i)/edits, t.edition), t.edition)
		if err != nil {
			return latency{}, fmt.Errorf("edit %d: %w", i+1, err)
		}
		took = append(took, d)
	}
	slices.Sort(took)
	return latency{t.size, len(took), took[len(took)/2], took[len(took)-1]}, nil
}

// startServer runs tocsin serve; its first line says where it listens.
func startServer(ctx context.Context, tocsin, site string) (base string, stop func(), err error) {
	c := exec.CommandContext(ctx, tocsin, "-C", site, "serve", "--at", "127.0.0.1:0")
	var said bytes.Buffer
	c.Stderr = &said
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 10 * time.Second
	out, err := c.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := c.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		c.Process.Signal(os.Interrupt)
		end := time.AfterFunc(c.WaitDelay, func() { c.Process.Kill() })
		defer end.Stop()
		c.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("tocsin serve: %w\n%s", err, &said)
	}
	at, err := url.Parse(strings.TrimSpace(line))
	if err != nil {
		stop()
		return "", nil, err
	}
	return "http://" + at.Host, stop, nil
}

// browser asks a preview as a browser does.
type browser struct{ base string }

// await asks until there is an answer: a server listens before it has read its site.
func (b browser) await(ctx context.Context, path string) error {
	for {
		_, err := b.get(ctx, path)
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(young)
	}
}

func (b browser) get(ctx context.Context, path string) ([]byte, error) {
	answer, err := b.open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	return io.ReadAll(answer)
}

func (b browser) open(ctx context.Context, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("GET %s: %s", path, answer.Status)
	}
	return answer.Body, nil
}

// listen opens the stream of events (server-sent, HTML Standard 9.2); it ends with ctx.
// The one that greets is taken.
func (b browser) listen(ctx context.Context) (<-chan struct{}, error) {
	stream, err := b.open(ctx, "/_tocsin/events")
	if err != nil {
		return nil, err
	}
	events := make(chan struct{}, 100)
	go func() {
		defer stream.Close()
		defer close(events)
		for lines := bufio.NewScanner(stream); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "data:") {
				events <- struct{}{}
			}
		}
	}()
	<-events
	return events, nil
}

// follow edits a bulletin and waits until the browser has it.
func (b browser) follow(ctx context.Context, events <-chan struct{}, s subject, edited bulletin, edition int) (time.Duration, error) {
	path, text := s.source(edited)
	wanted := []byte(mark(edited.number, edition))
	began := time.Now()
	if err := replace(s.site+"/"+path, text); err != nil {
		return 0, err
	}
	for {
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-time.After(time.Minute):
			return 0, errors.New("no event for a minute")
		case _, open := <-events:
			if !open {
				return 0, errors.New("the stream of events ended")
			}
		}
		page, err := b.get(ctx, edited.page())
		if err != nil {
			return 0, err
		}
		if bytes.Contains(page, wanted) { // else the event was of something else
			return time.Since(began), nil
		}
	}
}
