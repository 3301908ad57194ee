package isolation

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
)

// stringOf is a key or a value of the attached JSON.
type stringOf struct {
	text string
	key  bool
	ends bool // an object ends after it
	line int
}

// readLists reads what is attached.
func (m *message) readLists() (err error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(m.csv, "\uFEFF")))
	if m.rows, err = r.ReadAll(); err != nil {
		return errList
	}
	m.strings, err = stringsOf(m.json)
	return err
}

// stringsOf lists all strings of a JSON text in their order, one that stands under a key
// twice as well: a decoder would pass over the first.
func stringsOf(text string) ([]stringOf, error) {
	if text == "" {
		return nil, nil
	}
	if !json.Valid([]byte(text)) {
		return nil, errList
	}
	var all []stringOf
	for line, at := 1, 0; at < len(text); at++ {
		last := len(all) - 1
		switch c := text[at]; {
		case c == '\n':
			line++
		case c == ':':
			all[last].key = true
		case c == '}' && last >= 0:
			all[last].ends = true
		case c == '"':
			end := stringEnd(text, at)
			s, err := unquoted(text[at:end])
			if err != nil {
				return nil, errList
			}
			all = append(all, stringOf{text: s, line: line})
			at = end - 1
		}
	}
	return all, nil
}

// stringEnd is where the string of valid JSON ends that begins at a quotation mark.
func stringEnd(text string, at int) int {
	for at++; text[at] != '"'; at++ {
		if text[at] == '\\' {
			at++
		}
	}
	return at + 1
}

func unquoted(text string) (s string, err error) {
	if !strings.ContainsRune(text, '\\') {
		return text[1 : len(text)-1], nil
	}
	err = json.Unmarshal([]byte(text), &s)
	return s, err
}

// Columns of the lists that name somebody.
const (
	nodeColumn    = "node"
	nodeIDColumn  = "node_id"
	tailnetColumn = "tailnet"
)

// cellNodes are the nodes of the CSV.
func (m *message) cellNodes() ([]Node, error) {
	if len(m.rows) == 0 {
		return nil, nil
	}
	name, id := slices.Index(m.rows[0], nodeColumn), slices.Index(m.rows[0], nodeIDColumn)
	if name < 0 || id < 0 {
		return nil, errList
	}
	var nodes []Node
	for _, row := range m.rows[1:] {
		nodes = append(nodes, Node{ID: row[id], Name: row[name]})
	}
	return nodes, nil
}

// stringNodes are the nodes of the JSON, and the tailnets that it says they are of.
func (m *message) stringNodes() (nodes []Node, tailnets []string) {
	var n Node
	key := ""
	for _, s := range m.strings {
		switch {
		case s.key:
			key = s.text
		case key == nodeColumn:
			n.Name = s.text
		case key == nodeIDColumn:
			n.ID = s.text
		case key == tailnetColumn:
			tailnets = append(tailnets, s.text)
		}
		if s.ends && n != (Node{}) {
			nodes, n = append(nodes, n), Node{}
		}
	}
	return nodes, tailnets
}
