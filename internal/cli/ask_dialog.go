package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tocsin/internal/source"
)

// dialog asks questions and reads answers, one line each.
type dialog struct {
	out     io.Writer
	next    func() (string, error) // the next line that is typed; io.EOF behind the last
	patient bool                   // somebody is there to be asked again and again
	wrong   int                    // answers in a row that were none
	ended   bool                   // nothing more is to be read
	help    func()                 // says more about the question
	offered []option               // the answers to the question, for the tests
}

// Ends of a question that are no answer.
var (
	errLeft = errors.New("left for now")
	errStop = errors.New("enough for now")
)

// tries is how many wrong answers in a row a script may give before it is told so.
const tries = 3

// linesOf reads lines as they are asked for. Who interrupts is not kept waiting.
func linesOf(ctx context.Context, in io.Reader) func() (string, error) {
	type typed struct {
		text string
		err  error
	}
	from := bufio.NewReader(in)
	return func() (string, error) {
		line := make(chan typed, 1)
		go func() {
			text, err := from.ReadString('\n')
			line <- typed{text, err}
		}()
		select {
		case got := <-line:
			if got.text != "" { // the last line may have no end
				return strings.TrimSpace(got.text), nil
			}
			return "", got.err
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// tell prints a line.
func (d *dialog) tell(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// line reads what is typed at a prompt. It deals with ?, b and q itself.
func (d *dialog) line(prompt string) (string, error) {
	for {
		if d.ended {
			return "", errStop
		}
		fmt.Fprint(d.out, prompt)
		text, err := d.next()
		if !d.patient && err == nil {
			d.tell("%s", source.Visible(text)) // nobody saw it being typed
		}
		switch {
		case errors.Is(err, io.EOF):
			d.tell("")
			return "", errStop
		case err != nil:
			return "", err
		case text == "q":
			return "", errStop
		case text == "b":
			return "", errBack
		case text != "?":
			return text, nil
		}
		d.help()
	}
}

// refused says why an answer is none. Whoever cannot read that is told three times.
func (d *dialog) refused(format string, args ...any) error {
	why := fmt.Sprintf(format, args...)
	d.tell("  %s", hang(source.Visible(why), 2))
	d.wrong++
	if d.patient || d.wrong < tries {
		return nil
	}
	return &refusal{exitUsage, "the third answer in a row that is none: " + why, "the same command again; what was answered before this question is written"}
}

// option is one way to answer a question.
type option struct {
	word    string // empty: any line, which is the first of its details
	also    string // another word that stands for it; may be empty
	meaning string
	whole   bool // has to be typed in full: it can spare users a notice
	last    bool // there is no second answer beside it
	details []detail
	write   func(given []string) edits // the details as they were given
}

// detail is a line that an answer consists of besides its word.
type detail struct {
	ask      string
	usual    string                            // what Enter stands for; empty: nothing does
	optional bool                              // Enter is an answer: it is not stated
	grave    bool                              // an answer that is cut off here is none
	sample   string                            // stands for it while nobody has given it
	check    func(text string) (string, error) // the value to write; nil: any line
}

// choose reads an answer until it is one of the options. The text is what was typed
// where the option is any line. Enter is the usual answer, where there is one.
func (d *dialog) choose(options []option, usual string) (chosen option, text string, err error) {
	d.offered = options
	for {
		text, err = d.line("> ")
		if err != nil {
			return chosen, "", err
		}
		if text == "" {
			text = usual
		}
		if text == "" {
			return chosen, "", errLeft
		}
		chosen, why := pick(options, text)
		if why == "" && chosen.word == "" {
			text, err = chosen.details[0].value(text)
			if err != nil {
				why = err.Error()
			}
		}
		if why == "" {
			return chosen, text, nil
		}
		if err := d.refused("%s", why); err != nil {
			return chosen, "", err
		}
	}
}

// pick finds the option that a text stands for: by its word, its number, the
// beginning of its word, in small letters or capitals; else why it stands for none.
func pick(options []option, text string) (found option, why string) {
	var begun, words []string
	var free *option
	typed := text
	text = strings.ToLower(text)
	for i, o := range options {
		switch {
		case o.word == "":
			free = &options[i]
			continue
		case strings.ToLower(o.word) == text || o.also == text || strconv.Itoa(number(options, i)) == text:
			return o, ""
		case strings.HasPrefix(strings.ToLower(o.word), text):
			begun = append(begun, o.word)
			found = o
		}
		words = append(words, o.word)
	}
	switch {
	case free != nil:
		return *free, ""
	case len(begun) > 1:
		return found, fmt.Sprintf("%q could be %s", typed, strings.Join(begun, " or "))
	case len(begun) == 1 && found.whole:
		return found, fmt.Sprintf("%s is a strong claim: type the whole word, or its number", found.word)
	case len(begun) == 1:
		return found, ""
	}
	return found, fmt.Sprintf("%q is none of the answers: %s", typed, strings.Join(words, ", "))
}

// number is what an option is called in a list: those without a word have none.
func number(options []option, index int) int {
	n := 0
	for _, o := range options[:index+1] {
		if o.word != "" {
			n++
		}
	}
	return n
}

// details reads the lines that an answer needs besides its word. Whoever stops before
// one that can be left out has answered.
func (d *dialog) details(of []detail, given []string) ([]string, error) {
	for _, detail := range of[len(given):] {
		text, err := d.detail(detail)
		if errors.Is(err, errStop) && detail.optional && !detail.grave {
			d.ended, err = true, nil // the answer is whole without it
		}
		if err != nil {
			return nil, err
		}
		given = append(given, text)
	}
	return given, nil
}

// detail reads one such line.
func (d *dialog) detail(of detail) (string, error) {
	d.offered = []option{{details: []detail{of}}}
	prompt := "  " + of.ask + " "
	switch {
	case of.usual != "":
		prompt += "[" + of.usual + "] "
	case of.optional:
		prompt += "(Enter: not stated) "
	}
	for {
		text, err := d.line(prompt)
		switch {
		case err != nil:
			return "", err
		case text == "" && of.usual == "" && of.optional:
			return "", nil
		case text == "" && of.usual == "":
			return "", errLeft
		case text == "":
			text = of.usual
		}
		text, err = of.value(text)
		if err == nil {
			d.wrong = 0
			return text, nil
		}
		if err := d.refused("%v", err); err != nil {
			return "", err
		}
	}
}

func (of detail) value(text string) (string, error) {
	if of.check == nil {
		return text, nil
	}
	return of.check(text)
}
